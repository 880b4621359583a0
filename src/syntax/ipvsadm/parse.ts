import { checkDraft, readSchedulerFlags } from './checks.ts';
import type { Command } from './command.ts';
import { type Draft, newDraft } from './draft.ts';
import { commandOf } from './intent.ts';
import { type HostNeeded, type Refusal, refuse, refuseOption, Stop, usageRefusal } from './refusal.ts';
import { SETTINGS } from './settings.ts';
import { type Lookup, readRole, readTimeout } from './values.ts';
import { type Token, WordScanner } from './words.ts';

/** What the meaning of a command line depends on, apart from its words. */
export interface ParseWorld extends Lookup {
  /** The name that the program was called by. */
  readonly programName: string;
  /** Whether the first operand ends the options, as the environment variable POSIXLY_CORRECT asks for. */
  readonly posix: boolean;
  /** Whether the options that ipvsadm does not have are known. */
  readonly ownOptions: boolean;
}

/**
 * A command line that has been read. With `host-needed`, look the name up, add it to `hosts` and parse again: that
 * keeps this function pure and synchronous, and lines of numbers never need it.
 */
export type Parsed = { readonly kind: 'command'; readonly command: Command } | Refusal | HostNeeded;

/** Reads a command line (without the program's name) as ipvsadm 1.31 does. Never throws. */
export function parse(words: readonly string[], world: ParseWorld): Parsed {
  try {
    return { kind: 'command', command: readLine(words, world) };
  } catch (stop) {
    if (stop instanceof Stop) return stop.reason;
    throw stop;
  }
}

function readLine(words: readonly string[], world: ParseWorld): Command {
  if (words.length === 0) return commandOf(newDraft('list'));
  const scanner = new WordScanner(words, world);
  const first = scanner.next();
  if (first?.kind !== 'option' || first.option.does !== 'command')
    throw new Stop(usageRefusal(world.programName));
  const draft = newDraft(first.option.command);
  if (draft.command === 'help' || draft.command === 'version') return commandOf(draft);
  if (draft.command === 'start-daemon') {
    draft.role = readRole(first.value, 'illegal start-daemon parameter specified');
  }
  if (draft.command === 'stop-daemon') draft.role = readRole(first.value, 'illegal start_daemon specified');
  for (let token = scanner.next(); token; token = scanner.next()) takeToken(draft, token, world);
  takeOperands(draft, scanner.operands);
  if (draft.schedulerFlagWords !== undefined) {
    draft.schedulerFlags = readSchedulerFlags(draft.schedulerFlagWords, draft.scheduler);
  }
  checkDraft(draft);
  return commandOf(draft);
}

function takeToken(draft: Draft, token: Token, world: ParseWorld): void {
  if (token.kind === 'error') throw refuseOption(token.word, token.text);
  const { option } = token;
  if (option.does === 'command') throw refuse(`invalid option \`${token.word}'`);
  if (option.slot) {
    if (draft.filled.has(option.slot)) throw refuse(`multiple '${option.slot}' options specified`);
    draft.filled.add(option.slot);
  }
  SETTINGS[option.long](draft, token.value, world);
}

/** Only `--set` takes operands: the three timeouts. */
function takeOperands(draft: Draft, operands: readonly string[]): void {
  const wanted = draft.command === 'set' ? 3 : 0;
  if (wanted === 0 && operands.length === 0) return;
  if (operands.length < wanted) throw refuse('--set option requires 3 timeout values');
  const [tcp, tcpFin, udp] = operands.slice(0, wanted).map((operand) => readTimeout(operand, 0));
  draft.timeouts = [tcp ?? 0, tcpFin ?? 0, udp ?? 0];
  const surplus = operands[wanted];
  if (surplus !== undefined) throw refuse(`unexpected argument ${surplus}`);
}
