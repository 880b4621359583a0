import { type Address, familyOf } from '../../model/address.ts';
import type { Network } from '../../model/network.ts';
import type { Need, Setting } from '../../settings/index.ts';
import { PlanRefusal } from '../refusal.ts';

/** What one host is to be to one VIP as its director. */
export interface Director {
  readonly vip: Address;
  /** The device that faces the clients. */
  readonly device: string;
  readonly mode: 'nat' | 'dr' | 'tun';
  /** Schedulers whose modules are loaded ahead. */
  readonly schedulers: readonly string[];
  /** Real servers and clients (or the way to them) share a network; otherwise told by the number of devices. */
  readonly oneLan: boolean;
}

/** What a host needs to be that director. Throws a PlanRefusal when it cannot be. */
export function planDirector(director: Director, network: Network): Need[] {
  const { vip, device, mode, schedulers } = director;
  const link = network.links.find(({ name }) => name === device);
  if (!link) throw new PlanRefusal(`there is no device ${device}`);
  if (!link.up) throw new PlanRefusal(`device ${device} is down`);
  if (familyOf(vip) === 'inet6' && !network.inet6) throw new PlanRefusal('this host has no IPv6');
  // On a device that does no ARP it is this host's as a real server, which does not keep it from being the director too.
  const elsewhere = network.links.find(
    ({ index, resolves }) =>
      resolves &&
      index !== link.index &&
      network.addresses.some((own) => own.address === vip && own.index === index),
  );
  if (elsewhere) throw new PlanRefusal(`${vip} is on ${elsewhere.name} of this host already`);
  return [
    ...modules(schedulers),
    ...balancing(),
    ...(mode === 'nat' ? [...forwarding(vip, network), ...redirects(director, network)] : []),
    ...presence(vip, device),
  ];
}

function modules(schedulers: readonly string[]): Need[] {
  return [
    { setting: { kind: 'module', name: 'ip_vs' }, why: 'the load balancer itself' },
    ...schedulers.map(
      (scheduler): Need => ({
        setting: { kind: 'module', name: `ip_vs_${scheduler}` },
        why: `scheduler ${scheduler}, there before the first service asks for it`,
      }),
    ),
  ];
}

function balancing(): Need[] {
  return [
    on(
      'net/ipv4/vs/expire_nodest_conn',
      'a client of a real server that was removed is told so and does not hang',
    ),
    on(
      'net/ipv4/vs/expire_quiescent_template',
      'with persistence, weight 0 sends a client’s next connection to another real server',
    ),
  ];
}

/** Turning forwarding on changes it on every device, and more; all that is put back by `down`. */
export function forwarding(vip: Address, { links, routes }: Network): Need[] {
  const names = ['all', 'default', ...links.map(({ name }) => name)];
  if (familyOf(vip) === 'inet') {
    return [
      {
        setting: {
          kind: 'sysctl',
          path: 'net/ipv4/ip_forward',
          value: '1',
          accepts: ['1'],
          alongside: [
            ...names.map((name) => `net/ipv4/conf/${name}/forwarding`),
            'net/ipv4/conf/all/accept_redirects',
          ],
        },
        why: 'replies of the real servers pass through this host on their way to the clients',
      },
    ];
  }
  const advertised = links.filter(({ index }) =>
    routes.some((route) => route.family === 'inet6' && route.prefixLength === 0 && route.index === index),
  );
  return [
    ...advertised.map(
      ({ name }): Need => ({
        setting: { kind: 'sysctl', path: `net/ipv6/conf/${name}/accept_ra`, value: '2', accepts: ['0', '2'] },
        why: `a host that forwards takes no default route from router advertisements on ${name} otherwise`,
      }),
    ),
    {
      setting: {
        kind: 'sysctl',
        path: 'net/ipv6/conf/all/forwarding',
        value: '1',
        accepts: ['1'],
        alongside: names.slice(1).map((name) => `net/ipv6/conf/${name}/forwarding`),
      },
      why: 'replies of the real servers pass through this host on their way to the clients',
    },
  ];
}

/** Whether a setting is the one that has this host forward packets, which others on it may rely on meanwhile. */
export function isForwarding(setting: Setting): boolean {
  return setting.kind === 'sysctl' && FORWARDING.includes(setting.path);
}

const FORWARDING = ['net/ipv4/ip_forward', 'net/ipv6/conf/all/forwarding'];

/** The kernel sends redirects when either a device's value or that of all says so. IPv6 has no such setting. */
function redirects({ vip, device, oneLan }: Director, { links }: Network): Need[] {
  const networks = links.filter(({ up, resolves, master }) => up && resolves && master === 0);
  if (familyOf(vip) === 'inet6' || !(oneLan || networks.length === 1)) return [];
  return ['all', device].map((name) => ({
    setting: {
      kind: 'sysctl',
      path: `net/ipv4/conf/${name}/send_redirects`,
      value: '0',
      accepts: ['0'],
    },
    why: 'on one LAN, a redirect would teach a real server a way to the client that leaves the director out',
  }));
}

function presence(vip: Address, device: string): Need[] {
  const inet6 = familyOf(vip) === 'inet6';
  return [
    inet6
      ? on(
          `net/ipv6/conf/${device}/ndisc_notify`,
          'neighbours are told by themselves that the VIP is here, whenever it comes',
        )
      : on(
          `net/ipv4/conf/${device}/arp_notify`,
          'neighbours are told again that the VIP is here when the device is set up or its hardware address changes',
        ),
    {
      setting: { kind: 'address', device, address: vip, deprecated: inet6, detectDuplicates: inet6 },
      why: inet6
        ? 'clients find the VIP here; deprecated, so that it never becomes the source of a tunnel’s outer packet'
        : 'clients find the VIP here',
    },
  ];
}

function on(path: string, why: string): Need {
  return { setting: { kind: 'sysctl', path, value: '1', accepts: ['1'] }, why };
}
