import type { Address, Family } from '../../model/address.ts';
import type { DaemonRole } from '../../model/daemon.ts';
import type { Forwarding, Tunnel } from '../../model/destination.ts';
import type { Endpoint } from '../../model/endpoint.ts';
import type { SchedulerFlag } from '../../model/scheduler.ts';
import { DEFAULT_SCHEDULER } from '../../model/scheduler.ts';
import type { CommandName, Slot } from './options.ts';

/** The protocols that an option can name. */
export type ServiceProtocol = 'tcp' | 'udp' | 'sctp';

/**
 * What a command line has said so far. Options are read from left to right, and some depend on what stands before
 * them, so this is the one thing that changes while a line is read.
 */
export interface Draft {
  readonly command: CommandName;
  readonly filled: Set<Slot>;
  protocol: ServiceProtocol | undefined;
  address: Address;
  port: number;
  /** 0 for a service that is known by its address. */
  fwmark: number;
  family: Family;
  scheduler: string;
  /** As given; its meaning depends on the scheduler, which may come later. */
  schedulerFlagWords: string | undefined;
  schedulerFlags: readonly SchedulerFlag[];
  persistenceTimeout: number;
  persistenceMask: Address | number;
  persistenceEngine: string;
  realServer: Endpoint;
  forwarding: Forwarding;
  weight: number;
  upperThreshold: number;
  lowerThreshold: number;
  tunnelType: Tunnel['type'];
  tunnelPort: number;
  role: DaemonRole;
  daemonInterface: string;
  syncId: number;
  daemonGroup: Address | undefined;
  daemonPort: number | undefined;
  daemonTtl: number | undefined;
  daemonMaxLength: number | undefined;
  timeouts: readonly [number, number, number];
  checkFirst: boolean;
  json: boolean;
  /** A masqueraded real server of a service that has local addresses; a listing that shows those. */
  fullnat: boolean;
}

/** A draft that has said nothing but its command: ipvsadm's defaults, from which edits start, too. */
export function newDraft(command: CommandName): Draft {
  return {
    command,
    filled: new Set(),
    protocol: undefined,
    address: '0.0.0.0',
    port: 0,
    fwmark: 0,
    family: 'inet',
    scheduler: DEFAULT_SCHEDULER,
    schedulerFlagWords: undefined,
    schedulerFlags: [],
    persistenceTimeout: 0,
    persistenceMask: '255.255.255.255',
    persistenceEngine: '',
    realServer: { address: '0.0.0.0', port: 0 },
    forwarding: 'direct',
    weight: 1,
    upperThreshold: 0,
    lowerThreshold: 0,
    tunnelType: 'ipip',
    tunnelPort: 0,
    role: 'master',
    daemonInterface: 'eth0',
    syncId: 0,
    daemonGroup: undefined,
    daemonPort: undefined,
    daemonTtl: undefined,
    daemonMaxLength: undefined,
    timeouts: [0, 0, 0],
    checkFirst: false,
    json: false,
    fullnat: false,
  };
}
