import { CMD, CMD_ATTR, DAEMON_ATTR, DEST_ATTR, SVC_ATTR } from '../../src/ipvs/constants.ts';
import { COMMAND } from '../../src/ipvs/layout.ts';
import type { Request } from '../../src/ipvs/requests.ts';
import { encodeAttributes } from '../../src/netlink/attributes.ts';
import { Writer } from '../../src/netlink/writer.ts';

// Requests to the kernel as texts that can be compared: a line for each attribute, with its bytes.

const NAMES = new Map<number, string>(Object.entries(CMD).map(([name, number]) => [number, name]));
const NESTED: readonly number[] = [CMD_ATTR.SERVICE, CMD_ATTR.DEST, CMD_ATTR.DAEMON];
/** struct nlmsghdr and struct genlmsghdr. */
const HEADERS = 20;
const NLM_F_DUMP = 0x300;
const AF_INET = 2;

/** What the kernel is asked to do, and for which service a listing is; all that is asked besides is how one gets there. */
export function describeMessages(messages: readonly Buffer[]): string[] {
  return messages
    .filter((message) => isOfInterest(message[16]!, message.readUInt16LE(6)))
    .map((message) => describe(message[16]!, message.subarray(HEADERS)));
}

export function describeRequest({ command, values }: Request): string {
  const writer = new Writer();
  encodeAttributes(writer, COMMAND, values);
  return describe(command, writer.view());
}

function isOfInterest(command: number, flags: number): boolean {
  const reads: number[] = [CMD.GET_INFO, CMD.GET_CONFIG, CMD.GET_DAEMON, CMD.GET_DEST];
  return !reads.includes(command) && (command !== CMD.GET_SERVICE || (flags & NLM_F_DUMP) === 0);
}

function describe(command: number, bytes: Buffer): string {
  const lines: string[] = [];
  for (const [type, payload] of attributesOf(bytes)) {
    if (!NESTED.includes(type)) {
      lines.push(`${type}: ${payload.toString('hex')}`);
      continue;
    }
    const inner = attributesOf(payload);
    for (const [number, value] of inner) {
      if (!isLookedAt(command, type, number)) continue;
      lines.push(`${type}.${number}: ${addressCut(type, number, value, inner).toString('hex')}`);
    }
  }
  return [NAMES.get(command) ?? `command ${command}`, ...lines.sort()].join(' ');
}

const { AF, PROTOCOL, ADDR, PORT, FWMARK } = SVC_ATTR;
const SERVICE_IDENTITY: readonly number[] = [AF, PROTOCOL, ADDR, PORT, FWMARK];
const DESTINATION_IDENTITY: readonly number[] = [DEST_ATTR.ADDR, DEST_ATTR.PORT, DEST_ATTR.ADDR_FAMILY];
const DAEMON_IDENTITY: readonly number[] = [DAEMON_ATTR.STATE, DAEMON_ATTR.SYNC_ID];

/** ipvsadm also sends all of a service, a destination or a daemon where the kernel only looks at its identity. */
function isLookedAt(command: number, outer: number, type: number): boolean {
  switch (outer) {
    case CMD_ATTR.SERVICE:
      return command === CMD.NEW_SERVICE || command === CMD.SET_SERVICE || SERVICE_IDENTITY.includes(type);
    case CMD_ATTR.DEST:
      return command !== CMD.DEL_DEST || DESTINATION_IDENTITY.includes(type);
    default:
      return command !== CMD.DEL_DAEMON || DAEMON_IDENTITY.includes(type);
  }
}

/** ipvsadm sends rubbish behind the 4 bytes of an IPv4 address, which has room for 16. */
function addressCut(outer: number, type: number, value: Buffer, all: ReadonlyMap<number, Buffer>): Buffer {
  const family =
    outer === CMD_ATTR.SERVICE && type === SVC_ATTR.ADDR
      ? all.get(SVC_ATTR.AF)
      : outer === CMD_ATTR.DEST && type === DEST_ATTR.ADDR
        ? all.get(DEST_ATTR.ADDR_FAMILY)
        : undefined;
  return family?.readUInt16LE(0) === AF_INET ? value.subarray(0, 4) : value;
}

function attributesOf(bytes: Buffer): Map<number, Buffer> {
  const found = new Map<number, Buffer>();
  for (let at = 0; at < bytes.length; ) {
    const length = bytes.readUInt16LE(at);
    found.set(bytes.readUInt16LE(at + 2) & 0x3fff, bytes.subarray(at + 4, at + length));
    at += (length + 3) & ~3;
  }
  return found;
}
