import { each, restore, type Sequence, sequence } from '../sequence.ts';

/** Sync daemons, timeouts, counters to zero. */
export const DAEMONS: readonly Sequence[] = [
  ...each(
    'daemon',
    ['--start-daemon backup --mcast-interface lo --syncid 7'],
    `-L --daemon
     --start-daemon master --mcast-interface lo
     --start-daemon=master --mcast-interface=lo --syncid=255
     --start-daemon master --mcast-interface lo --mcast-group 239.1.2.3 --mcast-port 9 --mcast-ttl 255 --sync-maxlen 500
     --start-daemon master --mcast-interface lo --mcast-group ff02::5
     --start-daemon master --mcast-interface lo --mcast-group ff05:0:0::5 --mcast-port 65535
     --start-daemon master --mcast-interface lo --sync-maxlen 1
     --start-daemon master --mcast-interface lo --sync-maxlen 65507
     --start-daemon master --mcast-interface nosuch
     --start-daemon master --mcast-interface a-name-longer-than-fifteen
     --start-daemon master
     --start-daemon backup --mcast-interface lo
     --start-daemon backup
     --stop-daemon backup
     --stop-daemon backup --syncid 7
     --stop-daemon backup --syncid 9
     --stop-daemon backup --syncid 256
     --stop-daemon master
     --stop-daemon=backup
     -C
     -S`,
  ),
  sequence(
    'an empty name of an interface is the default one',
    ['--start-daemon', 'master', '--mcast-interface', ''],
    '-L --daemon',
  ),
  sequence(
    'both daemons',
    '--start-daemon master --mcast-interface lo --syncid 1',
    '--start-daemon backup --mcast-interface lo --syncid 2',
    '-L --daemon',
    '-Ln --daemon',
    '--stop-daemon master',
    '-L --daemon',
    '--stop-daemon backup',
    '-L --daemon',
    '--stop-daemon backup',
  ),
  sequence(
    'a daemon and a server of the other family exclude each other',
    '-A -t 10.0.0.1:80 -s rr',
    '--start-daemon master --mcast-interface lo',
    '-a -t 10.0.0.1:80 -r 2001:db8::1 -i',
    '-a -t 10.0.0.1:80 -r 10.0.0.11',
    '--stop-daemon master',
    '-a -t 10.0.0.1:80 -r 2001:db8::1 -i',
    '--start-daemon master --mcast-interface lo',
    '-d -t 10.0.0.1:80 -r 2001:db8::1',
    '--start-daemon master --mcast-interface lo',
  ),
  ...each(
    'timeouts',
    ['--set 800 100 200'],
    `--set 1 2 3
     --set 0 0 0
     --set 0 5 0
     --set 2678400 2678400 2678400
     --set 2678401 1 1
     --set +7 07 7
     -L --timeout
     -Ln --timeout
     -C`,
  ),
  ...each(
    'zero',
    ['-A -t 10.0.0.1:80', '-A -f 7'],
    `-Z
     --zero
     -Z -t 10.0.0.1:80
     -Z -f 7
     -Z -f 8
     -Z -u 10.0.0.1:80
     -Z -t 0.0.0.0:0
     -Z -t 0.0.0.0
     -Z -t ::
     -Z -u [::]:0
     -Z -t 0.0.0.0:1
     -Z -t 10.0.0.1`,
  ),
  sequence(
    'daemons and timeouts in a restore',
    restore(
      '--start-daemon master --mcast-interface lo --syncid 3',
      '--set 5 6 7',
      '-L --daemon',
      '-L --timeout',
    ),
    restore('--stop-daemon master', '--stop-daemon master', '-L --daemon', '-D -f 9', '--stop-daemon master'),
  ),
];
