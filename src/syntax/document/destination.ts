import { type Address, familyOf } from '../../model/address.ts';
import { isDestinationAddress } from '../../model/address-class.ts';
import { DEFAULT_TUNNEL, type Forwarding, type Tunnel } from '../../model/destination.ts';
import { isFwmark, type ServiceId, serviceFamily } from '../../model/service.ts';
import { DEFAULT_DESTINATION, type WantedDestination } from '../../plan/table/wanted.ts';
import { parseEndpointText } from '../endpoint.ts';
import { type Findings, readChoice, readFields, readNumber, readText, shown } from './fields.ts';
import type { Tree } from './tree.ts';

export const DESTINATION_KEYS = [
  'address',
  'port',
  'forwarding',
  'weight',
  'upperThreshold',
  'lowerThreshold',
  'tunnel',
] as const;
export const TUNNEL_KEYS = ['type', 'port', 'checksum'] as const;

export const FORWARDINGS: readonly Forwarding[] = ['direct', 'masquerade', 'tunnel', 'local', 'bypass'];
/** What people also call them. */
export const FORWARDING_SPELLINGS: Readonly<Record<string, Forwarding>> = {
  dr: 'direct',
  route: 'direct',
  gatewaying: 'direct',
  nat: 'masquerade',
  masq: 'masquerade',
  masquerading: 'masquerade',
  tun: 'tunnel',
  ipip: 'tunnel',
};

const TUNNEL_TYPES: readonly Tunnel['type'][] = ['ipip', 'gue', 'gre'];
const CHECKSUMS: readonly Tunnel['checksum'][] = ['none', 'full', 'remote'];
const U31 = 2 ** 31 - 1;
const U32 = 2 ** 32 - 1;

/** Reads one destination of a service: a map, or just `10.0.0.11:80`. What is wrong is a finding. */
export function readDestination(
  tree: Tree,
  service: ServiceId,
  findings: Findings,
): WantedDestination | undefined {
  const fields =
    tree.kind === 'scalar'
      ? { ...blank(tree), address: tree }
      : readFields(tree, 'a destination', DESTINATION_KEYS, findings);
  if (!fields) return undefined;
  const port = readNumber(fields.port, 'port', 0, 65535, findings);
  const endpoint = readEndpoint(
    fields.address ?? tree,
    fields.address !== undefined,
    port,
    service,
    findings,
  );
  const forwarding =
    readChoice(fields.forwarding, 'forwarding', FORWARDINGS, FORWARDING_SPELLINGS, findings) ??
    // A tunnel says how packets go.
    (fields.tunnel ? 'tunnel' : DEFAULT_DESTINATION.forwarding);
  const weight = readNumber(fields.weight, 'weight', 0, U31, findings) ?? DEFAULT_DESTINATION.weight;
  const upperThreshold = readNumber(fields.upperThreshold, 'upperThreshold', 0, U32, findings) ?? 0;
  const lowerThreshold = readNumber(fields.lowerThreshold, 'lowerThreshold', 0, U32, findings) ?? 0;
  if (lowerThreshold > upperThreshold && fields.lowerThreshold) {
    findings.add(
      fields.lowerThreshold,
      `lowerThreshold ${lowerThreshold} is above upperThreshold ${upperThreshold}`,
    );
  }
  const tunnel = fields.tunnel ? readTunnel(fields.tunnel, findings) : DEFAULT_TUNNEL;
  if (!endpoint || !tunnel) return undefined;
  const problem = addressProblem(endpoint.address, service, forwarding);
  if (problem) return findings.add(fields.address ?? tree, problem);
  return { ...endpoint, forwarding, weight, upperThreshold, lowerThreshold, tunnel };
}

function blank({
  file,
  line,
}: Tree): { file: string; line: number } & Record<(typeof DESTINATION_KEYS)[number], undefined> {
  const empty = Object.fromEntries(DESTINATION_KEYS.map((key) => [key, undefined]));
  return { file, line, ...(empty as Record<(typeof DESTINATION_KEYS)[number], undefined>) };
}

/** Without a port it is the service's, as with ipvsadm. */
function readEndpoint(
  tree: Tree,
  given: boolean,
  port: number | undefined,
  service: ServiceId,
  findings: Findings,
): { address: Address; port: number } | undefined {
  if (!given) return findings.add(tree, 'the destination has no address');
  const text = readText(tree, 'address', findings);
  if (text === undefined) return undefined;
  const endpoint = parseEndpointText(text);
  if ('problem' in endpoint) return findings.add(tree, endpoint.problem);
  if (port !== undefined && endpoint.port !== undefined && port !== endpoint.port) {
    return findings.add(tree, `the port is ${endpoint.port} here and ${port} in 'port'`);
  }
  const servicePort = isFwmark(service) ? 0 : service.port;
  return { address: endpoint.address, port: endpoint.port ?? port ?? servicePort };
}

/** `gre`, `gue:6080`, or a map. */
function readTunnel(tree: Tree, findings: Findings): Tunnel | undefined {
  if (tree.kind === 'scalar') {
    const [, type = '', port] = /^(\w+)(?::(\d{1,5}))?$/.exec(String(tree.value).toLowerCase()) ?? [];
    const found = TUNNEL_TYPES.find((name) => name === type);
    if (!found) return findings.add(tree, `tunnel must be ipip, gre or gue:PORT${shown(tree)}`);
    return checkTunnel(tree, { type: found, port: Number(port ?? 0), checksum: 'none' }, findings);
  }
  const fields = readFields(tree, 'a tunnel', TUNNEL_KEYS, findings);
  if (!fields) return undefined;
  if (!fields.type) return findings.add(tree, 'the tunnel has no type: ipip, gue or gre');
  const type = readChoice(fields.type, 'type', TUNNEL_TYPES, {}, findings);
  const port = readNumber(fields.port, 'port', 0, 65535, findings) ?? 0;
  const checksum = readChoice(fields.checksum, 'checksum', CHECKSUMS, {}, findings) ?? 'none';
  return type && checkTunnel(tree, { type, port, checksum }, findings);
}

function checkTunnel(tree: Tree, tunnel: Tunnel, findings: Findings): Tunnel | undefined {
  if (tunnel.port > 65535) return findings.add(tree, `'${tunnel.port}' is not a port`);
  if (tunnel.type === 'gue' && tunnel.port === 0)
    return findings.add(tree, 'a gue tunnel needs a port: gue:6080');
  return tunnel;
}

/** What the kernel would refuse (`ip_vs_new_dest` and its caller in net/netfilter/ipvs/ip_vs_ctl.c). */
function addressProblem(address: Address, service: ServiceId, forwarding: Forwarding): string | undefined {
  const family = familyOf(address);
  if (family !== serviceFamily(service) && forwarding !== 'tunnel') {
    return `${address} is of another address family than its service, which takes forwarding: tunnel`;
  }
  return isDestinationAddress(address) ? undefined : `${address} is not an address of one server`;
}
