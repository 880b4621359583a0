import { type Address, familyOf, parseAddress } from '../model/address.ts';
import { boolean, integer, literal, object, oneOf, textOf } from '../model/shape.ts';
import type { Doors } from './doors.ts';
import { ABSENT, type Kind, SettingFailure } from './kind.ts';
import { device, requireLink } from './link.ts';

/** An address of this host, with all bits as its prefix. */
export interface AddressSetting {
  readonly kind: 'address';
  readonly device: string;
  readonly address: Address;
  /** Never a source address of this host's own choosing: preferred lifetime 0. */
  readonly deprecated: boolean;
  /** Whether to ask on the wire, before it is used, that no other host has it. IPv6 only. */
  readonly detectDuplicates: boolean;
}

export type AddressState =
  | { readonly is: 'present'; readonly deprecated: boolean }
  /** With a network beside it. */
  | { readonly is: 'other-prefix'; readonly prefixLength: number }
  /** Duplicate address detection found it on another host. */
  | { readonly is: 'duplicate' };

const PAUSE = 100;
/** Milliseconds; the kernel takes about two seconds with its defaults. */
const DETECTION_LIMIT = 8000;

export const address: Kind<AddressSetting, AddressState> = {
  key: (setting) => `address ${setting.address} on ${setting.device}`,
  wanted: ({ deprecated }) => ({ is: 'present', deprecated }),
  // One that must not be deprecated may still be.
  suffices: (setting, state) => state.is === 'present' && (state.deprecated || !setting.deprecated),
  occupied: (setting, state) =>
    state.is === 'absent' || state.is === 'present'
      ? undefined
      : `${address.key(setting)} is ${address.text(state)}${remedy(setting, state)}`,
  // An address that was never unique is ours all the same.
  ours: ({ is }) => is === 'duplicate',
  async read(setting, { links }) {
    const link = await links.link(setting.device);
    const found = (await links.addresses()).find(
      (candidate) => candidate.index === link?.index && candidate.address === setting.address,
    );
    if (!found) return ABSENT;
    if (found.duplicate) return { is: 'duplicate' };
    const isWhole = found.prefixLength === (familyOf(setting.address) === 'inet' ? 32 : 128);
    if (!isWhole) return { is: 'other-prefix', prefixLength: found.prefixLength };
    return { is: 'present', deprecated: found.deprecated };
  },
  async put(setting, state, doors) {
    const { index } = await requireLink(doors, setting.device);
    if (state.is === 'absent') {
      await doors.links.deleteAddress(index, setting.address);
      return;
    }
    const { detectDuplicates } = setting;
    const deprecated = state.is === 'present' && state.deprecated;
    await doors.links.putAddress(index, setting.address, { deprecated, detectDuplicates });
    if (detectDuplicates) await awaitUnique(doors, index, setting.address);
  },
  text(state) {
    switch (state.is) {
      case 'absent':
        return 'absent';
      case 'present':
        return state.deprecated ? 'present, deprecated' : 'present';
      case 'other-prefix':
        return `present with prefix length ${state.prefixLength}`;
      case 'duplicate':
        return 'in use on another host';
    }
  },
  parse(word) {
    if (word === 'absent') return ABSENT;
    if (word === 'present' || word === 'present, deprecated') {
      return { is: 'present', deprecated: word !== 'present' };
    }
    if (word === 'in use on another host') return { is: 'duplicate' };
    const length = /^present with prefix length (\d{1,3})$/.exec(word)?.[1];
    return length === undefined ? undefined : { is: 'other-prefix', prefixLength: Number(length) };
  },
  setting: object({
    kind: literal('address'),
    device,
    address: textOf(parseAddress),
    deprecated: boolean,
    detectDuplicates: boolean,
  }),
  state: oneOf<AddressState>(
    object({ is: literal('present'), deprecated: boolean }),
    object({ is: literal('other-prefix'), prefixLength: integer(0, 128) }),
    object({ is: literal('duplicate') }),
  ),
};

/** What somebody must do first. On a device of a network it may well be the host's own address, so no command there. */
function remedy({ device, address }: AddressSetting, state: AddressState): string {
  if (state.is !== 'other-prefix') return '';
  return device === 'lo'
    ? `, which makes its whole network this host's own; take that away first: ip address delete ${address}/${state.prefixLength} dev lo`
    : '; an address that others have put there is left to them: take another one, or have it put there without a network';
}

/** Waits until duplicate address detection is through: until then the address is not used. */
async function awaitUnique({ links, sleep }: Doors, index: number, asked: Address): Promise<void> {
  for (let waited = 0; waited < DETECTION_LIMIT; waited += PAUSE) {
    const found = (await links.addresses()).find(
      (candidate) => candidate.index === index && candidate.address === asked,
    );
    if (!found) throw new SettingFailure('the kernel took it away again');
    if (found.duplicate) throw new SettingFailure('another host on the segment has this address');
    if (!found.tentative) return;
    await sleep(PAUSE);
  }
  throw new SettingFailure('duplicate address detection does not come to an end');
}
