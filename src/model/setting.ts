import type { Address, Family } from './address.ts';
import { formatPool, type Pool } from './pool.ts';
import { formatServiceId, type ServiceId } from './service.ts';

/** A file under /proc/sys, such as `net/ipv4/conf/eth0/arp_ignore`. */
export interface SysctlSetting {
  readonly kind: 'sysctl';
  readonly path: string;
  /** What it is set to when it does not do. */
  readonly value: string;
  /** The values that will do, `value` among them. */
  readonly accepts: readonly string[];
  /** A second file: the kernel goes by the larger number of the two. */
  readonly largerOf?: string;
  /** Files that the kernel changes by itself when this one is changed, so that they are put back with it. */
  readonly alongside?: readonly string[];
}

/** One thing of this host that must be so. What it is now, and what it was, is a `SettingState`. */
export type Setting =
  | SysctlSetting
  /** The module, or the same built into the kernel. */
  | { readonly kind: 'module'; readonly name: string }
  /** A tunnel device of a kind of the kernel's, such as `ipip`; with `local`, made for packets to that address. */
  | { readonly kind: 'link'; readonly device: string; readonly type: string; readonly local?: Address }
  | { readonly kind: 'link-up'; readonly device: string }
  | {
      readonly kind: 'address';
      readonly device: string;
      readonly address: Address;
      /** Never a source address of this host's own choosing: preferred lifetime 0. */
      readonly deprecated: boolean;
      /** Whether to ask on the wire, before it is used, that no other host has it. IPv6 only. */
      readonly detectDuplicates: boolean;
    }
  /** A UDP port on which the kernel takes generic UDP encapsulation (GUE) off. */
  | { readonly kind: 'gue-port'; readonly family: Family; readonly port: number }
  /** Half of all destinations, by way of a gateway: two of these outdo any default route without touching it. */
  | {
      readonly kind: 'half-route';
      readonly half: Address;
      readonly gateway: Address;
      readonly device: string;
    }
  /** Our own nftables table, with everything in it that does not depend on a service. */
  | { readonly kind: 'nft-table' }
  /**
   * The local addresses that connections of a service with this mark are given, and a guard of them: packets to them
   * that belong to no connection are dropped, not answered.
   */
  | { readonly kind: 'nft-pool'; readonly service: ServiceId; readonly mark: number; readonly pool: Pool }
  /** New connections of a service are given its mark: the switch of its FULLNAT. */
  | { readonly kind: 'nft-service'; readonly service: ServiceId; readonly mark: number };

/** What a setting is, in words that both people and `putSetting` read; `absent` where there is no such thing. */
export interface SettingState {
  readonly value: string;
  /** Of a sysctl with `alongside`: path → value. */
  readonly alongside?: Readonly<Record<string, string>>;
  /** Of a sysctl with `largerOf`: the value of that file. Not part of what is restored. */
  readonly other?: string;
}

/** A setting and why it is needed: one sentence for the operator. */
export interface Need {
  readonly setting: Setting;
  readonly why: string;
}

/** The name of the thing that a setting is about; equal names are the same thing. */
export function settingKey(setting: Setting): string {
  switch (setting.kind) {
    case 'sysctl':
      return `sysctl ${setting.path}`;
    case 'module':
      return `module ${setting.name}`;
    case 'link':
      return `device ${setting.device}`;
    case 'link-up':
      return `state of ${setting.device}`;
    case 'address':
      return `address ${setting.address} on ${setting.device}`;
    case 'gue-port':
      return `GUE port ${setting.port} (${setting.family === 'inet' ? 'IPv4' : 'IPv6'})`;
    case 'half-route':
      return `route ${setting.half}/1`;
    case 'nft-table':
      return 'nftables table inet lvsadm';
    case 'nft-pool':
      return `local addresses of ${formatServiceId(setting.service)}`;
    case 'nft-service':
      return `FULLNAT of ${formatServiceId(setting.service)}`;
  }
}

/** The state that a setting is put into. */
export function wantedState(setting: Setting): SettingState {
  switch (setting.kind) {
    case 'sysctl':
      return { value: setting.value };
    case 'module':
      return { value: 'loaded' };
    case 'link':
      return { value: 'present' };
    case 'link-up':
      return { value: 'up' };
    case 'address':
      return { value: setting.deprecated ? 'present, deprecated' : 'present' };
    case 'gue-port':
      return { value: 'open' };
    case 'half-route':
      return { value: `via ${setting.gateway} on ${setting.device}` };
    case 'nft-table':
      return { value: 'present' };
    case 'nft-service':
      return { value: 'on' };
    case 'nft-pool':
      return { value: formatPool(setting.pool) };
  }
}

/** Whether a state will do. An address that must not be deprecated may still be. */
export function isSatisfied(setting: Setting, state: SettingState): boolean {
  switch (setting.kind) {
    case 'sysctl':
      return setting.accepts.includes(effectiveValue(setting, state));
    case 'module':
    case 'link':
    case 'link-up':
    case 'gue-port':
    case 'half-route':
    case 'nft-table':
    case 'nft-pool':
    case 'nft-service':
      return state.value === wantedState(setting).value;
    case 'address':
      return state.value === 'present, deprecated' || (state.value === 'present' && !setting.deprecated);
  }
}

/** What the kernel goes by: the larger of a device's value and that of all devices, where it takes the larger. */
export function effectiveValue(setting: SysctlSetting, { value, other }: SettingState): string {
  if (setting.largerOf === undefined || other === undefined || value === 'absent') return value;
  return String(Math.max(Number(value), Number(other)));
}
