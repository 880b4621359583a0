import { type Outcome, type Step, sequence } from './sequence.ts';

/** A command line that ours is meant to answer in another way than ipvsadm. */
export interface Difference {
  /** How the row of docs/compatibility.md begins that gives the reason. */
  readonly row: string;
  /** Makes the table that it is about. */
  readonly beginning: readonly Step[];
  readonly step: Step;
  readonly ipvsadm: Outcome;
  readonly ours: Outcome;
}

interface Example {
  readonly row: string;
  readonly after?: string;
  readonly command: string | readonly string[] | Step;
  readonly ipvsadm: Partial<Outcome>;
  readonly ours: Partial<Outcome>;
}

const HEADER = `Prot LocalAddress:Port Scheduler Flags
  -> RemoteAddress:Port           Forward Weight ActiveConn InActConn
`;

const EXAMPLES: readonly Example[] = [
  {
    row: 'a firewall mark of 2³¹ or more',
    after: '-A -f 4294967295 -s rr',
    command: '-Ln -f 4294967295',
    ipvsadm: { stdout: `${HEADER}FWM  -1 rr\n` },
    ours: { stdout: `${HEADER}FWM  4294967295 rr\n` },
  },
  {
    row: 'a firewall mark of 2³¹ or more',
    after: '-A -f 2147483648 -s rr',
    command: '-Sn',
    ipvsadm: { stdout: '-A -f -2147483648 -s rr\n' },
    ours: { stdout: '-A -f 2147483648 -s rr\n' },
  },
  {
    row: 'the third scheduler flag of `sh` and `mh`',
    after: '-A -f 1 -s sh -b flag-3',
    command: '-Ln -f 1',
    ipvsadm: { stdout: `${HEADER}FWM  1 sh ()\n` },
    ours: { stdout: `${HEADER}FWM  1 sh (flag-3)\n` },
  },
  {
    row: 'the third scheduler flag of `sh` and `mh`',
    after: '-A -f 1 -s mh -b mh-port,flag-3',
    command: '-Sn',
    ipvsadm: { stdout: '-A -f 1 -s mh -b mh-port\n' },
    ours: { stdout: '-A -f 1 -s mh -b mh-port,flag-3\n' },
  },
  {
    row: '`-b ,`',
    command: '-A -f 1 -b ,',
    ipvsadm: { code: 139 },
    ours: {},
  },
  {
    row: 'restored line without an end of line, ending in two blanks',
    after: '-A -f 1 -s rr',
    command: { words: ['-R'], stdin: '-Sn\n-D -f 9  ' },
    ipvsadm: { stdout: '-A -f 1 -s rr\n' },
    ours: { stdout: '-A -f 1 -s rr\n', stderr: 'No such service\n', code: 255 },
  },
  {
    row: 'a value that contains `!#:+`',
    command: ['-A', '-f', '1', '-s', '!#:+', 'rr'],
    ipvsadm: {},
    ours: { stderr: 'unexpected argument rr\n', code: 2 },
  },
];

export const DIFFERENCES: readonly Difference[] = EXAMPLES.map(({ row, after, command, ipvsadm, ours }) => {
  const { steps } = sequence(row, ...(after === undefined ? [] : [after]), command);
  const silent: Outcome = { stdout: '', stderr: '', code: 0 };
  return {
    row,
    beginning: steps.slice(0, -2),
    step: steps.at(-2)!,
    ipvsadm: { ...silent, ...ipvsadm },
    ours: { ...silent, ...ours },
  };
});
