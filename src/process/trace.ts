import { newTrace } from '../ipvs/trace.ts';
import type { Writer } from './world.ts';

/** What LVSADM_TRACE can ask for. */
const NETLINK = 'netlink';

/** The trace that the environment variable LVSADM_TRACE asks for, to standard error. */
export function traceTo(stderr: Writer, wanted: string): ReturnType<typeof newTrace> | undefined {
  if (wanted === NETLINK) return newTrace((text) => stderr.write(text));
  stderr.write(`note: LVSADM_TRACE: '${wanted}' is not ${NETLINK}, and nothing is traced\n`);
  return undefined;
}
