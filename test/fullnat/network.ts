import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Task } from '../kernel/forwarding/agent.ts';
import { bundle, ip, Namespace } from '../kernel/forwarding/namespace.ts';

export const VIP = '10.1.0.100';
export const VIP6 = 'fd01::100';
export const CLIENT = '10.1.0.2';
export const LIPS = ['10.2.0.200', '10.2.0.201'];
export const LIPS6 = ['fd02::200', 'fd02::201'];
export const SERVERS: readonly string[] = ['10.3.0.11', '10.3.0.12'];
export const SERVERS6: readonly string[] = ['fd03::11', 'fd03::12'];
/** A client among the real servers. */
export const NEIGHBOUR = '10.3.0.50';

const MODULES = ['ipv6', 'veth', 'bridge', 'ip_vs', 'ip_vs_rr', 'ip_vs_wlc', 'nf_tables'];

/**
 *     client 10.1.0.2 ─┬─ 10.1.0.10 director 10.2.0.10 ─┬─ 10.2.0.1 router 10.3.0.1 ─┬─ server-1 10.3.0.11
 *                      └─ 10.1.0.11 second   10.2.0.11 ─┘                            ├─ server-2 10.3.0.12
 *                                                                                    └─ neighbour 10.3.0.50
 *
 * and the same with fd01::, fd02:: and fd03::. Neither the router nor a server has a route to the clients. The neighbour,
 * who is a client too, reaches VIPs by the router.
 */
export class FullnatNetwork {
  readonly client: Namespace;
  readonly director: Namespace;
  readonly second: Namespace;
  readonly router: Namespace;
  readonly neighbour: Namespace;
  readonly servers: readonly [Namespace, Namespace];

  private constructor(program: string) {
    this.client = new Namespace('client', program);
    this.director = new Namespace('director', program);
    this.second = new Namespace('second', program);
    this.router = new Namespace('router', program);
    this.neighbour = new Namespace('neighbour', program);
    this.servers = [new Namespace('server-1', program), new Namespace('server-2', program)];
  }

  static async build(): Promise<FullnatNetwork> {
    execFileSync('/sbin/modprobe', ['-a', ...MODULES]);
    const names = ['client', 'director', 'second', 'router', 'neighbour', 'server-1', 'server-2'];
    const lans = { front: ['client', 'director', 'second'], middle: ['director', 'second', 'router'] };
    const back = ['router', 'server-1', 'server-2', 'neighbour'];
    const plugs = Object.entries({ ...lans, back }).flatMap(([lan, hosts]) =>
      hosts.map((host) => ({
        lan,
        host,
        device: lan === 'front' || host === 'router' ? lan : lan === 'middle' ? 'middle' : 'e0',
      })),
    );
    ip(
      undefined,
      [
        ...['switch', ...names].map((name) => `netns add ${name}`),
        ...plugs.map(
          ({ lan, host, device }) =>
            `link add ${device} netns ${host} type veth peer name ${lan}-${host.slice(-8)} netns switch`,
        ),
      ].join('\n'),
    );
    ip(
      'switch',
      [
        ...['front', 'middle', 'back'].flatMap((lan) => [
          `link add ${lan} type bridge`,
          `link set ${lan} up`,
        ]),
        ...plugs.map(({ lan, host }) => `link set ${lan}-${host.slice(-8)} master ${lan} up`),
      ].join('\n'),
    );
    ip('client', attach('front', '10.1.0.2/24', 'fd01::2/64'));
    for (const [number, host] of ['director', 'second'].entries()) {
      ip(host, attach('front', `10.1.0.${10 + number}/24`, `fd01::1${number}/64`));
      ip(
        host,
        attach(
          'middle',
          `10.2.0.${10 + number}/24`,
          `fd02::1${number}/64`,
          '10.2.0.1',
          'fd02::1',
          '10.3.0.0/24',
          'fd03::/64',
        ),
      );
    }
    ip('router', attach('middle', '10.2.0.1/24', 'fd02::1/64'));
    ip('router', attach('back', '10.3.0.1/24', 'fd03::1/64'));
    ip('router', `route add ${VIP} via 10.2.0.10`);
    const hosts = { 'server-1': 11, 'server-2': 12, neighbour: 50 };
    for (const [host, number] of Object.entries(hosts)) {
      const route = host === 'neighbour' ? 'default' : '10.2.0.0/24';
      const route6 = host === 'neighbour' ? 'default' : 'fd02::/64';
      ip(
        host,
        attach('e0', `10.3.0.${number}/24`, `fd03::${number}/64`, '10.3.0.1', 'fd03::1', route, route6),
      );
    }
    const network = new FullnatNetwork(
      await bundle(
        new URL(`file://${fileURLToPath(new URL('../kernel/forwarding/agent.ts', import.meta.url))}`),
      ),
    );
    await network.router.write('net/ipv4/ip_forward', '1');
    await network.router.write('net/ipv6/conf/all/forwarding', '1');
    // The link-local addresses are being checked for duplicates.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    return network;
  }

  get all(): Namespace[] {
    return [this.client, this.director, this.second, this.router, this.neighbour, ...this.servers];
  }

  close(): void {
    for (const namespace of this.all) namespace.close();
    for (const { name } of this.all) execFileSync('ip', ['netns', 'delete', name]);
    execFileSync('ip', ['netns', 'delete', 'switch']);
  }

  async ask(
    count: number,
    question: Omit<Extract<Task, { do: 'ask' }>, 'do'>,
    client: Namespace = this.client,
  ): Promise<(string | null)[]> {
    const answers: (string | null)[] = [];
    for (let index = 0; index < count; index++) {
      answers.push(await client.perform<string | null>({ do: 'ask', ...question }));
    }
    return answers;
  }
}

/** Everything about a host that FULLNAT may touch. */
export async function stateOf(host: Namespace): Promise<string[]> {
  const rules = execFileSync('ip', ['netns', 'exec', host.name, 'nft', 'list', 'ruleset'], {
    encoding: 'utf8',
  });
  return [...(await host.dump()), ...rules.split('\n')];
}

/** Has nft carry out commands in a host. */
export function nft(host: Namespace, text: string): void {
  execFileSync('ip', ['netns', 'exec', host.name, 'nft', '-f', '-'], { input: text });
}

function attach(
  device: string,
  inet: string,
  inet6: string,
  gateway?: string,
  gateway6?: string,
  route = '',
  route6 = '',
): string {
  return [
    `link set lo up\nlink set ${device} up`,
    `addr add ${inet} dev ${device}\naddr add ${inet6} dev ${device} nodad`,
    ...(gateway ? [`route add ${route} via ${gateway}\nroute add ${route6} via ${gateway6}`] : []),
  ].join('\n');
}
