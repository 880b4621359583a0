import { DEFAULT_TUNNEL, type Tunnel } from '../../model/destination.ts';
import { type Notes, note } from './notes.ts';
import type { Way } from './server.ts';
import type { Statement } from './tree.ts';
import { readUnsigned } from './values.ts';

const METHODS: Readonly<Record<string, Way['forwarding']>> = {
  NAT: 'masquerade',
  DR: 'direct',
  TUN: 'tunnel',
};
const CHECKSUMS: Readonly<Record<string, Tunnel['checksum']>> = {
  nocsum: 'none',
  csum: 'full',
  remcsum: 'remote',
};

/** `lb_kind DR`, `lvs_method TUN type gue port 6080 csum`: how packets are forwarded, or what is kept of `before`. */
export function readForwarding(
  { words, place }: Statement,
  before: Way | undefined,
  notes: Notes,
): Way | undefined {
  const [method = '', ...options] = words;
  const forwarding = Object.hasOwn(METHODS, method) ? METHODS[method]! : undefined;
  if (!forwarding) {
    const stays = before ? 'the method stays as it is' : 'the method is NAT unless something else says so';
    note(
      notes,
      'changed',
      place,
      `'${method}' is no forwarding method to keepalived, which wants NAT, DR or TUN in capitals: ${stays}`,
    );
    return before;
  }
  const tunnel = readTunnel(options);
  if (typeof tunnel === 'string') {
    note(notes, 'changed', place, `${tunnel}: keepalived takes ${method} and leaves the options away`);
    return { forwarding, tunnel: before?.tunnel ?? DEFAULT_TUNNEL };
  }
  return { forwarding, tunnel };
}

/** The tunnel, or what is wrong with its options. */
function readTunnel(options: readonly string[]): Tunnel | string {
  let { type, port, checksum } = DEFAULT_TUNNEL;
  for (let at = 0; at < options.length; at++) {
    const option = options[at]!;
    if (option === 'type') {
      const name = options[++at] ?? '';
      if (name !== 'ipip' && name !== 'gue' && name !== 'gre') return `'${name}' is no type of tunnel`;
      type = name;
    } else if (option === 'port') {
      const number = readUnsigned(options[++at], 1, 65535, false);
      if (number === undefined) return `'${options[at] ?? ''}' is no port`;
      port = number;
    } else if (Object.hasOwn(CHECKSUMS, option)) {
      checksum = CHECKSUMS[option]!;
    } else {
      return `'${option}' is no option of a tunnel`;
    }
  }
  if ((type === 'gue') !== (port !== 0)) return 'GUE needs a port, and other tunnels have none';
  if (type === 'ipip' && checksum !== 'none') return 'IPIP has no checksum';
  if (type === 'gre' && checksum === 'remote') return 'GRE has no remote checksum';
  return { type, port, checksum };
}
