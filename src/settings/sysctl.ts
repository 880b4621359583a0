import { list, literal, object, record, text } from '../model/shape.ts';
import { ABSENT, type Absent, type Kind } from './kind.ts';

/** A file under /proc/sys, such as `net/ipv4/conf/eth0/arp_ignore`. */
export interface SysctlSetting {
  readonly kind: 'sysctl';
  readonly path: string;
  /** What it is set to when it does not do. */
  readonly value: string;
  /** The values that will do, `value` among them. */
  readonly accepts: readonly string[];
  /** A second file: the kernel uses the larger number of the two. */
  readonly largerOf?: string;
  /** Files that the kernel changes by itself when this one is changed, so that they are put back with it. */
  readonly alongside?: readonly string[];
}

export interface SysctlState {
  readonly is: 'value';
  readonly value: string;
  /** Of a setting with `alongside`: path → value. */
  readonly alongside?: Readonly<Record<string, string>>;
  /** Of a setting with `largerOf`: the value of that file. Not part of what is restored. */
  readonly other?: string;
}

/** Paths below net/, none of whose parts leads up; what a journal may have. */
const path = text(/^net(\/(?!\.\.?(?:\/|$))[^\s/]+)+$/);
const value = text(/^-?[0-9]+$/);

export const sysctl: Kind<SysctlSetting, SysctlState> = {
  key: (setting) => `sysctl ${setting.path}`,
  wanted: (setting) => ({ is: 'value', value: setting.value }),
  suffices: (setting, state) =>
    state.is === 'value' && setting.accepts.includes(effectiveValue(setting, state)),
  occupied(setting, state) {
    if (state.is === 'absent' || sysctl.suffices(setting, { ...state, value: setting.value }))
      return undefined;
    return `${setting.largerOf} is ${state.other}, which outdoes what ${setting.path} is set to; set that first: sysctl -w ${setting.largerOf}=${setting.value}`;
  },
  async read({ path, largerOf, alongside }, { sysctls }) {
    const present = await sysctls.read(path);
    if (present === undefined) return ABSENT;
    const other = largerOf === undefined ? undefined : await sysctls.read(largerOf);
    const values: Record<string, string> = {};
    for (const name of alongside ?? []) {
      const found = await sysctls.read(name);
      if (found !== undefined) values[name] = found;
    }
    return {
      is: 'value',
      value: present,
      ...(other === undefined ? {} : { other }),
      ...(alongside ? { alongside: values } : {}),
    };
  },
  async put({ path }, state, { sysctls }) {
    if (state.is === 'absent') return;
    await sysctls.write(path, state.value);
    for (const [name, before] of Object.entries(state.alongside ?? {})) {
      const now = await sysctls.read(name);
      // The device may be gone.
      if (now !== undefined && now !== before) await sysctls.write(name, before);
    }
  },
  text: (state) => (state.is === 'absent' ? 'absent' : state.value),
  parse: (word) => (word === 'absent' ? ABSENT : { is: 'value', value: word }),
  setting: object(
    { kind: literal('sysctl'), path, value, accepts: list(value) },
    { largerOf: path, alongside: list(path) },
  ),
  state: object({ is: literal('value'), value }, { alongside: record(path, value), other: value }),
};

/** What the kernel uses: the larger of a device's value and that of all devices, where it takes the larger. */
export function effectiveValue(setting: SysctlSetting, state: SysctlState | Absent): string {
  if (state.is === 'absent') return 'absent';
  if (setting.largerOf === undefined || state.other === undefined) return state.value;
  return String(Math.max(Number(state.value), Number(state.other)));
}
