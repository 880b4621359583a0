import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { targetKey } from '../../../src/plan/host/target.ts';
import { stateText } from '../../../src/settings/index.ts';
import { formatJournal, type JournalContent, readJournal } from '../../../src/syntax/journal.ts';

/** What version 0.1 wrote, each after a few commands on a kernel. */
const folder = join(import.meta.dirname, 'journals-v1');
const names = readdirSync(folder).sort();
const text = (name: string) => readFileSync(join(folder, name), 'utf8');

function read(given: string): JournalContent {
  const content = readJournal(given);
  if (typeof content === 'string') throw new Error(content);
  return content;
}

interface First {
  readonly owners: Record<string, string[]>;
  readonly changes: readonly { readonly before: { value: string }; readonly set: { value: string } }[];
}

describe('a journal of version 1', () => {
  it.each(names)('%s is taken over', (name) => {
    const old = JSON.parse(text(name)) as First;
    const content = read(text(name));
    expect(content.targets.map(targetKey)).toEqual(Object.keys(old.owners));
    expect(content.changes.map(({ setting, before }) => stateText(setting, before))).toEqual(
      old.changes.map(({ before }) => before.value),
    );
    expect(content.changes.map(({ setting, set }) => stateText(setting, set))).toEqual(
      old.changes.map(({ set }) => set.value),
    );
    // What comes with a setting comes back with it.
    for (const [index, { before }] of content.changes.entries()) {
      const { alongside } = old.changes[index]!.before as { alongside?: unknown };
      expect('alongside' in before ? before.alongside : undefined).toEqual(alongside);
    }
  });

  it.each(names)('%s is the same in version 2', (name) => {
    const content = read(text(name));
    expect(read(formatJournal(content))).toEqual(content);
    expect(JSON.parse(formatJournal(content))).toMatchObject({ version: 2 });
  });
});

describe('another text', () => {
  it.each([
    ['', 'it is not JSON'],
    ['{', 'it is not JSON'],
    ['[]', 'it is not what lvsadm writes'],
    ['null', 'it is not what lvsadm writes'],
    ['{"version":3,"targets":[],"changes":[]}', 'it is not what lvsadm writes'],
    ['{"version":2,"targets":[]}', 'it is not what lvsadm writes'],
    ['{"version":2,"targets":[],"changes":[],"more":1}', 'it is not what lvsadm writes'],
    ['{"version":1,"owners":{},"changes":[null]}', 'it is not what lvsadm writes'],
    ['{"version":1,"owners":{},"changes":[{}]}', 'it is not what lvsadm writes'],
    ['{"version":1,"owners":{"realserver 1.2.3.4":1},"changes":[]}', 'it is not what lvsadm writes'],
    ['{"version":1,"owners":{"realserver 1.2.3.4":["--mode"]},"changes":[]}', 'it is not what lvsadm writes'],
  ])('%s: %s', (given, why) => {
    expect(readJournal(given)).toBe(why);
  });

  const sysctl = (path: string, value = '1', before: unknown = { is: 'value', value: '0' }) =>
    JSON.stringify({
      version: 2,
      targets: [],
      changes: [
        {
          setting: { kind: 'sysctl', path, value, accepts: ['1'] },
          before,
          set: { is: 'value', value: '1' },
          owners: ['realserver 10.0.0.1'],
        },
      ],
    });

  it('may name settings of the network only', () => {
    expect(typeof readJournal(sysctl('net/ipv4/conf/eth0.100/arp_ignore'))).toBe('object');
    for (const path of [
      'net/../kernel/core_pattern',
      '../../etc/shadow',
      'kernel/core_pattern',
      'net/ipv4/./../../kernel/modprobe',
      'net//ipv4',
      'net/ipv4/a b',
      '/net/ipv4/ip_forward',
      'net/ipv4/ip_forward\n',
    ]) {
      expect([path, readJournal(sysctl(path))]).toEqual([path, 'it is not what lvsadm writes']);
    }
  });

  it('may have no values but numbers, nor states of another kind', () => {
    const bad = 'it is not what lvsadm writes';
    expect(readJournal(sysctl('net/ipv4/ip_forward', '|/tmp/x'))).toBe(bad);
    expect(readJournal(sysctl('net/ipv4/ip_forward', '1', { is: 'value', value: 'x y' }))).toBe(bad);
    expect(readJournal(sysctl('net/ipv4/ip_forward', '1', { is: 'up' }))).toBe(bad);
    expect(readJournal(sysctl('net/ipv4/ip_forward', '1', { is: 'absent', value: '1' }))).toBe(bad);
    const alongside = { is: 'value', value: '1', alongside: { '../x': '1' } };
    expect(readJournal(sysctl('net/ipv4/ip_forward', '1', alongside))).toBe(bad);
  });

  it('has no target and no setting twice', () => {
    const content = read(text('dr.json'));
    const [target] = content.targets;
    const twice = { ...content, targets: [target!, target!] };
    expect(readJournal(formatJournal(twice))).toBe('it has a target twice');
    const [change] = content.changes;
    expect(readJournal(formatJournal({ ...content, changes: [change!, change!] }))).toBe(
      'it has a setting twice',
    );
  });

  it('10,000 by chance: read or refused in a sentence, and never anything else', () => {
    const sources = names.flatMap((name) => [text(name), formatJournal(read(text(name)))]);
    /** A value of the document, anywhere in it, becomes another one, or goes. */
    const mutate = (source: string, at: number, replacement: unknown): string => {
      const places: [Record<string, unknown>, string][] = [];
      const walk = (value: unknown): void => {
        if (typeof value !== 'object' || value === null) return;
        for (const key of Object.keys(value)) {
          places.push([value as Record<string, unknown>, key]);
          walk((value as Record<string, unknown>)[key]);
        }
      };
      const value = JSON.parse(source) as unknown;
      walk(value);
      const [holder, key] = places[at % places.length]!;
      if (replacement === undefined) delete holder[key];
      else holder[key] = replacement;
      return JSON.stringify(value);
    };
    const odd = fc.oneof(
      fc.constantFrom(undefined, null, '', '../x', 'absent', 'up', 0, -1, 2 ** 40, true, {}, [], 'a\nb'),
      fc.jsonValue(),
      fc.constantFrom({ is: 'absent' }, { is: 'present' }, { value: '0' }, ['realserver 10.0.0.1']),
    );
    let refused = 0;
    fc.assert(
      fc.property(fc.constantFrom(...sources), fc.nat(100_000), odd, (source, at, replacement) => {
        const content = readJournal(mutate(source, at, replacement));
        if (typeof content === 'string') refused++;
        else expect(readJournal(formatJournal(content))).toEqual(content);
      }),
      { seed: 20_261_127, numRuns: 10_000 },
    );
    expect(refused).toBeGreaterThan(5_000);
  });
});
