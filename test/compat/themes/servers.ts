import { each, type Sequence, sequence } from '../sequence.ts';

const SERVICE = '-A -t 10.0.0.1:80 -s rr';
const SOME = [
  SERVICE,
  '-a -t 10.0.0.1:80 -r 10.0.0.11 -w 5',
  '-a -t 10.0.0.1:80 -r 10.0.0.12:8080 -m -x 100 -y 50',
];
const SIX = '-A -t [2001:db8::1]:80';

/** Adding, editing, deleting real servers. */
export const SERVERS: readonly Sequence[] = [
  ...each(
    'add server',
    [SERVICE],
    `-a -t 10.0.0.1:80 -r 10.0.0.11
     -a -t 10.0.0.1:80 -r 10.0.0.11:80
     -a -t 10.0.0.1:80 -r 10.0.0.11:8080
     -a -t 10.0.0.1:80 -r 10.0.0.11:8080 -m
     -a -t 10.0.0.1:80 -r 10.0.0.11:8080 -g
     -a -t 10.0.0.1:80 -r 10.0.0.11:8080 -i
     --add-server --tcp-service 10.0.0.1:80 --real-server 10.0.0.11:81 --masquerading --weight 7
     -a -r 10.0.0.11 -t 10.0.0.1:80
     -a -r 10.0.0.11 -t 10.0.0.1:80 -m
     -a -t 10.0.0.1:80 -r 10.0.0.11 -w 0
     -a -t 10.0.0.1:80 -r 10.0.0.11 -w 2147483647
     -a -t 10.0.0.1:80 -r 10.0.0.11 -w 65536
     -a -t 10.0.0.1:80 -r 10.0.0.11 -x 10
     -a -t 10.0.0.1:80 -r 10.0.0.11 -y 10
     -a -t 10.0.0.1:80 -r 10.0.0.11 -x 10 -y 11
     -a -t 10.0.0.1:80 -r 10.0.0.11 -x 10 -y 10
     -a -t 10.0.0.1:80 -r 10.0.0.11 -x 2147483647 -y 1
     -a -t 10.0.0.1:80 -r 10.0.0.11 --u-threshold 3 --l-threshold 2 --gatewaying
     -a -t 10.0.0.1:80 -r 10.0.0.11 --ipip
     -a -t 10.0.0.1:80 -r 127.0.0.1
     -a -t 10.0.0.1:80 -r 127.0.0.1 -m
     -a -t 10.0.0.1:80 -r 0.0.0.0
     -a -t 10.0.0.1:80 -r 224.0.0.1
     -a -t 10.0.0.1:80 -r 255.255.255.255
     -a -t 10.0.0.1:80 -r 2001:db8::11 -i
     -a -t 10.0.0.1:80 -r [2001:db8::11]:99 -i
     -a -t 10.0.0.1:80 -r 2001:db8::11 -m
     -a -t 10.0.0.1:80 -r 2001:db8::11
     -a -t 10.0.0.1:80 -r fe80::1 -i
     -a -t 10.0.0.2:80 -r 10.0.0.11
     -a -u 10.0.0.1:80 -r 10.0.0.11
     -a -f 9 -r 10.0.0.11`,
  ),
  ...each(
    'add server to IPv6',
    [SIX],
    `-a -t [2001:db8::1]:80 -r 2001:db8::11
     -a -t [2001:db8::1]:80 -r [2001:db8::11]:8080 -m
     -a -t [2001:db8::1]:80 -r [2001:db8::11]:8080 -i
     -a -t [2001:db8::1]:80 -r 10.0.0.11 -i
     -a -t [2001:db8::1]:80 -r 10.0.0.11
     -a -t [2001:db8::1]:80 -r 10.0.0.11 -m
     -a -t [2001:db8::1]:80 -r ff02::1
     -a -t [2001:db8::1]:80 -r fe80::1
     -a -t [2001:db8::1]:80 -r ::1
     -a -t [2001:db8::1]:80 -r ::`,
  ),
  ...each(
    'add server to a mark',
    ['-A -f 7', '-A -f 7 -6'],
    `-a -f 7 -r 10.0.0.11
     -a -f 7 -r 10.0.0.11:80
     -a -f 7 -r 10.0.0.11:80 -m
     -a -f 7 -r 10.0.0.11:80 -i
     -a -f 7 -6 -r 2001:db8::11
     -a -f 7 -6 -r [2001:db8::11]:80 -m
     -a -f 7 -6 -r 10.0.0.11
     -a -f 7 -r 2001:db8::11 -i`,
  ),
  ...each(
    'edit server',
    SOME,
    `-e -t 10.0.0.1:80 -r 10.0.0.11
     -e -t 10.0.0.1:80 -r 10.0.0.11 -w 9
     -e -t 10.0.0.1:80 -r 10.0.0.11:9999 -w 9
     -e -t 10.0.0.1:80 -r 10.0.0.11 -m
     -e -t 10.0.0.1:80 -r 10.0.0.11:81 -m
     -e -t 10.0.0.1:80 -r 10.0.0.12:8080
     -e -t 10.0.0.1:80 -r 10.0.0.12:8080 -m
     --edit-server -t 10.0.0.1:80 -r 10.0.0.12:8080 -m -x 7
     -e -t 10.0.0.1:80 -r 10.0.0.12:8080 -m -y 7
     -e -t 10.0.0.1:80 -r 10.0.0.12:8080 -m -x 6 -y 7
     -e -t 10.0.0.1:80 -r 10.0.0.13
     -e -t 10.0.0.9:80 -r 10.0.0.11`,
  ),
  ...each(
    'delete server',
    SOME,
    `-d -t 10.0.0.1:80 -r 10.0.0.11
     -d -t 10.0.0.1:80 -r 10.0.0.11:80
     -d -t 10.0.0.1:80 -r 10.0.0.12
     -d -t 10.0.0.1:80 -r 10.0.0.12:8080
     --delete-server -t 10.0.0.1:80 -r 10.0.0.12:8080
     -d -t 10.0.0.1:80 -r 10.0.0.13
     -d -t 10.0.0.9:80 -r 10.0.0.11
     -d -r 10.0.0.11 -t 10.0.0.1:80
     -d -r 10.0.0.11:80 -t 10.0.0.1:80`,
  ),
  sequence(
    'add a server twice',
    ...SOME,
    '-a -t 10.0.0.1:80 -r 10.0.0.11 -w 9',
    '-a -t 10.0.0.1:80 -r 10.0.0.12 -m',
  ),
  sequence(
    'one server in two services',
    SERVICE,
    '-A -f 1',
    '-a -t 10.0.0.1:80 -r 10.0.0.11',
    '-a -f 1 -r 10.0.0.11',
  ),
  sequence('deleting a service takes its servers', ...SOME, '-D -t 10.0.0.1:80', SERVICE),
  sequence('editing a service keeps its servers', ...SOME, '-E -t 10.0.0.1:80 -s wlc'),
  sequence(
    'the last added is listed first without sorting',
    SERVICE,
    ...['10.0.0.3', '192.168.0.1', '10.0.0.1', '172.16.0.1', '10.0.0.2'].map(
      (address) => `-a -t 10.0.0.1:80 -r ${address} -m`,
    ),
    '-Ln --nosort',
    '-Ln',
  ),
  ...each(
    'tunnel',
    [SERVICE],
    `-a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type ipip
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gue --tun-port 6080
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gue --tun-port 6080 --tun-nocsum
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gue --tun-port 6080 --tun-csum
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gue --tun-port 6080 --tun-remcsum
     -a -t 10.0.0.1:80 -r 10.0.0.11 --tun-port 65535 --tun-type gue -i
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gre
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gre --tun-nocsum
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gre --tun-csum
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gue
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gre --tun-port 5
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gre --tun-remcsum
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gre --tun-csum --tun-nocsum
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gue --tun-port 1 --tun-csum --tun-remcsum
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gue --tun-port 1 --tun-nocsum --tun-csum
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gue --tun-port 1 --tun-nocsum --tun-remcsum
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-port 5
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-csum
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-nocsum
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type ipip --tun-remcsum
     -a -t 10.0.0.1:80 -r 10.0.0.11 --tun-type ipip
     -a -t 10.0.0.1:80 -r 10.0.0.11 -m --tun-type gue --tun-port 5
     -a -t 10.0.0.1:80 -r 10.0.0.11 -g --tun-csum
     -a -t 10.0.0.1:80 -r 10.0.0.11 --tun-port 5
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type GUE
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gu
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-port 0
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-port 65536
     -a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-port x`,
  ),
  sequence(
    'editing a tunnel starts from the defaults',
    SERVICE,
    '-a -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gue --tun-port 6080 --tun-csum',
    '-e -t 10.0.0.1:80 -r 10.0.0.11 -i --tun-type gre',
    '-Ln --tun-info',
    '-e -t 10.0.0.1:80 -r 10.0.0.11 -i',
    '-Ln --tun-info',
    '-e -t 10.0.0.1:80 -r 10.0.0.11',
  ),
];
