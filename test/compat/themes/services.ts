import { each, type Sequence, sequence } from '../sequence.ts';

const SOME = ['-A -t 10.0.0.1:80 -s rr', '-A -u 10.0.0.1:53', '-A -f 7', '-A -t [2001:db8::1]:80 -s sh'];

/** Adding, editing, deleting virtual services. */
export const SERVICES: readonly Sequence[] = [
  ...each(
    'add',
    [],
    `-A -t 10.0.0.1:80
     -A -t 10.0.0.1:80 -s rr
     -A -u 10.0.0.1:53 -s wrr
     --add-service --udp-service 10.0.0.1:53 --scheduler lc
     -A --sctp-service 10.0.0.1:9999 -s lblc
     -A -t [2001:db8::1]:80 -s lblcr
     -A -u [2001:db8::1]:53 -s dh
     -A --sctp-service [2001:db8::1]:9 -s sed
     -A -f 1 -s nq
     -A --fwmark-service 2147483647 -s fo
     -A -f 1 -6 -s ovf
     -A -f 1 --ipv6 -s mh
     -A -t 10.0.0.1:80 -p
     -A -t 10.0.0.1:80 --persistent
     -A -t 10.0.0.1:80 -p 1
     -A -t 10.0.0.1:80 -p 2678400
     -A -t 10.0.0.1:0 -p 300 -M 255.255.0.0
     -A -t 10.0.0.1:80 -M 255.255.255.0
     -A -t 10.0.0.1:80 -p -M 0.0.0.0
     -A -t 10.0.0.1:80 -p -M 24
     -A -t [2001:db8::1]:80 -p 60 -M 64
     -A -t [2001:db8::1]:80 -p 60 -M 1
     -A -M 64 -t [2001:db8::1]:80 -p 60
     -A -M 255.255.255.0 -t 10.0.0.1:80 -p 60
     -A -f 3 -6 -M 48 -p
     -A -f 3 -M 255.0.0.0 -6 -p
     -A -f 3 -M 255.255.255.0 -p
     -A -u 10.0.0.1:53 -o
     -A -u 10.0.0.1:53 --ops -s rr
     -A -f 9 -o
     -A -f 9 -6 --ops -p 10
     -A -u 10.0.0.1:5060 --pe sip -p 60
     -A -u 10.0.0.1:5060 --pe sip
     -A -t 10.0.0.1:5060 --pe sip -p
     -A -u 10.0.0.1:5060 --pe nope -p
     -A -t 10.0.0.1:80 -s sh -b sh-fallback
     -A -t 10.0.0.1:80 -s sh -b sh-port,sh-fallback
     -A -t 10.0.0.1:80 -b sh-port -s sh
     -A -t 10.0.0.1:80 -s mh -b mh-fallback,mh-port
     -A -t 10.0.0.1:80 -s mh -b flag-1
     -A -t 10.0.0.1:80 -s sh --sched-flags flag-2,flag-1
     -A -t 10.0.0.1:80 -s rr -b flag-1,flag-2,flag-3
     -A -t 10.0.0.1:80 -b flag-3
     -A -t 10.0.0.1:80 -s nosuchscheduler
     -A -t 10.0.0.1:80 -s a-name-longer-than-fifteen-bytes
     -A -t 10.0.0.1:80 -s rr,
     -A -f 5 -p 5 -s wlc
     -A -t 10.0.0.1:80 --sort
     -A --sort --sort -t 10.0.0.1:80`,
  ),
  sequence(
    'empty values',
    ['-A', '-t', '10.0.0.1:80', '-s', ''],
    ['-A', '-t', '10.0.0.2:80', '--pe', ''],
    ['-A', '-t', '10.0.0.3:80', '-b', ''],
  ),
  ...each(
    'add to some',
    SOME,
    `-A -t 10.0.0.1:80
     -A -u 10.0.0.1:80
     -A -f 7
     -A -f 7 -6
     -A -t [2001:db8::1]:80
     -A -t [2001:0db8:0:0::1]:80`,
  ),
  ...each(
    'edit',
    SOME,
    `-E -t 10.0.0.1:80
     -E -t 10.0.0.1:80 -s wrr
     -E -t 10.0.0.1:80 -p 60 -M 255.255.255.0
     --edit-service --tcp-service 10.0.0.1:80 --persistent --scheduler sh --sched-flags sh-port
     -E -u 10.0.0.1:53 -o
     -E -u 10.0.0.1:53 --pe sip
     -E -u 10.0.0.1:53 --pe sip -p
     -E -f 7 -p 5
     -E -f 7 -6
     -E -f 8
     -E -t 10.0.0.1:81
     -E -u 10.0.0.1:80
     -E -t 10.0.0.1:80 -s nope
     -E -t 10.0.0.1:80 --pe nope
     -E -t [2001:db8::1]:80 -p -M 64
     -E -t [2001:db8::1]:80 -s mh -b mh-port`,
  ),
  sequence(
    'editing starts from the defaults',
    '-A -t 10.0.0.1:80 -s sh -b sh-port -p 60 -M 255.255.255.0',
    '-E -t 10.0.0.1:80',
    '-Ln',
    '-E -t 10.0.0.1:80 -p',
    '-E -t 10.0.0.1:80 -s rr',
  ),
  sequence(
    'persistence is remembered to the second',
    '-A -t 10.0.0.1:80 -p 1',
    '-E -t 10.0.0.1:80 -p 86400',
    '-L -n -t 10.0.0.1:80',
    '-E -t 10.0.0.1:80 -p 2678399',
  ),
  ...each(
    'delete',
    SOME,
    `-D -t 10.0.0.1:80
     -D -u 10.0.0.1:53
     --delete-service --fwmark-service 7
     -D -f 7 -6
     -D -f 8
     -D -t [2001:db8::1]:80
     -D -t 2001:db8::1
     -D -t 10.0.0.2:80
     -D -t 10.0.0.1`,
  ),
  sequence('delete twice', ...SOME, '-D -f 7', '-D -f 7', '-A -f 7 -s rr'),
  sequence('clear', ...SOME, '-C', '-C', '--clear', ...SOME),
  sequence('a mark of each family', '-A -f 5 -s rr', '-A -f 5 -6 -s sh', '-D -f 5', '-Ln', '-D -f 5 -6'),
  sequence(
    'one address, three protocols',
    '-A -t 10.0.0.1:80',
    '-A -u 10.0.0.1:80',
    '-A --sctp-service 10.0.0.1:80',
    '-D -u 10.0.0.1:80',
  ),
];
