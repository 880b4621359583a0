import type { CommandName, Slot } from './options.ts';

/** What a command, or a tunnel type, may, must and must not be said together with. */
export interface Rule {
  readonly required?: readonly Slot[];
  readonly allowed?: readonly Slot[];
  /** Slots of which at most one may be filled. They are allowed, too. */
  readonly exclusive?: readonly Slot[];
}

const SERVICE: Rule = {
  required: ['service-address'],
  allowed: ['scheduler', 'persistent', 'netmask', 'ops', 'pe', 'sched-flags'],
};
const SERVER: Rule = {
  required: ['service-address', 'real-server'],
  allowed: [
    'forwarding-method',
    'weight',
    'u-threshold',
    'l-threshold',
    'tun-type',
    'tun-port',
    'tun-nocsum',
    'tun-csum',
    'tun-remcsum',
  ],
};

/** The command × option matrix. What is not listed is illegal. */
export const COMMAND_RULES: Readonly<Record<CommandName, Rule>> = {
  'add-service': SERVICE,
  'edit-service': SERVICE,
  'delete-service': { required: ['service-address'] },
  flush: {},
  restore: {},
  save: { allowed: ['numeric'] },
  'add-server': SERVER,
  'edit-server': SERVER,
  'delete-server': { required: ['service-address', 'real-server'] },
  list: {
    allowed: [
      'numeric',
      'stats',
      'rate',
      'thresholds',
      'persistent-conn',
      'nosort',
      'syncid',
      'exact',
      'tun-info',
    ],
    exclusive: ['connection', 'service-address', 'timeout', 'daemon'],
  },
  zero: { allowed: ['service-address'] },
  set: {},
  'start-daemon': {
    allowed: ['mcast-interface', 'syncid', 'mcast-group', 'mcast-port', 'mcast-ttl', 'sync-maxlen'],
  },
  'stop-daemon': { allowed: ['syncid'] },
  help: {},
  version: {},
};

export const TUNNEL_SLOTS = ['tun-port', 'tun-nocsum', 'tun-csum', 'tun-remcsum'] as const satisfies Slot[];

/** The tunnel type × option matrix, for the slots in `TUNNEL_SLOTS`. */
export const TUNNEL_RULES: Readonly<Record<'ipip' | 'gue' | 'gre', Rule>> = {
  ipip: {},
  gue: { required: ['tun-port'], exclusive: ['tun-nocsum', 'tun-csum', 'tun-remcsum'] },
  gre: { exclusive: ['tun-nocsum', 'tun-csum'] },
};
