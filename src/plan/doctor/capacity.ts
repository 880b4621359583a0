import type { Facts } from '../../model/facts.ts';
import type { Observation, Rule } from './rule.ts';
import { isBefore, setSysctl, sysctlName } from './words.ts';

const COUNT = 'net/netfilter/nf_conntrack_count';
const LIMIT = 'net/netfilter/nf_conntrack_max';
/** Connections for each bucket of the table from which on look-ups take noticeably longer. */
const CROWDED = 4;
/** Share of the tracked connections that are possible. */
const NEARLY_FULL = 0.8;

/** Whether the tables of the kernel are large enough. */
export const CAPACITY_RULES: readonly Rule[] = [
  { name: 'connection-table-small', about: 'a connection table too small for its load', find: tableSmall },
  {
    name: 'tracking-table-full',
    about: 'a table of tracked connections that is nearly full',
    find: trackingFull,
  },
];

/** Since Linux 7.1 the table grows by itself. */
function tableSmall({ table, kernel }: Facts): Observation[] {
  if (!table || !isBefore(kernel, 7, 1)) return [];
  const size = table.info.connectionTableSize;
  const connections = table.services
    .flatMap(({ destinations }) => destinations)
    .reduce((sum, item) => sum + item.activeConnections + item.inactiveConnections, 0);
  if (connections <= CROWDED * size) return [];
  const bits = Math.min(20, Math.ceil(Math.log2(connections)));
  return [
    {
      severity: 'warning',
      subject: 'connection table',
      seen: `${connections} connections are in ${size} buckets`,
      why: `each packet is compared with ${Math.round(connections / size)} connections before its own is found`,
      fix: [],
      advice: `write \`options ip_vs conn_tab_bits=${bits}\` into /etc/modprobe.d/ip_vs.conf; it counts when the module is loaded the next time (where it is built in: ip_vs.conn_tab_bits=${bits} on the kernel’s command line)`,
    },
  ];
}

function trackingFull({ settings }: Facts): Observation[] {
  const [count, limit] = [COUNT, LIMIT].map((path) => Number(settings.get(path) ?? 0)) as [number, number];
  if (limit === 0 || count < NEARLY_FULL * limit) return [];
  return [
    {
      severity: 'warning',
      subject: sysctlName(LIMIT),
      seen: `${count} of ${limit} connections that can be tracked are`,
      why: 'when the table is full, packets of new connections are dropped',
      fix: [setSysctl(LIMIT, 2 * Math.max(count, limit))],
    },
  ];
}
