/** Exit codes of the lab itself, as timeout(1) and docker(1) use them; 126 and 127 come from env(1) in the guest. */
export const TIMED_OUT = 124;
export const LAB_FAILED = 125;

/** Something that the person at the keyboard has to know or fix: printed without a stack trace. */
export class LabFailure extends Error {}

export const say = (text) => process.stderr.write(`lab: ${text}\n`);
