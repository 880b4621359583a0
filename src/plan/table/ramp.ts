/** The weight that is due after `elapsed` of `duration`, in a straight line from one weight to another. */
export function rampWeight(from: number, to: number, elapsed: number, duration: number): number {
  if (duration <= 0 || elapsed >= duration) return to;
  return from + Math.trunc(((to - from) * Math.max(0, elapsed)) / duration);
}
