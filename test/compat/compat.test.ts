import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Comparison, type Runner, type Transcripts } from './comparison.ts';
import { BEGINNING, LOOKS, openConnections } from './connections.ts';
import { DIFFERENCES } from './differences.ts';
import { generatedSequences } from './generated.ts';
import { Program, withConnections, withFile } from './program.ts';
import type { Sequence, Step } from './sequence.ts';
import { runOurs } from './subject.ts';
import { ADDRESSES } from './themes/addresses.ts';
import { DAEMONS } from './themes/daemons.ts';
import { EXECUTABLE, POWERLESS, RESTORE, SAVE } from './themes/executable.ts';
import { GRAMMAR } from './themes/grammar.ts';
import { HOST_NAMES, HOSTS } from './themes/hosts.ts';
import { FAR_APART, LISTINGS, RICH } from './themes/listings.ts';
import { MATRIX } from './themes/matrix.ts';
import { NUMBERS } from './themes/numbers.ts';
import { RESTORES } from './themes/restores.ts';
import { SERVERS } from './themes/servers.ts';
import { SERVICES } from './themes/services.ts';
import { TEXTS } from './themes/texts.ts';

const THEMES: Readonly<Record<string, readonly Sequence[]>> = {
  services: SERVICES,
  servers: SERVERS,
  grammar: GRAMMAR,
  matrix: MATRIX,
  addresses: ADDRESSES,
  numbers: NUMBERS,
  texts: TEXTS,
  listings: LISTINGS,
  restores: RESTORES,
  daemons: DAEMONS,
  generated: generatedSequences(),
};

const ROOT = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'compat-'));
/** Starting Node for each command takes its time. */
const SLOW = 300_000;

let comparison: Comparison;

beforeAll(async () => {
  comparison = await Comparison.begin();
});

afterAll(async () => {
  await comparison?.end();
  rmSync(folder, { recursive: true });
  process.stdout.write(`compat: ${comparison?.count}\n`);
});

function expectIdentical({ ours, reference }: Transcripts): void {
  expect(ours).toBe(reference);
}

describe.each(Object.entries(THEMES))('%s', (_, sequences) => {
  test.each(sequences)('$name', async (sequence) => {
    expectIdentical(await comparison.run(sequence));
  });
});

describe('deliberate differences', () => {
  const documentation = readFileSync(join(ROOT, 'docs/compatibility.md'), 'utf8');

  test.each(DIFFERENCES)('$row: $step.words', async ({ row, beginning, step, ipvsadm, ours }) => {
    for (const [program, outcome] of [
      ['ipvsadm', ipvsadm],
      ['ours', ours],
    ] as const) {
      await comparison.reset();
      const outcomes = await comparison.runOne(program, [...beginning, step]);
      expect(outcomes.at(-1), program).toEqual(outcome);
    }
    expect(documentation).toContain(`\n| ${row}`);
  });
});

test.each(['-Ln', '-Sn', '-Ln --persistent-conn', '-Ln --stats', '-Ln -t 10.0.0.1:80'])(
  'persistence without a timeout, which only other programs set: %s',
  async (line) => {
    await comparison.reset();
    const service = { protocol: 'tcp', address: '10.0.0.1', port: 80, scheduler: 'rr' } as const;
    await comparison.change({
      kind: 'add-service',
      service: { ...service, persistentWithoutTimeout: true, persistenceMask: '255.255.255.0' },
    });
    await comparison.change({
      kind: 'add-destination',
      service,
      destination: { address: '10.0.0.11', port: 80, forwarding: 'masquerade' },
    });
    const transcripts = await comparison.look({ words: line.split(' ') });
    expectIdentical(transcripts);
    if (line === '-Ln') expect(transcripts.ours).toContain('rr persistent 0 mask 255.255.255.0\n');
  },
);

describe('either restores what the other has saved', () => {
  const save: Step = { words: ['-S', '-n'] };

  test.each([
    ['a table with some of everything', RICH],
    ['addresses far apart', FAR_APART],
  ])('%s', async (_, table) => {
    for (const [writer, reader] of [
      ['ipvsadm', 'ours'],
      ['ours', 'ipvsadm'],
    ] as const) {
      await comparison.reset();
      const text = (await comparison.runOne(writer, [table, save]))[1]!.stdout;
      expect(text.split('\n').length).toBeGreaterThan(10);
      await comparison.reset();
      const restored = await comparison.runOne(reader, [{ words: ['-R'], stdin: text }, save]);
      expect(restored).toEqual([
        { stdout: '', stderr: '', code: 0 },
        { stdout: text, stderr: '', code: 0 },
      ]);
    }
  });
});

describe('the executable', () => {
  const program = (name: string) => [process.execPath, join(folder, name)];
  const run = async (steps: readonly Step[], reference: Program, ours: Program) => {
    try {
      expectIdentical(await comparison.run({ name: '', steps }, reference, ours));
    } finally {
      reference.close();
      ours.close();
    }
  };

  beforeAll(() => {
    expect(existsSync(join(ROOT, 'dist')), 'run `npm run build` first').toBe(true);
    for (const name of ['', '-save', '-restore']) {
      symlinkSync(join(ROOT, `bin/lvsadm${name}.js`), join(folder, `ipvsadm${name}`));
    }
    writeFileSync(join(folder, 'hosts'), HOSTS);
  });

  test('words, streams and exit codes', { timeout: SLOW }, async () => {
    await run(EXECUTABLE, new Program(['ipvsadm']), new Program(program('ipvsadm')));
  });

  test('saving', { timeout: SLOW }, async () => {
    await run(SAVE, new Program(['ipvsadm-save']), new Program(program('ipvsadm-save')));
  });

  test('restoring', { timeout: SLOW }, async () => {
    await run(RESTORE, new Program(['ipvsadm-restore']), new Program(program('ipvsadm-restore')));
  });

  test('without the right to administer the network', { timeout: SLOW }, async () => {
    const powerless = ['setpriv', '--bounding-set=-net_admin'];
    await run(
      POWERLESS,
      new Program([...powerless, 'ipvsadm']),
      new Program([...powerless, ...program('ipvsadm')]),
    );
  });

  test.each(HOST_NAMES)('$name', { timeout: SLOW }, async ({ steps }) => {
    const hosts = withFile('/etc/hosts', join(folder, 'hosts'));
    await run(steps, new Program(['ipvsadm'], hosts), new Program(program('ipvsadm'), hosts));
  });
});

describe('connections', () => {
  const captured = join(ROOT, 'test/unit/ipvsadm/captured/ip_vs_conn.txt');

  test.each(['-Lnc', '-Lc', '-Lnc --persistent-conn', '-Lc --persistent-conn'])(
    'a given text: %s',
    async (line) => {
      const step = { words: line.split(' ') };
      const ours: Runner = {
        run: (steps) =>
          Promise.all(
            steps.map((it) => runOurs(it, { readConnections: async () => readFileSync(captured, 'latin1') })),
          ),
      };
      const reference = new Program(['ipvsadm'], withConnections(captured));
      expectIdentical(await comparison.run({ name: line, steps: [step] }, reference, ours));
      reference.close();
    },
  );

  // Last, because the kernel remembers connections for long.
  test('as they are', { timeout: SLOW }, async () => {
    await comparison.reset();
    await comparison.runOne('ours', [BEGINNING]);
    const close = await openConnections();
    // The kernel sums up its counters every two seconds.
    await setTimeout(2_500);
    try {
      for (const line of LOOKS) expectIdentical(await comparison.look({ words: line.split(' ') }));
      const [listing] = await comparison.runOne('ours', [{ words: ['-Lnc'] }]);
      expect(listing!.stdout.split('\n').length).toBeGreaterThan(10);
    } finally {
      close();
    }
  });
});
