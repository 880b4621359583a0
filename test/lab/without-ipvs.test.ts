import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHECKOUT, lab } from './lab.ts';

/** Start-up where the kernel has no IPVS and no module of it: ours beside the real ipvsadm. */

const MODULES = ['/usr', join(CHECKOUT, '.cache/lab/root/usr')].map((usr) => join(usr, 'lib/uml/modules'));
const folder = mkdtempSync(join(tmpdir(), 'no-modules-'));

/** Debian's modules, but for all that the lab itself does not need. */
beforeAll(() => {
  const debian = MODULES.find(existsSync);
  expect(debian, 'modules of the package user-mode-linux').toBeDefined();
  chmodSync(folder, 0o755);
  for (const release of readdirSync(debian!)) {
    const overlayfs = join(release, 'kernel/fs/overlayfs');
    mkdirSync(join(folder, release));
    cpSync(join(debian!, overlayfs), join(folder, overlayfs), { recursive: true });
    writeFileSync(join(folder, release, 'modules.dep'), '');
  }
});

afterAll(() => rmSync(folder, { recursive: true }));

const PROGRAMS = { reference: 'ipvsadm', ours: 'node /tmp/ipvsadm' };
const BOTH_FAIL = [
  '',
  '-Ln',
  '-A -t 10.0.0.1:80',
  '-Sn',
  '-C',
  '-R',
  '-Lc',
  '-L --timeout',
  '--stop-daemon master',
];
const ONLY_OURS_ANSWERS = ['-v', '-A -t bad', 'foo', '-L --bogus'];

/** What both programs say to every command line, each with its exit code. */
async function outcomes(): Promise<Record<keyof typeof PROGRAMS, Map<string, string>>> {
  const runs = [...BOTH_FAIL, ...ONLY_OURS_ANSWERS].flatMap((words) =>
    Object.values(PROGRAMS).map(
      (program) =>
        `${program} ${words} >/tmp/out 2>/tmp/err </dev/null; echo "=$?"; cat /tmp/out; echo =; cat /tmp/err; echo ===`,
    ),
  );
  const script = ['ln -s "$PWD/bin/lvsadm.js" /tmp/ipvsadm', ...runs].join('\n');
  const env = { LVSADM_LAB_KERNEL: 'debian', LVSADM_LAB_MODULES: folder };
  const { stdout, stderr, code } = await lab(['sh', '-c', script], { env });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const answers = stdout.toString().split('===\n');
  const reference = new Map<string, string>();
  const ours = new Map<string, string>();
  for (const [index, words] of [...BOTH_FAIL, ...ONLY_OURS_ANSWERS].entries()) {
    reference.set(words, answers[2 * index]!);
    ours.set(words, answers[2 * index + 1]!);
  }
  return { reference, ours };
}

test('what needs the kernel fails in the same words; what does not is answered', async () => {
  const { reference, ours } = await outcomes();
  for (const words of BOTH_FAIL) {
    expect(ours.get(words), words).toBe(reference.get(words));
  }
  const lines = [
    "Can't initialize ipvs: Protocol not available",
    'Are you sure that IP Virtual Server is built in the kernel or as module?',
    '',
  ];
  expect(reference.get('-Ln')).toMatch(/^=2\n=\nmodprobe: FATAL: /);
  for (const answer of reference.values()) expect(answer.endsWith(lines.join('\n'))).toBe(true);

  const usage = "=255\n=\nTry `ipvsadm -h' or 'ipvsadm --help' for more information.\n";
  expect(ours.get('-v')).toBe('=0\nipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n=\n');
  expect(ours.get('-A -t bad')).toBe('=2\n=\nillegal virtual server address[:port] specified\n');
  expect(ours.get('foo')).toBe(usage);
  expect(ours.get('-L --bogus')).toBe('=255\n=\n--bogus: unknown option\n');
});
