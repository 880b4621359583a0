import type { Family } from '../model/address.ts';
import { integer, literal, object } from '../model/shape.ts';
import { ABSENT, type Kind } from './kind.ts';

/** A UDP port on which the kernel takes generic UDP encapsulation (GUE) off. */
export interface GuePortSetting {
  readonly kind: 'gue-port';
  readonly family: Family;
  readonly port: number;
}

export interface GuePortState {
  /** `other`: the kernel takes another encapsulation off there. */
  readonly is: 'open' | 'other';
}

const TEXTS = { absent: 'absent', open: 'open', other: 'open for another encapsulation' } as const;

export const guePort: Kind<GuePortSetting, GuePortState> = {
  key: ({ family, port }) => `GUE port ${port} (${family === 'inet' ? 'IPv4' : 'IPv6'})`,
  wanted: () => ({ is: 'open' }),
  suffices: (_setting, { is }) => is === 'open',
  occupied: (setting, state) =>
    state.is === 'absent' ? undefined : `${guePort.key(setting)} is in use: ${guePort.text(state)}`,
  async read(setting, { gue }) {
    const found = (await gue.list()).find(
      ({ family, port }) => family === setting.family && port === setting.port,
    );
    return found ? { is: found.gue ? 'open' : 'other' } : ABSENT;
  },
  async put({ family, port }, { is }, { gue }) {
    await (is === 'absent' ? gue.close(family, port) : gue.open(family, port));
  },
  text: ({ is }) => TEXTS[is],
  parse: (word) =>
    (['absent', 'open', 'other'] as const).flatMap((is) => (TEXTS[is] === word ? [{ is }] : []))[0],
  setting: object({ kind: literal('gue-port'), family: literal('inet', 'inet6'), port: integer(1, 65_535) }),
  state: object({ is: literal('open', 'other') }),
};
