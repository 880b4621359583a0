import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ensurePackages } from './lab-host/packages.js';

const HELP = `Usage: scripts/test [--native] [PART…]

Installs what is missing, runs these parts of the tests (default: all), and ends with a line
"N passed, N failed". A run that ended early, a skipped test and a complaint of the compiler or the
linter count as failed. The exit code is 0 only if nothing failed.

  check   the compiler and the linter
  unit    pure functions
  fault   the library against a scripted kernel
  native  the command line compared with the real ipvsadm's, thousands of lines by chance, without a kernel
  import  configurations given to the real keepalived and to us, without a kernel
  lab     scripts/lab itself
  kernel  the library and the commands on a real kernel: in the lab
  compat  the command line compared with the real ipvsadm's: in the lab
  fullnat FULLNAT: in the lab
  smoke   a part of kernel on Debian's kernel, too: in the lab

In the lab, all but smoke run on the kernel that scripts/lab-kernel builds. It is built first when it
is not there yet, which takes some minutes. kernel and compat run on $LVSADM_LAB_KERNEL if that is set.

  --native  run kernel and compat on this machine's own kernel (scripts/lab --native)
`;

const CHECKS = [
  ['node_modules/.bin/tsc', '--noEmit'],
  ['node_modules/.bin/biome', 'check', '.'],
  ['node_modules/.bin/knip'],
];
/** What the comparison needs, and what compiles the programs of bpf/. */
const NATIVE_PACKAGES = ['ipvsadm', 'gcc', 'libc6-dev', 'iproute2', 'clang', 'llvm', 'libbpf-dev'];
/** Vitest projects that run together: kernel and compat share one boot, of the kernel that the lab prefers. */
const RUNS = [
  { projects: ['unit', 'fault'], isInLab: false },
  { projects: ['native'], isInLab: false, packages: NATIVE_PACKAGES },
  { projects: ['import'], isInLab: false, packages: ['keepalived', 'gcc', 'libc6-dev', 'iproute2'] },
  { projects: ['lab'], isInLab: false },
  { projects: ['kernel', 'compat'], isInLab: true },
  { projects: ['fullnat'], isInLab: true, kernel: 'built' },
  { projects: ['smoke'], isInLab: true, kernel: 'debian' },
];
const PARTS = ['check', ...RUNS.flatMap(({ projects }) => projects)];
const LAB_SECONDS = 2700;
/** Of Debian, for tests in the lab only: what boots with our units, completes our options, loads TOA's programs. */
const PACKAGES = ['systemd', 'zsh', 'bpftool', 'ethtool'];
/** Of each of these projects a line says how much was compared. */
const COUNTS = { compat: /^compat: \d+ .*$/m, native: /^native: \d+ .*$/m };

const folder = mkdtempSync(join(tmpdir(), 'lvsadm-test-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

/** Runs a program in sight of the user. @returns its exit code and what it wrote to standard output */
async function run(words) {
  console.log(`\n> ${words.join(' ')}`);
  const [program, ...rest] = words;
  const env = process.stdout.isTTY ? { FORCE_COLOR: '1', ...process.env } : process.env;
  const child = spawn(program, rest, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part) => {
    text += part;
    process.stdout.write(part);
  });
  const [code] = await once(child, 'close');
  return { code, text };
}

/** The command for these projects; it leaves `report.json` in `out`. In the lab the checkout is read-only. */
function vitest(projects, out, { isInLab, kernel }, isNative) {
  const words = [
    'node_modules/.bin/vitest',
    'run',
    '--allowOnly=false',
    '--reporter=default',
    '--reporter=json',
  ];
  for (const project of projects) words.push('--project', project);
  if (!isInLab) return [...words, `--outputFile.json=${out}/report.json`];

  const lab = [
    'scripts/lab',
    '--timeout',
    `${LAB_SECONDS}`,
    '--out',
    out,
    ...(isNative ? ['--native'] : kernel ? ['--kernel', kernel] : []),
  ];
  const inShell = ['sh', '-c', 'exec "$@" "--outputFile.json=$LAB_OUT/report.json"', 'sh'];
  const notBundled = '--configLoader=runner'; // bundling would write beside the configuration
  return [...lab, '--', ...inShell, ...words, notBundled];
}

/** @returns how many tests passed and failed, and remarks: lines for the end, of which each `problem` is a failure more */
async function runTests(projects, place, isNative) {
  const out = join(folder, projects.join('-'));
  const { code, text } = await run(vitest(projects, out, place, isNative));
  const report = readReport(join(out, 'report.json'));
  if (report === undefined) {
    return { passed: 0, failed: 0, notes: [], problems: [`${projects}: ended with ${code} and no report`] };
  }
  const { files, passed, failed, skipped } = report;
  const problems = projects
    .filter((project) => !files.some((file) => file.includes(`/test/${project}/`)))
    .map((project) => `${project}: no test was run`);
  const counts = [];
  for (const project of projects.filter((name) => name in COUNTS)) {
    const count = COUNTS[project].exec(text)?.[0];
    if (count) counts.push(count);
    else problems.push(`${project}: it does not say how much was compared`);
  }
  if (code !== 0 && failed + problems.length === 0) problems.push(`${projects}: ended with ${code}`);
  const notes = [...(skipped > 0 ? [`${projects}: ${skipped} skipped`] : []), ...counts];
  return { passed, failed, notes, problems };
}

/** What vitest's JSON report says; undefined if there is none. A file that did not load is a failure without tests. */
function readReport(path) {
  let report;
  try {
    report = JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
  const skipped = report.numPendingTests + report.numTodoTests;
  const didNotLoad = ({ status, assertionResults }) => status === 'failed' && assertionResults.length === 0;
  return {
    files: report.testResults.map(({ name }) => name),
    passed: report.numPassedTests,
    failed: report.numFailedTests + skipped + report.testResults.filter(didNotLoad).length,
    skipped,
  };
}

const wantsBuilt = ({ isInLab, kernel = process.env.LVSADM_LAB_KERNEL || 'built' }) =>
  isInLab && kernel === 'built';

async function main(parts, isNative) {
  if ((await run(['scripts/install'])).code !== 0) throw new Error('cannot install what the tests need');
  const total = { passed: 0, failed: 0 };
  const remarks = [];
  let looked = false;
  for (const check of parts.includes('check') ? CHECKS : []) {
    if ((await run(check)).code === 0) continue;
    total.failed++;
    remarks.push(`failed: ${check.join(' ')}`);
  }
  for (const { projects, ...place } of RUNS) {
    const wanted = projects.filter((project) => parts.includes(project));
    if (wanted.length === 0) continue;
    if (place.kernel && isNative) {
      remarks.push(`${wanted.join(', ')}: left out with --native`);
      continue;
    }
    if (wantsBuilt(place) && !isNative && !looked) {
      looked = true;
      if ((await run(['scripts/lab-kernel'])).code !== 0) {
        total.failed++;
        remarks.push('failed: scripts/lab-kernel, which builds the kernel to test on');
      }
    }
    if (wanted.includes('kernel') || wanted.includes('fullnat')) ensurePackages(PACKAGES);
    if (place.packages) ensurePackages(place.packages);
    const { passed, failed, notes, problems } = await runTests(wanted, place, isNative);
    total.passed += passed;
    total.failed += failed + problems.length;
    remarks.push(...problems, ...notes);
  }
  console.log(['', ...remarks, `${total.passed} passed, ${total.failed} failed`].join('\n'));
  return total.failed === 0 ? 0 : 1;
}

try {
  const options = { native: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } };
  const { values, positionals } = parseArgs({ options, allowPositionals: true });
  const unknown = positionals.find((part) => !PARTS.includes(part));
  if (unknown !== undefined) throw new Error(`there is no part '${unknown}'; see scripts/test --help`);
  if (values.help) process.stdout.write(HELP);
  else process.exitCode = await main(positionals.length > 0 ? positionals : PARTS, values.native ?? false);
} catch (error) {
  console.error(`test: ${error.message}`);
  console.log('0 passed, 1 failed');
  process.exitCode = 1;
}
