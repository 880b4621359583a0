import { execFileSync } from 'node:child_process';
import type { Task } from './agent.ts';
import { bundle, ip, Namespace } from './namespace.ts';

export const VIP = '10.0.0.100';
export const VIP6 = 'fd00::100';
export const DIRECTOR = '10.0.0.10';
export const DIRECTOR6 = 'fd00::10';
export const SERVERS: readonly string[] = ['10.0.0.11', '10.0.0.12'];
export const SERVERS6: readonly string[] = ['fd00::11', 'fd00::12'];
export const CLIENT = '10.1.0.2';
export const CLIENT6 = 'fd01::2';

/** Modules of the kernel that everything here needs; the ones of the commands under test come with those. */
const MODULES = ['ipv6', 'veth', 'bridge', 'ip_vs', 'ip_vs_rr', 'ip_vs_wlc'];
const TUNNEL_MODULES = ['ipip', 'sit', 'ip6_tunnel', 'ip_gre', 'ip6_gre', 'fou', 'fou6'];

/**
 *     client 10.1.0.2 ── 10.1.0.1 router 10.0.0.254 ─┬─ director 10.0.0.10
 *                                                    ├─ server-1 10.0.0.11
 *                                                    └─ server-2 10.0.0.12
 *
 * and the same with fd01:: and fd00::. Servers and director reach clients by the router.
 */
export class TestNetwork {
  readonly client: Namespace;
  readonly router: Namespace;
  readonly director: Namespace;
  readonly servers: readonly [Namespace, Namespace];

  private constructor(program: string) {
    this.client = new Namespace('client', program);
    this.router = new Namespace('router', program);
    this.director = new Namespace('director', program);
    this.servers = [new Namespace('server-1', program), new Namespace('server-2', program)];
  }

  static async build(): Promise<TestNetwork> {
    execFileSync('/sbin/modprobe', ['-a', ...MODULES, ...TUNNEL_MODULES]);
    const hosts = ['director', 'server-1', 'server-2'];
    ip(undefined, ['client', 'router', ...hosts].map((name) => `netns add ${name}`).join('\n'));
    ip(
      undefined,
      [
        'link add e0 netns client type veth peer name c0 netns router',
        ...hosts.map((name) => `link add e0 netns ${name} type veth peer name ${name} netns router`),
      ].join('\n'),
    );
    ip(
      'router',
      [
        'link add lan type bridge',
        ...hosts.map((name) => `link set ${name} master lan up`),
        'link set lan up\nlink set c0 up\nlink set lo up',
        'addr add 10.0.0.254/24 dev lan\naddr add fd00::254/64 dev lan nodad',
        'addr add 10.1.0.1/24 dev c0\naddr add fd01::1/64 dev c0 nodad',
      ].join('\n'),
    );
    ip('client', attach('10.1.0.2', '10.1.0.1', 'fd01::2', 'fd01::1'));
    for (const [number, name] of hosts.entries()) {
      ip(name, attach(`10.0.0.${10 + number}`, '10.0.0.254', `fd00::${10 + number}`, 'fd00::254'));
    }
    // The first time that one of these comes up the kernel makes IPv6 settings for it, and keeps them when it goes down.
    for (const name of hosts) {
      const devices = ['tunl0', 'gre0'];
      ip(name, devices.map((device) => `link set ${device} up\nlink set ${device} down`).join('\n'));
    }
    const network = new TestNetwork(await bundle(new URL('agent.ts', import.meta.url)));
    await network.router.write('net/ipv4/ip_forward', '1');
    await network.router.write('net/ipv6/conf/all/forwarding', '1');
    return network;
  }

  get all(): Namespace[] {
    return [this.client, this.router, this.director, ...this.servers];
  }

  /** The ones that are prepared. */
  get hosts(): Namespace[] {
    return [this.director, ...this.servers];
  }

  close(): void {
    for (const namespace of this.all) namespace.close();
    for (const { name } of this.all) execFileSync('ip', ['netns', 'delete', name]);
  }

  /** The answers to this many requests, one after the other. */
  async ask(count: number, question: Omit<Extract<Task, { do: 'ask' }>, 'do'>): Promise<(string | null)[]> {
    const answers: (string | null)[] = [];
    for (let index = 0; index < count; index++) {
      answers.push(await this.client.perform<string | null>({ do: 'ask', ...question }));
    }
    return answers;
  }

  /** Has everybody on the LAN forget who has an address. */
  async forget(address: string): Promise<void> {
    await this.router.perform({ do: 'forget', device: 'lan', address });
  }
}

function attach(inet: string, gateway: string, inet6: string, gateway6: string): string {
  return [
    'link set lo up\nlink set e0 up',
    `addr add ${inet}/24 dev e0\naddr add ${inet6}/64 dev e0 nodad`,
    `route add default via ${gateway}\nroute add default via ${gateway6}`,
  ].join('\n');
}
