import type { Dice } from './dice.ts';

/** What the lines so far have most likely made: services, each with its servers as they were written. */
export type Guess = Map<string, Set<string>>;

const SERVICES = [
  ...[
    '-t 10.0.0.1:80',
    '-t 10.0.0.1:443',
    '-u 10.0.0.1:53',
    '--sctp-service 10.0.0.1:80',
    '-t 192.168.0.1:80',
  ],
  ...[
    '-t [2001:db8::1]:80',
    '-u [2001:db8::1]:53',
    '-t 172.16.0.1:http',
    '-f 1',
    '-f 7',
    '-f 7 -6',
    '-f 2147483647',
  ],
];
const SERVERS = [
  '10.0.0.11',
  '10.0.0.11:8080',
  '10.0.0.12',
  '192.168.0.11',
  '127.0.0.1',
  '0x0a00000d:81',
  '1.1.1.1',
];
const SIX_SERVERS = [
  '2001:db8::11',
  '[2001:db8::11]:8080',
  '[2001:db8::12]:80',
  '[::ffff:10.0.0.9]:80',
  '::1',
];
const BAD_SERVERS = ['0.0.0.0', '224.0.0.1', 'fe80::1', '[10.0.0.1]:80', '10.0.0.1:nope'];

/** One command line. Most are about what is there, and right; `guess` is kept up to date. */
export function chanceLine(dice: Dice, guess: Guess): string {
  const line = dice.weighted([
    [5, addService],
    [2, editService],
    [1, deleteService],
    [9, addServer],
    [5, editServer],
    [2, deleteServer],
    [3, look],
    [1, other],
  ])(dice, guess);
  return line.join(' ').replace(/ +/g, ' ').trim();
}

function addService(dice: Dice, guess: Guess): string[] {
  const absent = SERVICES.filter((service) => !guess.has(service));
  const service = dice.mostly(absent, SERVICES);
  if (!guess.has(service)) guess.set(service, new Set());
  return [dice.one(['-A', '--add-service']), ...dice.shuffled([service, ...serviceOptions(dice, service)])];
}

function editService(dice: Dice, guess: Guess): string[] {
  const service = dice.mostly([...guess.keys()], SERVICES);
  return [dice.one(['-E', '--edit-service']), service, ...serviceOptions(dice, service)];
}

function deleteService(dice: Dice, guess: Guess): string[] {
  const service = dice.mostly([...guess.keys()], SERVICES);
  guess.delete(service);
  return [dice.one(['-D', '--delete-service']), service];
}

function addServer(dice: Dice, guess: Guess): string[] {
  const service = dice.mostly([...guess.keys()], SERVICES);
  const options = serverOptions(dice);
  const fitting = options.some((option) => option.startsWith('-i'))
    ? [...SERVERS, ...SIX_SERVERS]
    : servers(service);
  const server = dice.mostly(fitting, [...SERVERS, ...SIX_SERVERS, ...BAD_SERVERS]);
  guess.get(service)?.add(server);
  return [dice.one(['-a', '--add-server']), ...dice.shuffled([service, `-r ${server}`, ...options])];
}

function editServer(dice: Dice, guess: Guess): string[] {
  const service = dice.mostly(withServers(guess), SERVICES);
  const server = dice.mostly([...(guess.get(service) ?? [])], servers(service));
  return [dice.one(['-e', '--edit-server']), service, `-r ${server}`, ...serverOptions(dice)];
}

function deleteServer(dice: Dice, guess: Guess): string[] {
  const service = dice.mostly(withServers(guess), SERVICES);
  const server = dice.mostly([...(guess.get(service) ?? [])], servers(service));
  guess.get(service)?.delete(server);
  return [dice.one(['-d', '--delete-server']), service, `-r ${server}`];
}

function look(dice: Dice, guess: Guess): string[] {
  const view = dice.one(['', '', '--stats', '--rate', '--thresholds', '--persistent-conn', '--tun-info']);
  const order = dice.one(['', '', '--nosort', '--sort', '--exact', '-X']);
  const which = dice.one(['', '', dice.mostly([...guess.keys()], SERVICES)]);
  return [dice.one(['-Ln', '-l -n', '--list --numeric', '-nL', '-L']), which, view, order];
}

function other(dice: Dice, guess: Guess): string[] {
  const words = dice.one([
    '-S',
    '-Sn',
    '-Z',
    '--set 5 0 7',
    '-Z SERVICE',
    '-L --timeout',
    '-L --daemon',
    '-C',
  ]);
  if (words === '-C') guess.clear();
  return [words.replace('SERVICE', dice.mostly([...guess.keys()], SERVICES))];
}

function serviceOptions(dice: Dice, service: string): string[] {
  const scheduler = dice.one([
    'rr',
    'wrr',
    'lc',
    'wlc',
    'lblc',
    'lblcr',
    'dh',
    'sh',
    'sed',
    'nq',
    'fo',
    'ovf',
    'mh',
  ]);
  const flags = ['sh', 'mh'].includes(scheduler)
    ? [
        `-b ${scheduler}-port`,
        `-b ${scheduler}-fallback`,
        `-b ${scheduler}-port,${scheduler}-fallback`,
        '-b flag-1',
      ]
    : ['-b flag-1', '-b flag-3,flag-2', '--sched-flags flag-2'];
  const six = service.includes('::') || service.includes('-6');
  const masks = six ? ['-M 64', '-M 128', '-M 1'] : ['-M 255.255.255.0', '-M 0.0.0.0', '-M 24'];
  // A mask belongs after the address that tells its family.
  const persistent = [
    service.includes('-6') ? '' : dice.one(masks),
    '-p',
    '-p 60',
    '-p60',
    '--persistent=86400',
  ];
  const ops = /^-[uf]/.test(service) ? ['-o', '--ops'] : [];
  return [
    dice.seldom(
      () => dice.one([`-s ${scheduler}`, `--scheduler=${scheduler}`, '-s nope']),
      `-s ${scheduler}`,
    ),
    dice.seldom(() => dice.one(persistent), ''),
    dice.seldom(() => dice.one(flags), ''),
    dice.seldom(() => dice.one([...ops, '--pe sip', '--pe nope', '--sort']), ''),
  ];
}

function serverOptions(dice: Dice): string[] {
  const method = dice.one([
    ...[
      '',
      '-m',
      '-g',
      '-i',
      '--masquerading',
      '-i --tun-type gue --tun-port 6080',
      '-i --tun-type gre --tun-csum',
    ],
    ...['-i --tun-type gue --tun-port 1 --tun-remcsum', '-i --tun-type gre', '-i --tun-type ipip'],
  ]);
  const weight = dice.one(['', '', '-w 0', '-w 5', '-w7', '--weight=2147483647']);
  return [method, weight, dice.seldom(() => dice.one(['-x 100', '-x 100 -y 50', '-y 5', '-x 1 -y 2']), '')];
}

function servers(service: string): readonly string[] {
  return service.includes('::') || service.includes('-6') ? SIX_SERVERS : SERVERS;
}

function withServers(guess: Guess): string[] {
  return [...guess].filter(([, servers]) => servers.size > 0).map(([service]) => service);
}
