import { restore, type Sequence, sequence } from '../sequence.ts';

/** A hosts file for these sequences. */
export const HOSTS = `127.0.0.1 localhost
10.0.0.1 vip.example.com vip www
10.0.0.2 VIP2.Example.COM
10.0.0.11 rs1
10.0.0.12 rs2.example.com rs2
10.0.0.12 second-line-for-rs2
2001:db8::1 six.example.com six
2001:db8::11 rs6
::1 only-six
10.0.0.21 twice
10.0.0.22 twice
10.0.0.30 both
2001:db8::30 both
10.0.0.23 a-name-of-exactly-23-byt
`;

/** Names of hosts, from a file that both programs are shown. IPv6 names do not come into what is saved. */
export const HOST_NAMES: readonly Sequence[] = [
  sequence(
    'names of hosts',
    restore(
      '-A -t 10.0.0.1:80 -s rr',
      '-a -t 10.0.0.1:80 -r 10.0.0.11:80 -m',
      '-a -t 10.0.0.1:80 -r 10.0.0.12:8080 -m',
      '-a -t 10.0.0.1:80 -r 10.0.0.99:99 -m',
      '-A -u 10.0.0.2:53',
      '-A -f 5',
      '-a -f 5 -r 10.0.0.11:80',
      '-A -t 10.0.0.21:21',
    ),
    '-L',
    '-L --stats',
    '-L --tun-info --nosort',
    '-S',
    '-L -t vip:http',
    '-Ln -t vip.example.com:80',
  ),
  sequence(
    'names of IPv6 hosts',
    restore(
      '-A -t [2001:db8::1]:80 -s rr',
      '-a -t [2001:db8::1]:80 -r [2001:db8::11]:80 -m',
      '-a -t [2001:db8::1]:80 -r [2001:db8::30]:81 -m',
      '-a -t [2001:db8::1]:80 -r [2001:db8::99]:82 -m',
      '-A -u [::1]:53',
    ),
    '-L',
    '-L --rate',
  ),
  sequence(
    'hosts given by name',
    '-A -t vip:80 -s rr',
    '-A -t www:http',
    '-A -u vip2.example.com:domain',
    '-A -t VIP:443 -s rr',
    '-A -t six:80',
    '-A -t only-six:80',
    '-A -t twice:80',
    '-A -t both:80',
    '-A -t [both]:80',
    '-A -t nosuch:80',
    '-a -t vip:80 -r rs1 -m',
    '-a -t vip:80 -r rs2:8080 -m',
    '-a -t vip:80 -r rs6',
    '-a -t vip:80 -r six:80 -i',
    '-E -t vip:80 -p -M localhost',
    '-E -t vip:80 -p -M six',
    restore('-A -t both:81', '-A -t nosuch:81', '-A -t both:82'),
  ),
];
