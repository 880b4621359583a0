import { isFwmark, type ServiceId, serviceFamily, serviceKey } from '../model/service.ts';
import { integer, literal, object } from '../model/shape.ts';
import { ABSENT, type Kind } from './kind.ts';
import { PLACE } from './nft-table.ts';
import { serviceShape } from './service-shape.ts';

/** New connections of a service are given its mark: the switch of its FULLNAT. */
export interface NftServiceSetting {
  readonly kind: 'nft-service';
  readonly service: ServiceId;
  readonly mark: number;
}

/** With the mark only where it is not the service's own. */
export interface NftServiceState {
  readonly is: 'on';
  readonly mark?: number;
}

export const nftService: Kind<NftServiceSetting, NftServiceState> = {
  key: ({ service }) => `FULLNAT of ${serviceKey(service)}`,
  wanted: () => ({ is: 'on' }),
  suffices: (_setting, state) => state.is === 'on' && state.mark === undefined,
  ours: () => true,
  async read({ service, mark }, { nft }) {
    const found = (await nft.read())?.services.get(serviceKey(service));
    if (found === undefined) return ABSENT;
    return { is: 'on', ...(found !== mark && { mark: found }) };
  },
  put: ({ service, mark }, { is }, { nft }) =>
    nft.apply(
      is === 'absent' ? `delete element ${element(service)}\n` : `add element ${element(service, mark)}\n`,
    ),
  text: (state) =>
    state.is === 'absent' ? 'absent' : state.mark === undefined ? 'on' : `on with mark ${state.mark}`,
  parse(word) {
    if (word === 'absent') return ABSENT;
    const [found, mark] = /^on(?: with mark (\d{1,10}))?$/.exec(word) ?? [];
    if (found === undefined) return undefined;
    return { is: 'on', ...(mark !== undefined && { mark: Number(mark) }) };
  },
  setting: object({ kind: literal('nft-service'), service: serviceShape, mark: integer(1, 0xffffffff) }),
  state: object({ is: literal('on') }, { mark: integer(0, 0xffffffff) }),
};

function element(service: ServiceId, mark?: number): string {
  const digit = serviceFamily(service) === 'inet' ? 4 : 6;
  const value = mark === undefined ? '' : ` : ${mark}`;
  if (isFwmark(service)) return `${PLACE} fwmark${digit} { ${service.fwmark}${value} }`;
  const { protocol, address, port } = service;
  return `${PLACE} service${digit} { ${protocol} . ${address} . ${port}${value} }`;
}
