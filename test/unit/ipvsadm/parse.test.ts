import { describe, expect, it } from 'vitest';
import type { Change } from '../../../src/model/change.ts';
import type { Command } from '../../../src/syntax/ipvsadm/command.ts';
import { type Parsed, type ParseWorld, parse } from '../../../src/syntax/ipvsadm/parse.ts';

/** What is expected here, ipvsadm 1.31 itself has said. */

const PORTS = new Map([
  ['http/tcp', 80],
  ['www/tcp', 80],
  ['domain/tcp', 53],
  ['domain/udp', 53],
]);

const WORLD: ParseWorld = {
  programName: 'ipvsadm',
  posix: false,
  ownOptions: false,
  hosts: new Map([
    ['localhost', '127.0.0.1'],
    ['only6', null],
    [' 1.1.1.1', null],
  ]),
  servicePort: (name, protocol) => PORTS.get(`${name}/${protocol}`),
};
const TRY = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.";

/** Cuts at blanks; `''` is an empty word. */
function wordsOf(line: string): string[] {
  return line === '' ? [] : line.split(' ').map((word) => (word === "''" ? '' : word));
}

function read(line: string | string[], world: Partial<ParseWorld> = {}): Parsed {
  return parse(typeof line === 'string' ? wordsOf(line) : line, { ...WORLD, ...world });
}

function command(line: string | string[], world?: Partial<ParseWorld>): Command {
  const parsed = read(line, world);
  if (parsed.kind !== 'command') throw new Error(`not a command: ${JSON.stringify(parsed)}`);
  return parsed.command;
}

function change<K extends Change['kind']>(kind: K, line: string | string[]): Extract<Change, { kind: K }> {
  const found = command(line);
  if (found.kind !== 'change' || found.change.kind !== kind) throw new Error(`${line}: no ${kind}`);
  return found.change as Extract<Change, { kind: K }>;
}

const refusal = (cause: string, text: string) => ({ kind: 'refusal', cause, text: `${text}\n` });

describe('the first option', () => {
  it.each([
    '-n',
    '-t 1.1.1.1:80',
    'foo',
    "''",
    '-',
    '--',
    '-- -L',
    '---',
    '--lis',
    '--list=',
    '-L=',
    '-L=n',
    '--help=1',
    '--start-daemon',
    '-6',
    '--Bogus',
    '-w',
    '--check',
  ])('%s is no command', (line) => {
    expect(read(line)).toEqual(refusal('usage', TRY));
  });

  it('says the name that the program was called by', () => {
    const text = "Try `lvsadm -h' or 'lvsadm --help' for more information.";
    expect(read('foo', { programName: 'lvsadm' })).toEqual(refusal('usage', text));
  });

  it.each(['-h', '--help', '-h --bogus', '-hL', '-h foo', 'foo -h'])('%s asks for help', (line) => {
    expect(command(line)).toEqual({ kind: 'help' });
  });

  it.each(['-v', '--version', '-vh', '-v foo'])('%s asks for the version', (line) => {
    expect(command(line)).toEqual({ kind: 'version' });
  });

  it.each(['', '-L', '-l', '--list', '-L --sort', '-L --sort --sort', '-L --'])("'%s' lists", (line) => {
    const style = { view: 'plain', numeric: false, exact: false, sorted: true };
    expect(command(line)).toEqual({ kind: 'list', style });
  });
});

describe('what follows the first option', () => {
  it.each([
    ['-AD', "invalid option `-AD'"],
    ['-L -Ln', "invalid option `-Ln'"],
    ['-LnA', "invalid option `-LnA'"],
    ['-L --list', "invalid option `--list'"],
    ['-Lh', "invalid option `-Lh'"],
    ['-L --start-daemon master', "invalid option `master'"],
    ['-L --start-daemon=master', "invalid option `--start-daemon=master'"],
    ['-L foo', 'unexpected argument foo'],
    ['-L -', 'unexpected argument -'],
    ['-L -- -n', 'unexpected argument -n'],
    ["-L ''", 'unexpected argument '],
    ['-L - -n', 'unexpected argument -'],
    ['-R x', 'unexpected argument x'],
    ['-L -n -n', "multiple 'numeric' options specified"],
    ['-A -t 1.1.1.1:80 -u 1.1.1.1:80', "multiple 'service-address' options specified"],
    ['-a -t 1.1.1.1:80 -r 1.1.1.2 -m -i', "multiple 'forwarding-method' options specified"],
  ])('%s', (line, text) => {
    expect(read(line)).toEqual(refusal('value', text));
  });

  it.each([
    ['-L --bogus', '--bogus: unknown option'],
    ['-Lnz', '-Lnz: unknown option'],
    ['-L -n-', '-n-: unknown option'],
    ['-L ---', '---: unknown option'],
    ['-L --=', '--=: unknown option'],
    ['-L-n', '-L-n: unknown option'],
    ['-L -ü', '-ü: unknown option'],
    ['-L -t', '-t: missing argument'],
    ['-S -x', '-x: missing argument'],
    ['-A --scheduler', '--scheduler: missing argument'],
    ['-L --stats=1', '--stats=1: option does not take an argument'],
    ['-Ln=1', '-Ln=1: option does not take an argument'],
    ['-Ln=', '-Ln=: option does not take an argument'],
    ['-Ln==1', '-Ln==1: option does not take an argument'],
    ['-L -n=t', '-n=t: option does not take an argument'],
    ['-R --check', '--check: unknown option'],
    ['--set 1 -1 3', '-1: unknown option'],
    ['-A -t 1.1.1.1:80 -p -5', '-5: unknown option'],
  ])('%s', (line, text) => {
    expect(read(line)).toEqual(refusal('option', text));
  });

  it('is a cluster after one dash, however it looks', () => {
    expect(read('-list')).toEqual(refusal('value', "Illegal 'scheduler' option with the 'list' command"));
    expect(read('-L -numeric')).toEqual({ kind: 'host-needed', name: 'meric' });
  });

  it('is judged in the order of the line', () => {
    expect(read('-L -t x] --bogus')).toEqual({ kind: 'host-needed', name: 'x]' });
    expect(read('-a -w x --bogus')).toEqual(refusal('value', 'illegal weight specified'));
    expect(read('-a --bogus -w x')).toEqual(refusal('option', '--bogus: unknown option'));
  });

  it('ends with the first operand where POSIX asks for it', () => {
    expect(read('-L foo -z')).toEqual(refusal('option', '-z: unknown option'));
    expect(read('-L foo -z', { posix: true })).toEqual(refusal('value', 'unexpected argument foo'));
    expect(read('foo -L', { posix: true })).toEqual(refusal('usage', TRY));
    expect(read('foo -L')).toEqual(refusal('value', 'unexpected argument foo'));
  });
});

describe('values', () => {
  const weight = (line: string) =>
    change('add-destination', `-a -t 1.1.1.1:80 -r 1.1.1.2 ${line}`).destination.weight;

  it('follow in the next word, glued, or after an equals sign', () => {
    expect([
      weight('-w 5'),
      weight('-w5'),
      weight('-w=5'),
      weight('--weight 5'),
      weight('--weight=5'),
    ]).toEqual([5, 5, 5, 5, 5]);
    expect(weight('-mw7')).toBe(7);
    expect(change('add-service', '-At10.0.0.1:80').service).toMatchObject({ address: '10.0.0.1', port: 80 });
    expect(change('add-destination', '-amt 1.1.1.1:80 -r 1.1.1.2').destination.forwarding).toBe('masquerade');
    expect(command('-Lnt=1.1.1.1:80')).toMatchObject({
      service: { protocol: 'tcp' },
      style: { numeric: true },
    });
  });

  it.each(['-w==5', '-w=', '-w= 5', '--weight='])('%s is not a number', (option) => {
    expect(read(`-a -t 1.1.1.1:80 -r 1.1.1.2 ${option}`)).toEqual(
      refusal('value', 'illegal weight specified'),
    );
  });

  it('may begin with a dash where they are needed', () => {
    expect(change('add-service', '-A -t 1.1.1.1:80 -s -p').service.scheduler).toBe('-p');
    expect(read('-a -w -1')).toEqual(refusal('value', 'illegal weight specified'));
  });

  it.each([
    ['-p', 360],
    ['-p100', 100],
    ['-p=100', 100],
    ['-p 100', 100],
    ['--persistent=100', 100],
    ['--persistent 100', 100],
    ['--persistent', 360],
    ['-p -s rr', 360],
    ['-p 2678400', 2678400],
  ])('%s is %d seconds', (option, seconds) => {
    expect(change('add-service', `-A -t 1.1.1.1:80 ${option}`).service.persistenceTimeout).toBe(seconds);
  });

  it.each([
    ['-p rr', 'rr'],
    ["-p ''", ''],
    ['-pM', 'M'],
    ['-p=', ''],
    ['-p= 5', ''],
    ['--persistent=', ''],
    ['-p0', '0'],
    ['-p 2678401', '2678401'],
  ])('%s is no time', (option, value) => {
    const text = `invalid timeout value \`${value}' specified`;
    expect(read(`-A -t 1.1.1.1:80 ${option}`)).toEqual(refusal('value', text));
  });

  it.each([
    ['2147483647', 2147483647],
    ['+7', 7],
    [' 8', 8],
    ['007', 7],
    ['-0', 0],
    ['\t\n 9', 9],
  ])('a weight of %j', (text, value) => {
    expect(
      change('add-destination', ['-a', '-t', '1.1.1.1:80', '-r', '1.1.1.2', '-w', text]).destination.weight,
    ).toBe(value);
  });

  it.each([
    ['-w', '2147483648', 'illegal weight specified'],
    ['-w', '9 ', 'illegal weight specified'],
    ['-w', '0x10', 'illegal weight specified'],
    ['-w', '1e3', 'illegal weight specified'],
    ['-w', '- 1', 'illegal weight specified'],
    ['-x', '-1', 'illegal u_threshold specified'],
    ['-y', '2147483648', 'illegal l_threshold specified'],
    ['--syncid', '256', 'illegal syncid specified'],
    ['--sync-maxlen', '0', 'illegal sync-maxlen specified'],
    ['--sync-maxlen', '65508', 'illegal sync-maxlen specified'],
    ['--mcast-port', '0', 'illegal mcast-port specified'],
    ['--mcast-port', '65536', 'illegal mcast-port specified'],
    ['--mcast-ttl', '0', 'illegal mcast-ttl specified'],
    ['--mcast-ttl', '256', 'illegal mcast-ttl specified'],
    ['--tun-port', '0', 'illegal tunnel port specified'],
    ['--tun-type', 'GUE', 'illegal tunnel type specified'],
    ['--tun-type', '', 'illegal tunnel type specified'],
    ['-f', '0', "invalid fwmark value `0' specified"],
    ['-f', '-1', "invalid fwmark value `-1' specified"],
    ['-f', '0x1', "invalid fwmark value `0x1' specified"],
    ['-f', '4294967296', "invalid fwmark value `4294967296' specified"],
    ['-f', '-18446744073709551615', "invalid fwmark value `-18446744073709551615' specified"],
    ['--mcast-group', '240.0.0.1', "invalid IPv4 mcast-group `240.0.0.1'"],
    ['--mcast-group', '1.2.3', "invalid IPv4 mcast-group `1.2.3'"],
    ['--mcast-group', 'fe80::1', "invalid IPv6 mcast-group `fe80::1'"],
    ['--mcast-group', ':', "invalid IPv6 mcast-group `:'"],
  ])('%s %j is refused', (option, value, text) => {
    expect(read(['-L', option, value])).toEqual(refusal('value', text));
  });

  it('are cut to what their fields hold, in bytes', () => {
    const service = (...words: string[]) =>
      change('add-service', ['-A', '-t', '1.1.1.1:80', ...words]).service;
    expect(service('-s', 'abcdefghijklmnopq').scheduler).toBe('abcdefghijklmno');
    expect(service('-s', 'äääääääääää').scheduler).toBe('äääääää');
    expect(service('-s', '').scheduler).toBe('wlc');
    expect(service('--pe', 'abcdefghijklmnopq').persistenceEngine).toBe('abcdefghijklmnop');
    const daemon = change('start-daemon', '--start-daemon master --mcast-interface abcdefghijklmnopq').daemon;
    expect(daemon.interface).toBe('abcdefghijklmno');
  });
});

describe('service addresses', () => {
  const address = (text: string) => change('add-service', ['-A', '-p', '-t', text]).service;

  it.each([
    ['1.1.1.1:80', '1.1.1.1', 80],
    ['1.1.1.1', '1.1.1.1', 0],
    ['1.1.1.1:http', '1.1.1.1', 80],
    ['1.1.1.1:www', '1.1.1.1', 80],
    ['1.1.1.1: 80', '1.1.1.1', 80],
    ['1.1.1.1:+80', '1.1.1.1', 80],
    ['1.1.1.1:-0', '1.1.1.1', 0],
    ['1.1.1.1:080', '1.1.1.1', 80],
    ['localhost:80', '127.0.0.1', 80],
    ['010:80', '0.0.0.8', 80],
    ['1:80', '0.0.0.1', 80],
    ['10.1:80', '10.0.0.1', 80],
    ['1.256:80', '1.0.1.0', 80],
    ['0x0a000003:80', '10.0.0.3', 80],
    ['012.1:80', '10.0.0.1', 80],
    ['4294967295:80', '255.255.255.255', 80],
    ['00000000000000000000000001:80', '0.0.0.1', 80],
    ['0x00000000000000000000000001:80', '0.0.0.1', 80],
    ['1.1.1.1 junk:80', '1.1.1.1', 80],
    ['1.1.1.1\t:80', '1.1.1.1', 80],
    ['[1.1.1.1]:80', '1.1.1.1', 0],
    ['[1.1.1.1:81]:80', '1.1.1.1', 81],
    ['[localhost]:80', '127.0.0.1', 0],
    ['2001:db8::1', '2001:db8::1', 0],
    ['2001:db8::1:80', '2001:db8::1:80', 0],
    ['[2001:DB8::1]:80', '2001:db8::1', 80],
    ['[::1]:http', '::1', 80],
    ['::ffff:1.2.3.4', '::ffff:1.2.3.4', 0],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0', 0],
  ])('%s', (text, host, port) => {
    expect(address(text)).toMatchObject({ protocol: 'tcp', address: host, port });
  });

  it.each([
    '',
    '80',
    '167772162',
    ':80',
    '1.1.1.1:',
    '1.1.1.1:WWW',
    '1.1.1.1:80 ',
    '1.1.1.1:0x50',
    '1.1.1.1:65536',
    '[2001:db8::1]',
    '[2001:db8::1',
    '[::1]:',
    '[::1]x:80',
    '[::1]:80:90',
    '[]:80',
    '[[::1]]:80',
    ' 1.1.1.1:80',
    'only6:80',
  ])('%j is refused', (text) => {
    const complaint = 'illegal virtual server address[:port] specified';
    expect(read(['-A', '-t', text])).toEqual(refusal('value', complaint));
    const serverComplaint = 'illegal real server address[:port] specified';
    expect(read(['-a', '-t', '1.1.1.1:80', '-r', text])).toEqual(refusal('value', serverComplaint));
  });

  it.each([
    ['vip:80', 'vip'],
    ['0x:80', '0x'],
    ['08:80', '08'],
    ['1.2.65536:80', '1.2.65536'],
    ['256.1:80', '256.1'],
    ['1.16777216:80', '1.16777216'],
    ['4294967296:80', '4294967296'],
    ['1.2.3.4.:80', '1.2.3.4.'],
    ['1..2:80', '1..2'],
    ['1.2.3.4.5:80', '1.2.3.4.5'],
    ['fe80::1%lo', 'fe80:'],
    ['[a:b]:80', 'a'],
  ])('%s needs a host name looked up', (text, name) => {
    expect(read(['-A', '-t', text])).toEqual({ kind: 'host-needed', name });
  });

  it('name their port in the protocol so far', () => {
    expect(change('add-service', '-A -u 1.1.1.1:domain').service).toMatchObject({
      protocol: 'udp',
      port: 53,
    });
    expect(read('-A -u 1.1.1.1:http').kind).toBe('refusal');
    expect(read('-a -r 1.1.1.2:http -t 1.1.1.1:80').kind).toBe('refusal');
    expect(change('add-destination', '-a -f 1 -r 1.1.1.2:http').destination.port).toBe(80);
    expect(read('-a -f 1 -r 1.1.1.2:echo').kind).toBe('refusal');
  });
});

describe('masks', () => {
  it.each([
    ['-M 24 -t 1.1.1.1:80', '0.0.0.24'],
    ['-t 1.1.1.1:80 -M 255.255.0.0', '255.255.0.0'],
    ['-M localhost -t 1.1.1.1:80', '127.0.0.1'],
    ['-t 1.1.1.1:80', '255.255.255.255'],
    ['-M 64 -t [::1]:80', 128],
    ['-t [::1]:80 -M 64x', 64],
    ['-t [::1]:80 -M 4294967360', 64],
    ['-f 1 -M 255.0.0.0', '255.0.0.0'],
    ['-f 1 -M 255.0.0.0 -6', 128],
    ['-f 1 -6 -M 12', 12],
  ])('%s', (line, mask) => {
    expect(change('add-service', `-A -p ${line}`).service.persistenceMask).toBe(mask);
  });

  it.each([
    ['-t [::1]:80 -M 0', 'illegal ipv6 netmask specified'],
    ['-t [::1]:80 -M 129', 'illegal ipv6 netmask specified'],
    ['-t [::1]:80 -M x', 'illegal ipv6 netmask specified'],
    ['-t [::1]:80 -M 99999999999999999999', 'illegal ipv6 netmask specified'],
    ['-t [::1]:80 -M -99999999999999999999', 'illegal ipv6 netmask specified'],
    ["-t 1.1.1.1:80 -M ''", 'illegal virtual server persistent mask specified'],
    ['-t 1.1.1.1:80 -M only6', 'illegal virtual server persistent mask specified'],
  ])('%s is refused', (line, text) => {
    expect(read(`-A -p ${line}`)).toEqual(refusal('value', text));
  });
});

describe('-6', () => {
  it('belongs behind a mark', () => {
    expect(read('-L -6')).toEqual(refusal('value', '-6 used before -f\n'));
    expect(read('-A -t [::1]:80 -6')).toEqual(refusal('value', '-6 used before -f\n'));
    expect(read('-L -6 -f 1')).toEqual(refusal('value', '-6 used before -f\n'));
    expect(change('delete-service', '-D -f 1 -66 -6').service).toEqual({ fwmark: 1, family: 'inet6' });
    expect(change('delete-service', '-D -f 4294967295').service).toEqual({
      fwmark: 4294967295,
      family: 'inet',
    });
  });
});

describe('scheduler flags', () => {
  it.each([
    ['-s sh -b flag-1,sh-port,flag-1,flag-3', ['sh-fallback', 'sh-port', 'flag-3']],
    ['-b mh-port,mh-fallback -s mh', ['mh-fallback', 'mh-port']],
    ['-b flag-3,,flag-2,', ['flag-2', 'flag-3']],
    ["-b ''", []],
    ['-b ,', []],
  ])('%s', (options, flags) => {
    expect(change('add-service', `-A -t 1.1.1.1:80 ${options}`).service.schedulerFlags).toEqual(flags);
  });

  it.each([
    ['-L -b foo', "invalid scheduler flag `foo'"],
    ['-D -t 1.1.1.1:80 -b foo', "invalid scheduler flag `foo'"],
    ['-L -b sh-port', "incompatible scheduler flag `sh-port'"],
    ['-A -t 1.1.1.1:80 -s mh -b mh-port,sh-port,foo', "incompatible scheduler flag `sh-port'"],
    ['-L -b ,flag-1', "Illegal 'sched-flags' option with the 'list' command"],
  ])('%s', (line, text) => {
    expect(read(line)).toEqual(refusal('value', text));
  });
});

describe('--set', () => {
  it('takes three times', () => {
    expect(command('--set 1 0 2678400')).toEqual({
      kind: 'change',
      change: { kind: 'set-timeouts', timeouts: { tcp: 1, tcpFin: 0, udp: 2678400 } },
    });
  });

  it.each([
    ['--set 1 2', '--set option requires 3 timeout values'],
    ['--set -n 1 2', '--set option requires 3 timeout values'],
    ['--set 1 2 3 4', 'unexpected argument 4'],
    ['--set x 2 3 4', "invalid timeout value `x' specified"],
    ['--set 1 -- -1 3', "invalid timeout value `-1' specified"],
    ['--set 1 2 2678401', "invalid timeout value `2678401' specified"],
    ['--set 1 2 3 -n', "Illegal 'numeric' option with the 'set' command"],
  ])('%s', (line, text) => {
    expect(read(line)).toEqual(refusal('value', text));
  });
});

describe('what does not go together', () => {
  it.each([
    ['-A', "You need to supply the 'service-address' option for the 'add-service' command"],
    ['-A -n', "Illegal 'numeric' option with the 'add-service' command"],
    ['-A -s rr', "You need to supply the 'service-address' option for the 'add-service' command"],
    ['-a -t 1.1.1.1:80', "You need to supply the 'real-server' option for the 'add-server' command"],
    ['-a -t 1.1.1.1:80 -s rr', "Illegal 'scheduler' option with the 'add-server' command"],
    ['-d -t 1.1.1.1:80 -r 1.1.1.2 -w 1', "Illegal 'weight' option with the 'delete-server' command"],
    ['-C -n', "Illegal 'numeric' option with the 'flush' command"],
    ['-R -n', "Illegal 'numeric' option with the 'restore' command"],
    ['-Z -n', "Illegal 'numeric' option with the 'zero' command"],
    ['-L -s t', "Illegal 'scheduler' option with the 'list' command"],
    ['--stop-daemon master --mcast-port 9', "Illegal 'mcast-port' option with the 'stop-daemon' command"],
    [
      '-L -c -t 1.1.1.1:80',
      "The option 'service-address' conflicts with the 'connection' option in the 'list' command",
    ],
    [
      '-L --daemon --timeout',
      "The option 'daemon' conflicts with the 'timeout' option in the 'list' command",
    ],
    ['-L -c --stats', 'options conflicts in the list command'],
    ['-L --timeout --rate', 'options conflicts in the list command'],
    ['-L --daemon --persistent-conn', 'options conflicts in the list command'],
    ['-A -t 1.1.1.1', 'Zero port specified for non-persistent service'],
    ['-A -t 1.1.1.1 -o', 'Zero port specified for non-persistent service'],
    ['-A --sctp-service 1.1.1.1:80 -o', 'One-Packet Scheduling is only for UDP virtual services'],
    ['-E -t 1.1.1.1:80 -o', 'One-Packet Scheduling is only for UDP virtual services'],
    ['-a -t 1.1.1.1:80 -r ::2', 'Different address family is allowed only for tunneling servers'],
    ['-a -t 1.1.1.1:80 -r ::2 --tun-csum', 'Different address family is allowed only for tunneling servers'],
    ['-a -t 1.1.1.1:80 -r 1.1.1.2 --tun-type gre', 'Tunnel options conflict with forward method'],
    ['-e -t 1.1.1.1:80 -r 1.1.1.2 -m --tun-nocsum', 'Tunnel options conflict with forward method'],
    ['--start-daemon x', 'illegal start-daemon parameter specified'],
    ['--start-daemon x --bogus', 'illegal start-daemon parameter specified'],
    ['--stop-daemon x', 'illegal start_daemon specified'],
  ])('%s', (line, text) => {
    expect(read(line)).toEqual(refusal('value', text));
  });

  it.each([
    ['--tun-port 9', "Illegal 'tun-port' option with the 'ipip' tunnel type"],
    ['--tun-csum', "Illegal 'tun-csum' option with the 'ipip' tunnel type"],
    ['--tun-type gue', "You need to supply the 'tun-port' option for the 'gue' tunnel type"],
    ['--tun-type gre --tun-port 9', "Illegal 'tun-port' option with the 'gre' tunnel type"],
    ['--tun-type gre --tun-remcsum', "Illegal 'tun-remcsum' option with the 'gre' tunnel type"],
    [
      '--tun-type gre --tun-csum --tun-nocsum',
      "The option 'tun-csum' conflicts with the 'tun-nocsum' option in the 'gre' tunnel type",
    ],
    [
      '--tun-type gue --tun-port 9 --tun-remcsum --tun-csum',
      "The option 'tun-remcsum' conflicts with the 'tun-csum' option in the 'gue' tunnel type",
    ],
  ])('-i %s', (options, text) => {
    expect(read(`-a -t 1.1.1.1:80 -r 1.1.1.2 -i ${options}`)).toEqual(refusal('value', text));
  });
});

describe('commands', () => {
  it('give services every setting, those of edits too', () => {
    expect(change('set-service', '-E -u 1.1.1.1:53').service).toEqual({
      protocol: 'udp',
      address: '1.1.1.1',
      port: 53,
      scheduler: 'wlc',
      schedulerFlags: [],
      persistenceTimeout: 0,
      persistenceMask: '255.255.255.255',
      persistenceEngine: '',
      onePacket: false,
    });
  });

  it('give real servers every setting', () => {
    expect(change('set-destination', '-e --sctp-service 1.1.1.1:80 -r 1.1.1.2')).toEqual({
      kind: 'set-destination',
      service: { protocol: 'sctp', address: '1.1.1.1', port: 80 },
      destination: {
        address: '1.1.1.2',
        port: 80,
        forwarding: 'direct',
        weight: 1,
        upperThreshold: 0,
        lowerThreshold: 0,
        tunnel: { type: 'ipip', port: 0, checksum: 'none' },
      },
    });
    const tunnel = '-i --tun-type gue --tun-port 6080 --tun-remcsum -w 0 -x 9 -y 5';
    expect(change('add-destination', `-a -f 3 -6 -r 2001:db8::2 ${tunnel}`)).toEqual({
      kind: 'add-destination',
      service: { fwmark: 3, family: 'inet6' },
      destination: {
        address: '2001:db8::2',
        port: 0,
        forwarding: 'tunnel',
        weight: 0,
        upperThreshold: 9,
        lowerThreshold: 5,
        tunnel: { type: 'gue', port: 6080, checksum: 'remote' },
      },
    });
  });

  it.each([
    ['-a -t 1.1.1.1:80 -r 1.1.1.2:90', 80],
    ['-a -t 1.1.1.1:80 -r 1.1.1.2:90 -i', 80],
    ['-a -t 1.1.1.1:80 -r 1.1.1.2:90 -m', 90],
    ['-a -t 1.1.1.1:80 -r 1.1.1.2 -m', 80],
    ['-a -r 1.1.1.2 -t 1.1.1.1:80 -m', 0],
    ['-a -r 1.1.1.2 -t 1.1.1.1:80', 80],
    ['-a -f 1 -r 1.1.1.2:90', 90],
    ['-a -f 1 -r 1.1.1.2', 0],
  ])('%s means port %d', (line, port) => {
    expect(change('add-destination', line).destination.port).toBe(port);
  });

  it('delete the very real server that is named', () => {
    const { destination } = change('delete-destination', '-d -t 1.1.1.1:80 -r 1.1.1.2:90');
    expect(destination).toEqual({ address: '1.1.1.2', port: 90 });
    expect(change('delete-destination', '-d -t 1.1.1.1:80 -r 1.1.1.2').destination.port).toBe(80);
  });

  it.each([
    ['-Z', undefined],
    ['-Z -t 0.0.0.0:0', undefined],
    ['-Z -u ::', undefined],
    ['-Z -t 0.0.0.0:1', { protocol: 'tcp', address: '0.0.0.0', port: 1 }],
    ['-Z -f 1', { fwmark: 1, family: 'inet' }],
  ])('%s', (line, service) => {
    expect(change('zero', line).service).toEqual(service);
  });

  it('start and stop daemons', () => {
    expect(change('start-daemon', '--start-daemon backup').daemon).toEqual({
      role: 'backup',
      interface: 'eth0',
      syncId: 0,
    });
    const options =
      '--mcast-interface lo --syncid 7 --mcast-group ff02::1 --mcast-port 9 --mcast-ttl 2 --sync-maxlen 900';
    expect(change('start-daemon', `--start-daemon=master ${options}`).daemon).toEqual({
      role: 'master',
      interface: 'lo',
      syncId: 7,
      group: 'ff02::1',
      port: 9,
      ttl: 2,
      maxLength: 900,
    });
    expect(change('stop-daemon', '--stop-daemon backup --syncid 7')).toMatchObject({
      role: 'backup',
      syncId: 7,
    });
  });

  it.each([
    ['-L --rate --stats', 'stats'],
    ['-L --rate --thresholds', 'rate'],
    ['-L --tun-info --persistent-conn --thresholds', 'thresholds'],
    ['-L --tun-info --persistent-conn', 'persistent'],
    ['-L --tun-info', 'tunnel'],
    ['-L --syncid 3', 'plain'],
  ])('%s shows the view %s', (line, view) => {
    expect(command(line)).toMatchObject({ kind: 'list', style: { view } });
  });

  it.each<[string, Command]>([
    ['-C', { kind: 'change', change: { kind: 'flush' } }],
    ['-S', { kind: 'save', numeric: false }],
    ['-Sn', { kind: 'save', numeric: true }],
    ['-R', { kind: 'restore', checkFirst: false }],
    ['-L --timeout -n --exact', { kind: 'list-timeouts' }],
    ['-L --daemon --nosort', { kind: 'list-daemons' }],
    ['-Lc', { kind: 'list-connections', numeric: false, engineData: false }],
    ['-Lcn --persistent-conn', { kind: 'list-connections', numeric: true, engineData: true }],
  ])('%s', (line, expected) => {
    expect(command(line)).toEqual(expected);
  });

  it('check a restore first, where our own options are known', () => {
    expect(command('-R --check', { ownOptions: true })).toEqual({ kind: 'restore', checkFirst: true });
    const text = "Illegal 'check' option with the 'list' command";
    expect(read('-L --check', { ownOptions: true })).toEqual(refusal('value', text));
  });

  it.each(['--fullnat', '--fullnat -m', '-m --fullnat'])('%s is masquerading', (option) => {
    const words = `-a -t 1.1.1.1:80 -r 2.2.2.2:8080 ${option}`;
    expect(command(words, { ownOptions: true })).toMatchObject({
      kind: 'fullnat-change',
      change: { destination: { address: '2.2.2.2', port: 8080, forwarding: 'masquerade' } },
    });
    for (const method of ['-g', '-i']) {
      const text = 'FULLNAT is masquerading (-m) and conflicts with another forward method';
      expect(read(`${words.replace(' -m', '')} ${method}`, { ownOptions: true })).toEqual(
        refusal('value', text),
      );
    }
  });
});
