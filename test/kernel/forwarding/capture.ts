import { type ChildProcess, spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { formatAddress } from '../../../src/model/address.ts';

// Frames as they are on a device, in and out, read here by hand: what is under test reads and writes none.

/** A TCP or UDP packet, perhaps in a tunnel, as one line: `MAC > MAC [type A > B] A:P > B:P`. */
export type Signature = string;

/** AF_PACKET, SOCK_RAW, ETH_P_ALL: perl is on every Debian. Prints a line when it listens, then each frame in hex. */
const PROGRAM = String.raw`
  my ($device) = @ARGV;
  socket(my $socket, 17, 3, unpack("S", pack("n", 3))) or die "socket: $!";
  my $index = do { open my $file, "<", "/sys/class/net/$device/ifindex" or die "$device: $!"; <$file> };
  bind($socket, pack("S n i S C C a8", 17, 3, $index, 0, 0, 0, "")) or die "bind: $!";
  $| = 1;
  print "ready\n";
  while (defined recv($socket, my $frame, 65536, 0)) { print unpack("H*", $frame), "\n" }
`;

/** Listens on one device of a namespace until it is asked what it heard. */
export class Capture {
  readonly #child: ChildProcess;
  #text = '';

  private constructor(namespace: string, device: string) {
    const words = ['netns', 'exec', namespace, 'perl', '-e', PROGRAM, device];
    this.#child = spawn('ip', words, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child.stdout!.on('data', (chunk) => (this.#text += chunk));
  }

  static async begin(namespace: string, device: string): Promise<Capture> {
    const capture = new Capture(namespace, device);
    for (let waited = 0; !capture.#text.startsWith('ready'); waited += 20) {
      if (waited > 5000 || capture.#child.exitCode !== null) throw new Error('the capture does not begin');
      await sleep(20);
    }
    return capture;
  }

  /** The different packets with this port at either end, in the order of their first. */
  async end(port: number): Promise<Signature[]> {
    await sleep(200);
    this.#child.kill();
    const frames = this.#text.split('\n').slice(1, -1);
    const found = frames.map((hex) => signatureOf(Buffer.from(hex, 'hex')));
    return [...new Set(found.filter((text) => text !== undefined))].filter((text) =>
      new RegExp(String.raw`:${port}\b`).test(text.slice(40)),
    );
  }
}

const TUNNELS: Readonly<Record<number, string>> = { 4: 'ipip', 41: 'ipip', 47: 'gre' };
const GUE_PORT = 6080;
const UDP = 17;

function signatureOf(frame: Buffer): Signature | undefined {
  const mac = (at: number) => frame.toString('hex', at, at + 6).replace(/..(?!$)/g, '$&:');
  const packet = readPacket(frame.subarray(14));
  return packet && `${mac(6)} > ${mac(0)} ${packet}`;
}

function readPacket(bytes: Buffer): string | undefined {
  const header = bytes[0]! >> 4 === 4 ? readInet(bytes) : bytes[0]! >> 4 === 6 ? readInet6(bytes) : undefined;
  if (!header) return undefined;
  const { protocol, from, to, payload } = header;
  const type = TUNNELS[protocol];
  if (type) {
    const inner = readPacket(protocol === 47 ? payload.subarray(4) : payload);
    return inner && `[${type} ${from} > ${to}] ${inner}`;
  }
  if (protocol !== 6 && protocol !== UDP) return undefined;
  const [sourcePort, port] = [payload.readUInt16BE(0), payload.readUInt16BE(2)];
  if (protocol === UDP && port === GUE_PORT) {
    // 8 bytes of UDP, 4 of GUE; every connection has another source port.
    const inner = readPacket(payload.subarray(12));
    return inner && `[gue ${from}:? > ${to}:${port}] ${inner}`;
  }
  return `${from}:${sourcePort} > ${to}:${port}`;
}

function readInet(bytes: Buffer) {
  const payload = bytes.subarray((bytes[0]! & 15) * 4);
  const [from, to] = [formatAddress(bytes, 12, 'inet'), formatAddress(bytes, 16, 'inet')];
  return { protocol: bytes[9]!, from, to, payload };
}

function readInet6(bytes: Buffer) {
  let protocol = bytes[6]!;
  let payload = bytes.subarray(40);
  // Destination options: the limit of encapsulation.
  if (protocol === 60) {
    protocol = payload[0]!;
    payload = payload.subarray(8 * (payload[1]! + 1));
  }
  const [from, to] = [formatAddress(bytes, 8, 'inet6'), formatAddress(bytes, 24, 'inet6')];
  return { protocol, from: `[${from}]`, to: `[${to}]`, payload };
}
