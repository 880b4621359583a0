import { decodeAttributes, encodeAttributes } from '../../attributes.ts';
import type { Connection } from '../../connection.ts';
import { NetlinkError } from '../../errors.ts';
import type { Message } from '../../message.ts';
import type { Writer } from '../../writer.ts';
import { attributesStart } from './message.ts';
import { ROUTE, ROUTE_HEADER, RTM_GETROUTE } from './route.ts';

/** What the kernel is asked to find the route of. */
export interface RouteQuestion {
  readonly family: number;
  readonly destination: Uint8Array;
  readonly source?: Uint8Array | undefined;
  /** The device that the packet came in by: asks how it is forwarded, where otherwise it is one of this host's own. */
  readonly inputDevice?: number | undefined;
  readonly mark?: number | undefined;
}

function encodeRouteQuestion(writer: Writer, { family, ...question }: RouteQuestion): void {
  const { destination, source } = question;
  writer.u8(family);
  writer.u8(8 * destination.length);
  writer.u8(source ? 8 * source.length : 0);
  writer.zeros(9);
  encodeAttributes(writer, ROUTE, question);
}

/** The kernel's answer for one destination. */
export interface RawResolvedRoute {
  /** RTN_… */
  readonly type: number;
  readonly index: number;
  readonly gateway: Uint8Array | undefined;
  readonly source: Uint8Array | undefined;
  readonly mtu: number | undefined;
}

export function decodeResolvedRoute(message: Message): RawResolvedRoute {
  const at = attributesStart(message, ROUTE_HEADER);
  const { bytes, start, end } = message;
  const { device, gateway, via, preferredSource, metrics } = decodeAttributes(ROUTE, bytes, at, end);
  return {
    type: bytes[start + 7]!,
    index: device ?? 0,
    gateway: gateway ?? via,
    source: preferredSource,
    mtu: metrics?.mtu,
  };
}

/**
 * Which route the kernel takes to one destination. Rejects with the errno that a packet's sender would get: ENETUNREACH
 * without a route, EHOSTUNREACH, EACCES and EINVAL for unreachable, prohibit and blackhole routes.
 */
export async function lookupRoute(
  connection: Connection,
  question: RouteQuestion,
): Promise<RawResolvedRoute> {
  let found: RawResolvedRoute | undefined;
  await connection.request(
    RTM_GETROUTE,
    (writer) => encodeRouteQuestion(writer, question),
    (message) => {
      found = decodeResolvedRoute(message);
    },
  );
  if (!found) throw new NetlinkError('malformed', 'no route in the answer to a question for one');
  return found;
}
