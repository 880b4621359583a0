import { type Sequence, sequence } from '../sequence.ts';

const NUMBERS_WRITTEN = [
  ...['0', '1', '+1', ' 1', '01', '1 ', '', ' ', '-1', '0x10', '1.5', 'abc'],
  ...['255', '256', '65535', '65536', '2678400', '2678401', '2147483647', '2147483648'],
  ...['4294967297', '9223372036854775808', '-9223372036854775809', `${'0'.repeat(40)}1`],
];

const SERVICE = '-A -t 10.0.0.1:80 -s rr';

/** A command line for every number, of which the words before it may depend on its place in the list. */
function every(before: (index: number) => string): string[][] {
  return NUMBERS_WRITTEN.map((number, index) => [...before(index).split(' '), number]);
}

const server = (index: number): string => `-a -t 10.0.0.1:80 -r 10.0.1.${index + 1}`;
const DAEMON = '--start-daemon backup --mcast-interface nosuch';

/** Numbers, well and badly written, wherever one is taken. */
export const NUMBERS: readonly Sequence[] = [
  // Marks of 2³¹ and more are among the deliberate differences.
  sequence('marks', ...every(() => '-A -f').filter((words) => words.at(-1) !== '2147483648')),
  sequence('weights', SERVICE, ...every((index) => `${server(index)} -w`)),
  sequence('upper thresholds', SERVICE, ...every((index) => `${server(index)} -x`)),
  sequence('lower thresholds', SERVICE, ...every((index) => `${server(index)} -x 2147483647 -y`)),
  sequence('tunnel ports', SERVICE, ...every((index) => `${server(index)} -i --tun-type gue --tun-port`)),
  sequence(
    'persistence timeouts',
    SERVICE,
    ...NUMBERS_WRITTEN.map((number) => ['-E', '-t', '10.0.0.1:80', `--persistent=${number}`]),
  ),
  sequence('syncids', ...every(() => `${DAEMON} --syncid`)),
  sequence(
    'message lengths',
    ...every(() => `${DAEMON} --sync-maxlen`),
    `${DAEMON} --sync-maxlen 65507`,
    `${DAEMON} --sync-maxlen 65508`,
  ),
  sequence('multicast ports', ...every(() => `${DAEMON} --mcast-port`)),
  sequence('times to live', ...every(() => `${DAEMON} --mcast-ttl`)),
  sequence('timeouts of TCP', ...NUMBERS_WRITTEN.map((number) => ['--set', number, '0', '0'])),
  sequence('timeouts of TCP after a FIN', ...NUMBERS_WRITTEN.map((number) => ['--set', '0', number, '0'])),
  sequence('timeouts of UDP', ...NUMBERS_WRITTEN.map((number) => ['--set', '0', '0', number])),
];
