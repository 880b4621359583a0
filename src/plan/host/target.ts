import type { Address } from '../../model/address.ts';
import type { Network } from '../../model/network.ts';
import { serviceKey } from '../../model/service.ts';
import type { Need } from '../../settings/index.ts';
import { adviseDirector, adviseRealServer } from './advice.ts';
import { type Director, planDirector } from './director.ts';
import { adviseFullnat, type Fullnat, localDevice, planFullnat } from './fullnat.ts';
import { imageNetwork } from './image.ts';
import { planRealServer, type RealServer } from './realserver.ts';

/** What a host is to be to one VIP, director or service: the unit of preparing, undoing and asking. */
export type Target =
  | { readonly role: 'realserver'; readonly server: RealServer }
  | { readonly role: 'director'; readonly director: Director }
  | { readonly role: 'fullnat'; readonly fullnat: Fullnat };

export type Role = Target['role'];

/** An address that must be nobody else's, and is made known when it is added. */
export interface Claim {
  readonly device: string;
  readonly address: Address;
}

/** The name that journals keep a target under, such as `realserver 10.0.0.100`. It is never worded anew. */
export function targetKey(target: Target): string {
  switch (target.role) {
    case 'realserver': {
      const { server } = target;
      return `realserver ${server.mode === 'nat' ? server.director : server.vip}`;
    }
    case 'director':
      return `director ${target.director.vip}`;
    case 'fullnat':
      return `fullnat ${serviceKey(target.fullnat.service)}`;
  }
}

/** What the host needs. Throws a PlanRefusal. */
export function planTarget(target: Target, network: Network): Need[] {
  switch (target.role) {
    case 'realserver':
      return planRealServer(target.server, network);
    case 'director':
      return planDirector(target.director, network);
    case 'fullnat':
      return planFullnat(target.fullnat, network);
  }
}

/** What a host that is only a folder yet will need, as far as that can be told. */
export function planImage(target: Target): Need[] {
  switch (target.role) {
    case 'realserver': {
      const { server } = target;
      // Routes are not settings, and nothing else is needed.
      if (server.mode === 'nat') return [];
      if (server.mode === 'dr') return planRealServer(server, imageNetwork({ device: server.device }));
      return planRealServer(server, imageNetwork(server.rip === undefined ? {} : { address: server.rip }));
    }
    case 'director': {
      const { device, oneLan } = target.director;
      return planDirector(target.director, imageNetwork({ device, resolves: true })).filter(
        // How many devices there will be is not known.
        ({ setting }) => oneLan || setting.kind !== 'sysctl' || !setting.path.endsWith('/send_redirects'),
      );
    }
    case 'fullnat':
      return planFullnat(
        { ...target.fullnat, floating: true },
        { links: [], addresses: [], routes: [], inet6: true },
      );
  }
}

/** What the operator should know besides; one sentence each. */
export function adviseTarget(target: Target, network: Network): string[] {
  switch (target.role) {
    case 'realserver':
      return adviseRealServer(target.server, network);
    case 'director':
      return adviseDirector(target.director);
    case 'fullnat':
      return adviseFullnat(target.fullnat, network);
  }
}

export function claimsOf(target: Target, network: Network): Claim[] {
  switch (target.role) {
    case 'realserver':
      return [];
    case 'director':
      return [{ device: target.director.device, address: target.director.vip }];
    case 'fullnat': {
      const { fullnat } = target;
      if (fullnat.floating) return [];
      return fullnat.pool.addresses.map((address) => ({
        address,
        device: localDevice(address, fullnat, network).name,
      }));
    }
  }
}
