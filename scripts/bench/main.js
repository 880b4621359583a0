/**
 * npm run bench: lvsadm beside ipvsadm on the same kernel, run as root inside the lab. Every comparison alternates the
 * two and takes the median of the ratios, since a lone time says more about the machine than about the program.
 *
 *     node scripts/bench/main.js [--rounds N] [--services N[,N…]]
 */
import { parseArgs } from 'node:util';
import { compileLowerBound } from './lower-bound.js';
import {
  clearTable,
  countSystemCalls,
  fileOf,
  inFreshNamespace,
  lvsadm,
  netlinkTime,
  nodeBound,
  peakMemory,
  timeOnce,
  timePairs,
} from './measure.js';
import { DESTINATIONS, rulesOf } from './rules.js';
import { printTable } from './table.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    services: { type: 'string', default: '2000,10000' },
    scale: { type: 'string', default: '200,2000,10000,20000' },
  },
});
const rounds = Number(values.rounds);
const numbers = (text) => text.split(',').map(Number);

console.log(`Kernel ${timeOnce.kernel()}, Node.js ${process.version}, ${rounds} rounds, medians.\n`);

startUp();
for (const services of numbers(values.services)) sideBySide(services);
documents();
scale(numbers(values.scale));

/** What it costs to begin at all. */
function startUp() {
  clearTable();
  const node = { run: [process.execPath, '-e', '0'] };
  const own = timePairs(rounds * 20, { run: lvsadm('-L', '-n') }, node);
  const bound = timePairs(rounds * 20, { run: nodeBound('list') }, node);
  printTable(
    'One command on an empty table, against an empty Node.js program',
    ['s', 'node -e 0 s', 'ratio'],
    [
      ['lvsadm -Ln', own.a, own.b, own.ratio],
      ['by hand', bound.a, bound.b, bound.ratio],
    ],
  );
}

/** The same work by both programs. */
function sideBySide(services) {
  const rules = fileOf(rulesOf(services));
  const count = services * (1 + DESTINATIONS);
  const restore = timePairs(
    rounds,
    inFreshNamespace({ run: lvsadm('-R'), input: rules }),
    inFreshNamespace({ run: ['ipvsadm', '-R'], input: rules }),
  );
  fillTable(rules);
  const list = timePairs(rounds, { run: lvsadm('-L', '-n') }, { run: ['ipvsadm', '-L', '-n'] });
  const save = timePairs(rounds, { run: lvsadm('-S', '-n') }, { run: ['ipvsadm', '-S', '-n'] });
  const rows = [
    ['restore', restore.b, restore.a, restore.b / restore.a],
    ['list', list.b, list.a, list.b / list.a],
    ['save', save.b, save.a, save.b / save.a],
  ];
  printTable(
    `${count} rules (${services} services with ${DESTINATIONS} destinations)`,
    ['ipvsadm s', 'lvsadm s', 'times faster'],
    rows,
  );

  const sizes = [String(services), String(DESTINATIONS)];
  const boundBy = (program) => ({
    restore: timeOnce(inFreshNamespace({ run: program('restore', ...sizes) }), rounds),
    list: timeOnce({ run: program('list') }, rounds),
  });
  const byHand = boundBy(nodeBound);
  printTable(
    'The most that is possible: the same messages from a program on Node.js that does nothing else',
    ['by hand s', 'times faster than ipvsadm'],
    [
      ['restore', byHand.restore, restore.b / byHand.restore],
      ['list', byHand.list, list.b / byHand.list],
    ],
  );

  const inC = compileLowerBound();
  if (inC) {
    const floor = boundBy((...words) => [inC, ...words]);
    const netlink = netlinkTime(inFreshNamespace({ run: lvsadm('-R'), input: rules }));
    printTable(
      'The least that the kernel takes: the same messages from C',
      ['C s', 'lvsadm s', 'lvsadm/C'],
      [
        ['restore', floor.restore, restore.a, restore.a / floor.restore],
        ['restore, in netlink', floor.restore, netlink, netlink / floor.restore],
        ['list', floor.list, list.a, list.a / floor.list],
      ],
    );
  } else console.log('No C compiler: the lower bound was left out.\n');

  const calls = [
    ['restore', (run) => inFreshNamespace({ run, input: rules }), lvsadm('-R'), ['ipvsadm', '-R']],
    ['list', (run) => ({ run }), lvsadm('-L', '-n'), ['ipvsadm', '-L', '-n']],
  ].map(([name, how, ours, theirs]) => {
    const counts = [theirs, ours].map((run) => countSystemCalls(how(run)));
    return counts.includes(undefined) ? undefined : [name, counts[0] / count, counts[1] / count];
  });
  if (calls.includes(undefined)) console.log('No strace: system calls were not counted.\n');
  else printTable('System calls for each rule', ['ipvsadm', 'lvsadm'], calls);
}

function fillTable(rules) {
  timeOnce({ before: clearTable, run: lvsadm('-R'), input: rules }, 1);
}

/** What it takes to read a document of 370 services with 100 destinations each, and to see that all is to be added. */
function documents() {
  clearTable();
  const services = Array.from({ length: 370 }, (_, index) => ({
    address: `10.1.${index >> 8}.${index & 255}:80`,
    destinations: Array.from({ length: 100 }, (_, rank) => ({
      address: `10.2.0.${rank + 1}:80`,
      weight: rank,
    })),
  }));
  const lines = services.map(({ address, destinations }) => [
    `  - address: ${address}\n    destinations:\n`,
    ...destinations.map((one) => `      - address: ${one.address}\n        weight: ${one.weight}\n`),
  ]);
  const yaml = `services:\n${lines.flat().join('')}`;
  const time = (text) => timeOnce({ run: lvsadm('apply', '--dry-run', fileOf(text)) }, rounds);
  const rows = [
    ['JSON', time(JSON.stringify({ services }))],
    ['YAML', time(yaml)],
    ['YAML with an anchor', time(yaml.replace('address: 10.1.0.0:80', 'address: &first 10.1.0.0:80'))],
  ];
  printTable('apply --dry-run, 37,000 destinations', ['s'], rows);
}

/** Whether twice the rules take twice the time. */
function scale(sizes) {
  const rows = sizes.map((services) => {
    const rules = fileOf(rulesOf(services));
    const count = services * (1 + DESTINATIONS);
    const restore = timeOnce(inFreshNamespace({ run: lvsadm('-R'), input: rules }), rounds);
    fillTable(rules);
    const list = timeOnce({ run: lvsadm('-L', '-n') }, rounds);
    const memory = peakMemory('-L', '-n');
    return [`${count} rules`, restore, list, (1e6 * restore) / count, (1e6 * list) / count, memory];
  });
  printTable('Scale', ['restore s', 'list s', 'µs a rule', 'µs a rule', 'list MiB'], rows);
  clearTable();
}
