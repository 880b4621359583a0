/** Why a host cannot be prepared as asked: one sentence without a full stop, for the operator. */
export class PlanRefusal extends Error {
  override readonly name = 'PlanRefusal';
}
