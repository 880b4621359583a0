import type { Trace } from '../netlink/trace.ts';
import { newTracer } from '../netlink/tracer.ts';
import { CMD, GENL_NAME } from './constants.ts';
import { layoutOf } from './layout.ts';

/** A trace, as text, of everything that goes over netlink; the attributes of IPVS go by their names. */
export function newTrace(write: (text: string) => void): Trace {
  return newTracer(write, { [GENL_NAME]: { commands: CMD, layoutOf } });
}
