import type { Facts } from '../../model/facts.ts';
import { formatServiceId, isPersistent } from '../../model/service.ts';
import type { Observation, Rule } from './rule.ts';
import { destinationsOf, isBefore, nameOf, setSysctl, sysctlName } from './words.ts';

const NODEST = 'net/ipv4/vs/expire_nodest_conn';
const QUIESCENT = 'net/ipv4/vs/expire_quiescent_template';
const REUSE = 'net/ipv4/vs/conn_reuse_mode';

/** What becomes of connections that the kernel remembers. */
export const CONNECTION_RULES: readonly Rule[] = [
  {
    name: 'persistence-feeds-drained',
    about: 'a real server of weight 0 that persistence still sends clients to',
    find: persistenceFeedsDrained,
  },
  {
    name: 'removed-server-swallows',
    about: 'connections to a removed real server that are neither answered nor refused',
    find: removedServerSwallows,
  },
  {
    name: 'connection-reuse',
    about: 'clients that use a port again, by version of the kernel',
    find: connectionReuse,
  },
];

function persistenceFeedsDrained(facts: Facts): Observation[] {
  if (facts.settings.get(QUIESCENT) !== '0') return [];
  const persistent = destinationsOf(facts).filter(({ service }) => isPersistent(service));
  const drained = persistent.filter(
    ({ destination }) => destination.weight === 0 && destination.persistentConnections > 0,
  );
  const fix = [setSysctl(QUIESCENT, 1)];
  if (persistent.length > 0 && drained.length === 0) {
    return [
      {
        severity: 'hint',
        subject: sysctlName(QUIESCENT),
        seen: `it is 0, and ${formatServiceId(persistent[0]!.service)} is persistent`,
        why: 'a real server that is given weight 0 goes on to get the connections of the clients that it had',
        fix,
      },
    ];
  }
  return drained.map((placed) => ({
    severity: 'warning',
    subject: nameOf(placed),
    seen: `its weight is 0, ${placed.destination.persistentConnections} persistent clients are remembered, and ${sysctlName(QUIESCENT)} is 0`,
    why: 'persistence goes before weight, so these clients go on to open connections there, and it never gets empty',
    fix,
  }));
}

function removedServerSwallows({ table, settings }: Facts): Observation[] {
  if (settings.get(NODEST) !== '0' || !table?.services.length) return [];
  return [
    {
      severity: 'hint',
      subject: sysctlName(NODEST),
      seen: 'it is 0',
      why: 'when a real server is removed, packets of its connections are dropped in silence until those time out; with 1 the client is told and can connect anew',
      fix: [setSysctl(NODEST, 1)],
    },
  ];
}

/** Linux 5.9 no longer drops the first SYN of a connection that reuses a port which is tracked. */
function connectionReuse({ table, settings, kernel }: Facts): Observation[] {
  if (!table?.services.length) return [];
  const mode = settings.get(REUSE);
  const isOld = isBefore(kernel, 5, 9);
  if (isOld && mode !== '0' && mode !== undefined && settings.get('net/ipv4/vs/conntrack') === '1') {
    return [
      {
        severity: 'warning',
        subject: sysctlName(REUSE),
        seen: `it is ${mode}, connections are tracked (net.ipv4.vs.conntrack is 1), and the kernel is ${kernel}, older than 5.9`,
        why: 'the first packet of a client that uses a port again is dropped, which costs it a second',
        fix: [setSysctl(REUSE, 0)],
        advice:
          'with 0 such a client stays with the real server that it had, also when that has weight 0; a kernel of 5.9 or later has neither fault',
      },
    ];
  }
  if (!isOld && mode === '0') {
    return [
      {
        severity: 'warning',
        subject: sysctlName(REUSE),
        seen: `it is 0, and the kernel is ${kernel}`,
        why: 'a client that uses a port again is sent to the real server that it had, also when that has weight 0; since Linux 5.9 there is no reason for it any more',
        fix: [setSysctl(REUSE, 1)],
      },
    ];
  }
  return [];
}
