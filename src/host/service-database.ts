import { MAX_PORT } from '../model/endpoint.ts';
/** Names of ports, such as `http` for TCP's 80. Names are case-sensitive; protocols are `tcp`, `udp`, `sctp`, … */
export interface ServiceDatabase {
  /** The port that a name, or one of its aliases, stands for. */
  port(name: string, protocol: string): number | undefined;
  /** The official name of a port. */
  name(port: number, protocol: string): string | undefined;
}

/** Reads services(5): lines of `name port/protocol alias…`. Where lines contradict each other the first one counts, as in libc. */
export function parseServiceDatabase(text: string): ServiceDatabase {
  const ports = new Map<string, number>();
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [name, where, ...aliases] = line.replace(/#.*/, '').trim().split(/\s+/);
    const [, number, protocol] = /^([0-9]+)\/(.+)$/.exec(where ?? '') ?? [];
    const port = Number(number);
    if (!name || !(port <= MAX_PORT)) continue;
    putIfAbsent(names, `${port}/${protocol}`, name);
    for (const spelling of [name, ...aliases]) putIfAbsent(ports, `${spelling}/${protocol}`, port);
  }
  return {
    port: (name, protocol) => ports.get(`${name}/${protocol}`),
    name: (port, protocol) => names.get(`${port}/${protocol}`),
  };
}

function putIfAbsent<V>(map: Map<string, V>, key: string, value: V): void {
  if (!map.has(key)) map.set(key, value);
}
