import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkChange } from '../../../src/ipvs/validate.ts';
import { runIpvsadm } from '../../../src/ipvsadm/run.ts';
import { runRestore, runSave } from '../../../src/ipvsadm/scripts.ts';
import { OPTIONS, OWN_OPTIONS } from '../../../src/syntax/ipvsadm/options.ts';
import { parse } from '../../../src/syntax/ipvsadm/parse.ts';
import { fakeKernel, fakeWorld, input } from '../fake-world.ts';

/** Words that are near enough to sense to get past the first check, and words that are not. */
const spellings = [...OPTIONS, ...OWN_OPTIONS].flatMap(({ letter, long }) =>
  letter ? [`-${letter}`, `--${long}`] : [`--${long}`],
);
const commands = OPTIONS.filter(({ does }) => does === 'command').map(({ long }) => `--${long}`);
const values = [
  '1.1.1.1:80',
  '[2001:db8::1]:80',
  '::',
  '[::1',
  ']:',
  'vip:http',
  '0',
  '1',
  '-1',
  '4294967296',
  '1e9',
  '0x',
  ' 7',
  'master',
  'rr',
  'sh',
  'sh-port,flag-1',
  ',',
  'gue',
  'ff02::1',
  '224.0.0.1',
  '255.0.0.0',
  '--',
  '-',
  '',
  '=',
  'ipvsadm',
  '\0',
  '\n',
  '\ud800',
  '__proto__',
  'constructor',
  '%s%n',
  '!#:+',
  '😀'.repeat(50),
  'x'.repeat(5000),
];
const word = fc.oneof(
  fc.constantFrom(...spellings),
  fc.constantFrom(...values),
  fc
    .tuple(fc.constantFrom(...spellings), fc.constantFrom(...values))
    .map(([option, value]) => option + value),
  fc.tuple(fc.constantFrom(...spellings), fc.constantFrom(...values)).map((pair) => pair.join('=')),
  fc.string({ unit: 'binary' }),
);
const words = fc.oneof(
  fc.array(word, { maxLength: 8 }),
  fc
    .tuple(fc.constantFrom(...commands), fc.array(word, { maxLength: 8 }))
    .map(([first, rest]) => [first, ...rest]),
);
const line = words.map((parts) => parts.join(' '));
const text = fc.oneof(
  fc.array(line, { maxLength: 6 }).map((lines) => lines.join('\n')),
  fc.string({ unit: 'binary' }),
);

const CODES = [0, 1, 2, 255];

describe('any words at all', () => {
  it('are a command, a refusal, or in need of a host name', () => {
    const world = { programName: 'ipvsadm', hosts: new Map(), servicePort: () => undefined };
    fc.assert(
      fc.property(words, fc.boolean(), fc.boolean(), (line, posix, ownOptions) => {
        const parsed = parse(line, { ...world, posix, ownOptions });
        if (parsed.kind === 'refusal') expect(parsed.text).toMatch(/\n$/);
        if (parsed.kind === 'host-needed') expect(parsed.name).not.toBe('');
        const change = parsed.kind === 'command' && parsed.command.kind === 'change' && parsed.command.change;
        // A restore sends them without another look.
        if (change) expect(() => checkChange(change)).not.toThrow();
        expect(['command', 'refusal', 'host-needed']).toContain(parsed.kind);
      }),
      { seed: 20, numRuns: 20_000 },
    );
  });

  it('end with an exit code of ipvsadm’s and no stack trace, 10,000 times', async () => {
    const program = fc.constantFrom(runIpvsadm, runIpvsadm, runIpvsadm, runSave, runRestore);
    const name = fc.constantFrom('ipvsadm', 'lvsadm');
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(
        program,
        name,
        words,
        text,
        fc.nat(40),
        async (run, programName, line, stdin, refused) => {
          let count = 0;
          const kernel = fakeKernel(() => (++count % 3 === 0 ? refused : undefined));
          const world = fakeWorld({ programName, stdin: input(stdin), openKernel: async () => kernel });
          const code = await run(line, world);
          seen.add(code);
          expect(CODES).toContain(code);
          expect(world.stderrText).not.toMatch(/internal error|\n {4}at /);
          if (code !== 0) expect(world.stderrText).not.toBe('');
        },
      ),
      { seed: 21, numRuns: 10_000 },
    );
    expect([...seen].sort((a, b) => a - b)).toEqual(CODES);
  }, 120_000);
});
