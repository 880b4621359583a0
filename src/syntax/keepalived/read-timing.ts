import { type Notes, note } from './notes.ts';
import type { Timing } from './server.ts';
import type { Statement } from './tree.ts';
import { readTimer, readUnsigned } from './values.ts';

/** Takes a statement about the terms of checks. False when it is about something else. */
export function takeTiming(
  timing: Timing,
  { keyword, words, place }: Statement,
  leastRetry: number,
  notes: Notes,
): boolean {
  const [text] = words;
  const take = (name: keyof Timing, value: number | undefined) => {
    if (value === undefined) note(notes, 'ignored', place, `${keyword} '${text ?? ''}' is no value for it`);
    else timing[name] = value;
    return true;
  };
  switch (keyword) {
    case 'connect_timeout':
      return take('connectTimeout', readTimer(text, 1));
    case 'delay_loop':
      return take('delayLoop', readTimer(text, 1));
    case 'delay_before_retry':
      return take('delayBeforeRetry', readTimer(text));
    case 'warmup':
      return take('warmup', readTimer(text));
    case 'retry':
      return take('retry', readUnsigned(text, leastRetry, 0xffffffff, leastRetry === 0));
    default:
      return false;
  }
}
