/**
 * What a refusal is about, for programs.
 * - `occupied`: a thing of this host is somebody else's, or not as we make it.
 * - `no-module`: the kernel has no such module.
 * - `needs-gateway`: replies do not go back through the director, and nobody asked to have that set.
 * - `address-taken`: another host answers for an address.
 * - `not-permitted`: the process lacks CAP_NET_ADMIN.
 * - `other-target`: the same is up with other options.
 * - `impossible`: what is asked for cannot be on this host.
 */
export type RefusalCode =
  | 'occupied'
  | 'no-module'
  | 'needs-gateway'
  | 'address-taken'
  | 'not-permitted'
  | 'other-target'
  | 'impossible';

/** Why something cannot be done as asked, before anything was changed: one sentence without a full stop. */
export class PlanRefusal extends Error {
  override readonly name = 'PlanRefusal';
  readonly code: RefusalCode;

  constructor(message: string, code: RefusalCode = 'impossible') {
    super(message);
    this.code = code;
  }
}
