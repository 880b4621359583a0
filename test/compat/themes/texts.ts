import { type Sequence, sequence } from '../sequence.ts';

const SERVICE = '-A -t 10.0.0.1:80 -s rr';
const EDIT = ['-E', '-t', '10.0.0.1:80'];
const DAEMON = ['--start-daemon', 'backup', '--mcast-interface', 'nosuch'];

/** The other values: masks, flags, groups, roles, and texts that are too long. */
export const TEXTS: readonly Sequence[] = [
  ...[
    ...['255.255.255.0', '24', '/24', '255.255.0', '0xffff0000', '255.0.255.0', '256.0.0.0', '', ' '],
    ...['localhost', 'nosuchhost.invalid', '0.0.0.0', '255.255.255.255', '255.255.255.0 ', '2001:db8::'],
  ].map((mask) => sequence(`IPv4 mask '${mask}'`, SERVICE, [...EDIT, '-p', '-M', mask])),
  ...[
    ...['64', '1', '128', '0', '129', '-1', '64x', ' 64', '+64', '', 'x', '4294967360', '255.255.255.0'],
    ...['064', '0x40'],
  ].map((mask) => sequence(`IPv6 mask '${mask}'`, ['-A', '-t', '[2001:db8::1]:80', '-p', '-M', mask])),
  ...['rr', 'sh', 'mh'].map((scheduler) =>
    sequence(
      `flags of ${scheduler}`,
      SERVICE,
      ...[
        ...[
          'sh-port',
          'mh-port',
          'flag-1',
          'flag-4',
          'flag-1,flag-1',
          ',flag-1',
          'flag-1,',
          'flag-1,,flag-2',
        ],
        ...[
          'flag-1,nope',
          'nope,flag-1',
          'FLAG-1',
          ' flag-1',
          'sh-fallback,mh-fallback',
          'flag',
          'flag-',
          '1',
        ],
      ].flatMap((flags) => [[...EDIT, '-s', scheduler, '-b', flags], '-Sn']),
    ),
  ),
  sequence(
    'flags before the scheduler',
    SERVICE,
    '-E -t 10.0.0.1:80 -b sh-port',
    '-E -t 10.0.0.1:80 -b sh-port -s sh',
  ),
  sequence(
    'texts that are too long',
    SERVICE,
    [...EDIT, '-b', `${'flag-1,'.repeat(17)}flag-2,flag-3`],
    '-Ln',
    [...EDIT, '-b', `${'flag-1,'.repeat(18)}nope`],
    '-Ln',
    [...EDIT, '-s', 'x'.repeat(5000)],
    [...EDIT, '-p', '--pe', 'p'.repeat(200)],
    ['-A', '-t', `${'h'.repeat(300)}:80`],
    ['-A', '-t', `10.0.0.1:${'9'.repeat(300)}`],
    ['-A', '-f', '1'.repeat(300)],
    ['--start-daemon', 'master', '--mcast-interface', 'i'.repeat(300)],
  ),
  sequence(
    'multicast groups',
    ...[
      ...['224.0.0.81', '239.255.255.255', '223.255.255.255', '240.0.0.0', '224.0.0', 'x', '', 'ff02::1'],
      ...['FF05::5', 'fe80::1', 'ff02::g', ':', '224.0.0.81 ', '[ff02::1]', 'ff02::1%lo', '::ffff:224.0.0.1'],
      ...['localhost', '224.1', '0xe0000051'],
    ].map((group) => [...DAEMON, '--mcast-group', group]),
  ),
  sequence(
    'roles',
    ...['', 'Master', 'master ', 'mast', 'both', 'x'].flatMap((role) => [
      ['--start-daemon', role],
      ['--stop-daemon', role],
      [`--start-daemon=${role}`],
      [`--stop-daemon=${role}`],
    ]),
    '--start-daemon',
    '--start-daemon x --bogus',
    '--stop-daemon x -n',
    '--start-daemon --syncid 1',
  ),
];
