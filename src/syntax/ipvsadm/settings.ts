import { familyOf } from '../../model/address.ts';
import { MAX_INTERFACE_NAME, MAX_SYNC_ID, MAX_TTL } from '../../model/daemon.ts';
import { MAX_PORT } from '../../model/endpoint.ts';
import { DEFAULT_SCHEDULER } from '../../model/scheduler.ts';
import { MAX_ENGINE_NAME, MAX_SCHEDULER_NAME } from '../../model/service.ts';
import type { Draft, ServiceProtocol } from './draft.ts';
import type { SettingName } from './options.ts';
import { refuse } from './refusal.ts';
import {
  cutToBytes,
  type Lookup,
  readAmount,
  readEndpoint,
  readFwmark,
  readMulticastGroup,
  readNetmask,
  readNumber,
  readServiceAddress,
  readTimeout,
  readTunnelType,
} from './values.ts';

/** Takes one option into the draft. `value` is an empty string for an option without one. */
type Setting = (draft: Draft, value: string, lookup: Lookup) => void;

/** The slot says all that is to know. */
const mark: Setting = () => {};

const IPV6_FULL_LENGTH = 128;

function service(protocol: ServiceProtocol): Setting {
  return (draft, value, lookup) => {
    draft.protocol = protocol;
    const { address, port } = readServiceAddress(value, protocol, lookup);
    draft.address = address;
    draft.port = port;
    draft.family = familyOf(address);
    if (draft.family === 'inet6') draft.persistenceMask = IPV6_FULL_LENGTH;
  };
}

/** What each option that is not a command does with its value, given what stands before it on the line. */
export const SETTINGS: Readonly<Record<SettingName, Setting>> = {
  'tcp-service': service('tcp'),
  'udp-service': service('udp'),
  'sctp-service': service('sctp'),
  'fwmark-service': (draft, value) => {
    draft.fwmark = readFwmark(value);
    draft.family = 'inet';
    // A mark has no protocol, but the real server's port may have a name, and that is then one of TCP's.
    draft.protocol = 'tcp';
  },
  ipv6: (draft) => {
    // The text has a line end of its own in ipvsadm, so an empty line follows it.
    if (draft.fwmark === 0) throw refuse('-6 used before -f\n');
    draft.family = 'inet6';
    draft.persistenceMask = IPV6_FULL_LENGTH;
  },
  scheduler: (draft, value) => {
    draft.scheduler = cutToBytes(value, MAX_SCHEDULER_NAME) || DEFAULT_SCHEDULER;
  },
  'sched-flags': (draft, value) => {
    draft.schedulerFlagWords = cutToBytes(value, 127);
  },
  persistent: (draft, value) => {
    draft.persistenceTimeout = readTimeout(value, 1);
  },
  netmask: (draft, value, lookup) => {
    draft.persistenceMask = readNetmask(value, draft.family, lookup);
  },
  pe: (draft, value) => {
    draft.persistenceEngine = cutToBytes(value, MAX_ENGINE_NAME);
  },
  ops: mark,
  'real-server': (draft, value, lookup) => {
    const complaint = 'illegal real server address[:port] specified';
    draft.realServer = readEndpoint(value, draft.protocol, draft.port, complaint, lookup);
  },
  masquerading: (draft) => {
    draft.forwarding = 'masquerade';
  },
  ipip: (draft) => {
    draft.forwarding = 'tunnel';
  },
  gatewaying: (draft) => {
    draft.forwarding = 'direct';
  },
  weight: (draft, value) => {
    draft.weight = readAmount(value, 'weight');
  },
  'u-threshold': (draft, value) => {
    draft.upperThreshold = readAmount(value, 'u_threshold');
  },
  'l-threshold': (draft, value) => {
    draft.lowerThreshold = readAmount(value, 'l_threshold');
  },
  'tun-type': (draft, value) => {
    draft.tunnelType = readTunnelType(value);
  },
  'tun-port': (draft, value) => {
    draft.tunnelPort = readNumber(value, 1, MAX_PORT, 'illegal tunnel port specified');
  },
  'tun-nocsum': mark,
  'tun-csum': mark,
  'tun-remcsum': mark,
  'mcast-interface': (draft, value) => {
    draft.daemonInterface = cutToBytes(value, MAX_INTERFACE_NAME) || 'eth0';
  },
  syncid: (draft, value) => {
    draft.syncId = readNumber(value, 0, MAX_SYNC_ID, 'illegal syncid specified');
  },
  'mcast-group': (draft, value) => {
    draft.daemonGroup = readMulticastGroup(value);
  },
  'mcast-port': (draft, value) => {
    draft.daemonPort = readNumber(value, 1, MAX_PORT, 'illegal mcast-port specified');
  },
  'mcast-ttl': (draft, value) => {
    draft.daemonTtl = readNumber(value, 1, MAX_TTL, 'illegal mcast-ttl specified');
  },
  'sync-maxlen': (draft, value) => {
    draft.daemonMaxLength = readNumber(value, 1, 65507, 'illegal sync-maxlen specified');
  },
  numeric: mark,
  connection: mark,
  timeout: mark,
  daemon: mark,
  stats: mark,
  rate: mark,
  thresholds: mark,
  'persistent-conn': mark,
  'tun-info': mark,
  exact: mark,
  nosort: mark,
  sort: mark,
  check: (draft) => {
    draft.checkFirst = true;
  },
  fullnat: (draft) => {
    draft.fullnat = true;
  },
  json: (draft) => {
    draft.json = true;
  },
};
