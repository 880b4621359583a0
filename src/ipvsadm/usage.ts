import { renderSubcommands } from '../syntax/subcommands.ts';

/** What the program says of itself: the options `-h` and `-v`. */
export function renderSelf(kind: 'help' | 'version', programName: string, version: string): string {
  return kind === 'help' ? renderUsage(programName, version) : renderVersion(programName, version);
}

/** The help text, with every command and option. */
function renderUsage(programName: string, version: string): string {
  return `${renderVersion(programName, version)}Usage: ${programName} COMMAND [OPTION...]
With no command at all: --list.${isIpvsadm(programName) ? ` This is lvsadm v${version}.` : ''}

Virtual services
  -A, --add-service SERVICE [SERVICE-OPTION...]     add a service
  -E, --edit-service SERVICE [SERVICE-OPTION...]    set all options of a service anew
  -D, --delete-service SERVICE                      delete a service with its real servers
  -C, --clear                                       delete every service

Real servers
  -a, --add-server SERVICE -r SERVER [SERVER-OPTION...]    add a real server to a service
  -e, --edit-server SERVICE -r SERVER [SERVER-OPTION...]   set all options of a real server anew
  -d, --delete-server SERVICE -r SERVER                    take a real server out of a service

The table as a whole
  -L, -l, --list [SERVICE] [LIST-OPTION...]         show services, real servers and counters
  -Z, --zero [SERVICE]                              set counters to zero, of one service or all
  -S, --save [-n]                                   print the table as lines that -R reads
  ${restoreSpelling(programName).padEnd(50)}carry out the lines on standard input
  --set TCP TCPFIN UDP                              set connection timeouts in seconds (0: keep)

Connection synchronisation
  --start-daemon master|backup [DAEMON-OPTION...]   start a sync daemon
  --stop-daemon master|backup                       stop a sync daemon

  -h, --help                                        this text
  -v, --version                                     the version
${isIpvsadm(programName) ? '' : renderSubcommands()}
SERVICE, one of
  -t, --tcp-service HOST[:PORT]     by protocol, address and port; IPv6 with a port: [ADDRESS]:PORT
  -u, --udp-service HOST[:PORT]
  --sctp-service HOST[:PORT]
  -f, --fwmark-service MARK [-6]    by firewall mark, 1 to 4294967295
  -6, --ipv6                        the mark is for IPv6 packets (after -f)

SERVICE-OPTION
  -s, --scheduler NAME              rr, wrr, lc, wlc (default), lblc, lblcr, dh, sh, sed, nq, fo, ovf, mh
  -b, --sched-flags FLAG[,FLAG...]  sh-fallback, sh-port, mh-fallback, mh-port, flag-1, flag-2, flag-3
  -p, --persistent [SECONDS]        keep a client with its real server (default 360 seconds)
  -M, --netmask MASK                clients that persistence takes together: a mask, or for IPv6 a length
  --pe NAME                         persistence engine (sip)
  -o, --ops                         schedule every packet anew (UDP and marks only)

SERVER (-r, --real-server)
  HOST[:PORT]                       without a port, that of the service

SERVER-OPTION
  -g, --gatewaying                  direct routing (default)
  -i, --ipip                        tunnelling
  -m, --masquerading                address translation (NAT), also of the port
${serverOptions(programName)}  -w, --weight NUMBER               share of new connections (default 1; 0: none)
  -x, --u-threshold NUMBER          no new connections above so many (0: no limit)
  -y, --l-threshold NUMBER          new connections again below so many (0: automatic)
  --tun-type ipip|gue|gre           what -i wraps packets in (default ipip)
  --tun-port PORT                   UDP port for gue, which needs one
  --tun-nocsum                      no checksum around the packet (gue, gre; default)
  --tun-csum                        a checksum around the packet (gue, gre)
  --tun-remcsum                     remote checksum offload (gue)

LIST-OPTION
  -n, --numeric                     numbers instead of host and service names
  -c, --connection                  the connections instead of the table
  --stats                           totals of connections, packets and bytes
  --rate                            connections, packets and bytes per second
  --thresholds                      connection thresholds
  --persistent-conn                 persistent connections; with -c, data of the persistence engine
  --tun-info                        kind of tunnel
  --timeout                         the connection timeouts instead of the table
  --daemon                          the sync daemons instead of the table
  -X, --exact                       large counters in full
  --nosort                          in the kernel's order
${listOptions(programName)}  --sort                            sorted (default; accepted everywhere)

DAEMON-OPTION
  --mcast-interface NAME            network interface (default eth0)
  --syncid NUMBER                   0 to 255; also accepted by --stop-daemon (default 0)
  --sync-maxlen BYTES               longest message (default: by the interface's MTU)
  --mcast-group ADDRESS             multicast group (default 224.0.0.81)
  --mcast-port PORT                 UDP port (default 8848)
  --mcast-ttl NUMBER                time to live, 1 to 255 (default 1)
`;
}

function restoreSpelling(programName: string): string {
  return isIpvsadm(programName) ? '-R, --restore' : '-R, --restore [--check]';
}

/** Not known under ipvsadm's name. */
function serverOptions(programName: string): string {
  return isIpvsadm(programName)
    ? ''
    : '  --fullnat                         the same, for a service with local addresses (lvsadm fullnat)\n';
}

/** Not known under ipvsadm's name. */
function listOptions(programName: string): string {
  return isIpvsadm(programName)
    ? ''
    : '  --json                            one JSON document instead of columns\n  --fullnat                         with the local addresses of FULLNAT services\n';
}

/** Scripts look at ipvsadm's version line, so under its name we answer as the one that we stand in for. */
function renderVersion(programName: string, version: string): string {
  return isIpvsadm(programName)
    ? 'ipvsadm v1.31 2019/12/24 (compiled with popt and IPVS v1.2.1)\n'
    : `lvsadm v${version} (does the work of ipvsadm v1.31)\n`;
}

function isIpvsadm(programName: string): boolean {
  return programName.startsWith('ipvsadm');
}
