import type { Place } from '../document/place.ts';
import { Definitions } from './definitions.ts';
import { type Notes, note } from './notes.ts';
import { parseSequence } from './sequence.ts';

/** One line of a configuration, after everything that keepalived does to lines before it looks for keywords. */
export interface Line {
  readonly text: string;
  readonly place: Place;
}

/** The files that a configuration is made of. */
export interface ConfigFiles {
  /** The text of a file; `undefined` where it cannot be read. */
  read(path: string): string | undefined;
  /** The files that a pattern of an `include` names, in order; `from` is the file that says it. */
  find(pattern: string, from: string): readonly string[];
}

export interface LineOptions {
  readonly files: ConfigFiles;
  /** What `@id` lines are for: the option `-i` of keepalived, or the host's name up to its first dot. */
  readonly configId: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** Includes within includes, and definitions within definitions, that a person might mean. */
const DEEPEST = 64;
/** Lines that one definition or sequence may become. */
const MOST_LINES = 500_000;

const INCLUDE = /^include[rmwba]?\s+(.*)$/;

/**
 * The lines of a configuration file, its includes among them, in the order in which keepalived sees them
 * (`read_line` of lib/parser.c): comments and blank lines gone, conditions decided, definitions and sequences put in,
 * and every brace on a line of its own.
 */
export function expandLines(file: string, options: LineOptions, notes: Notes): Line[] {
  const expansion = new Expansion(options, notes);
  expansion.addFile(file, 0);
  return expansion.lines;
}

class Expansion {
  readonly lines: Line[] = [];
  readonly #options: LineOptions;
  readonly #notes: Notes;
  readonly #definitions: Definitions;
  /** A definition that goes on in the next line. */
  #open: { readonly name: string; readonly body: string[] } | undefined;

  constructor(options: LineOptions, notes: Notes) {
    this.#options = options;
    this.#notes = notes;
    this.#definitions = new Definitions(options);
  }

  addFile(file: string, depth: number): void {
    const text = this.#options.files.read(file);
    if (text === undefined || depth > DEEPEST) {
      const why = text === undefined ? 'it cannot be read' : 'includes go too deep';
      note(this.#notes, 'left-out', { file, line: 1 }, `${file} is left out: ${why}`);
      return;
    }
    this.#definitions.enter(file);
    for (const [index, raw] of text.split(/\r*\n/).entries()) {
      const place = { file, line: index + 1 };
      // An empty line ends a definition of several lines; a comment in it does not.
      if (raw === '') this.#open = undefined;
      else this.#addRaw(stripComment(raw), place, depth);
    }
    this.#open = undefined;
  }

  #addRaw(text: string, place: Place, depth: number): void {
    if (text === '') return;
    if (this.#open) {
      const goesOn = text.endsWith('\\');
      this.#open.body.push((goesOn ? text.slice(0, -1) : text).trimEnd());
      this.#definitions.define(this.#open.name, this.#open.body.filter(Boolean));
      if (!goesOn) this.#open = undefined;
      return;
    }
    this.#add(text, place, depth);
  }

  #add(given: string, place: Place, depth: number): void {
    if (depth > DEEPEST || this.lines.length > MOST_LINES) {
      note(this.#notes, 'left-out', place, 'definitions or sequences have no end here; the rest is left out');
      return;
    }
    let text = given;
    for (let round = 0; round < DEEPEST; round++) {
      const kept = this.#decide(text);
      if (kept === undefined) return;
      text = kept;
      const definition = /^\$([A-Za-z_][A-Za-z0-9_]*)=[ \t]*(.*)$/.exec(text);
      if (definition) {
        this.#define(definition[1]!, definition[2]!);
        return;
      }
      if (text.startsWith('~SEQ') || text.startsWith('~LST')) {
        this.#repeat(text, place, depth);
        return;
      }
      const replaced = this.#definitions.replace(text);
      if (!replaced) break;
      if (replaced.more.length > 0) {
        for (const part of [replaced.text, ...replaced.more]) this.#add(stripComment(part), place, depth + 1);
        return;
      }
      text = stripComment(replaced.text);
      if (text === '') return;
    }
    const include = INCLUDE.exec(text);
    if (include) this.#include(include[1]!, place, depth);
    else this.#split(text, place, depth);
  }

  /** The rest of a conditional line whose condition holds; any other line as it is; `undefined` otherwise. */
  #decide(text: string): string | undefined {
    const condition = /^@(\^?)(\S*)(.*)$/.exec(text);
    if (!condition) return text;
    const [, not, id, rest = ''] = condition;
    const holds = (id === this.#options.configId) !== (not === '^');
    return holds && rest.trim() !== '' ? rest.trim() : undefined;
  }

  #define(name: string, value: string): void {
    if (!value.endsWith('\\')) {
      this.#definitions.define(name, value);
      return;
    }
    const first = value.slice(0, -1).trimEnd();
    this.#open = { name, body: first === '' ? [] : [first] };
    this.#definitions.define(name, this.#open.body);
  }

  #repeat(text: string, place: Place, depth: number): void {
    const sequence = parseSequence(text, (part) => this.#definitions.replace(part)?.text ?? part);
    if (!sequence) {
      note(this.#notes, 'ignored', place, `'${text}' is not understood, by keepalived neither`);
      return;
    }
    for (const values of sequence.values) {
      for (const [name, value] of values) this.#definitions.define(name, value);
      this.#add(sequence.rest, place, depth + 1);
    }
  }

  #include(pattern: string, place: Place, depth: number): void {
    const found = this.#options.files.find(pattern, place.file);
    if (found.length === 0) note(this.#notes, 'ignored', place, `include ${pattern}: there is no such file`);
    for (const file of found) this.addFile(file, depth + 1);
    this.#definitions.enter(place.file);
  }

  /** Braces outside quotes stand alone: `url { path / }` is four lines. */
  #split(text: string, place: Place, depth: number): void {
    const brace = findBrace(text);
    if (brace === undefined) {
      this.lines.push({ text, place });
      return;
    }
    const end = brace === 0 ? 1 : brace;
    this.lines.push({ text: text.slice(0, end).trimEnd(), place });
    const rest = text.slice(end).trim();
    if (rest !== '') this.#add(rest, place, depth);
  }
}

/** Without what follows `#` or `!` outside quotes, and without blanks around; `\#` and `\!` are the characters. */
function stripComment(line: string): string {
  let text = '';
  let isQuoted = false;
  const given = line.replace(/^[ \t]+/, '');
  for (let at = 0; at < given.length; at++) {
    const character = given[at]!;
    if (character === '\\' && at + 1 < given.length) {
      const next = given[at + 1]!;
      text += !isQuoted && (next === '#' || next === '!') ? next : character + next;
      at++;
      continue;
    }
    if (character === '"') isQuoted = !isQuoted;
    if (!isQuoted && (character === '#' || character === '!')) break;
    text += character;
  }
  return text.replace(/[ \t]+(\\?)$/, '$1');
}

function findBrace(text: string): number | undefined {
  if (text[0] === '{' || text[0] === '}') return 0;
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '{' || text[at] === '}') return at;
    if (text[at] !== '"') continue;
    const end = text.indexOf('"', at + 1);
    if (end < 0) return undefined;
    at = end;
  }
  return undefined;
}
