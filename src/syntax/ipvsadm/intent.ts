import type { Change } from '../../model/change.ts';
import type { Daemon } from '../../model/daemon.ts';
import type { Destination, Tunnel } from '../../model/destination.ts';
import type { Service, ServiceId } from '../../model/service.ts';
import type { Command, ListingStyle, View } from './command.ts';
import type { Draft } from './draft.ts';

/** What a draft without mistakes asks for. */
export function commandOf(draft: Draft): Command {
  switch (draft.command) {
    case 'add-service':
      return change({ kind: 'add-service', service: serviceOf(draft) });
    case 'edit-service':
      return change({ kind: 'set-service', service: serviceOf(draft) });
    case 'delete-service':
      return change({ kind: 'delete-service', service: serviceIdOf(draft) });
    case 'add-server':
      return serverChange(draft, 'add-destination');
    case 'edit-server':
      return serverChange(draft, 'set-destination');
    case 'delete-server':
      return change({
        kind: 'delete-destination',
        service: serviceIdOf(draft),
        destination: draft.realServer,
      });
    case 'flush':
      return change({ kind: 'flush' });
    case 'zero':
      return change(isNoService(draft) ? { kind: 'zero' } : { kind: 'zero', service: serviceIdOf(draft) });
    case 'set': {
      const [tcp, tcpFin, udp] = draft.timeouts;
      return change({ kind: 'set-timeouts', timeouts: { tcp, tcpFin, udp } });
    }
    case 'start-daemon':
      return change({ kind: 'start-daemon', daemon: daemonOf(draft) });
    case 'stop-daemon':
      return change({ kind: 'stop-daemon', role: draft.role, syncId: draft.syncId });
    case 'list':
      return listOf(draft);
    case 'save':
      return { kind: 'save', numeric: draft.filled.has('numeric') };
    case 'restore':
      return { kind: 'restore', checkFirst: draft.checkFirst };
    case 'help':
      return { kind: 'help' };
    case 'version':
      return { kind: 'version' };
  }
}

function change(value: Change): Command {
  return { kind: 'change', change: value };
}

function serverChange(draft: Draft, kind: 'add-destination' | 'set-destination'): Command {
  const service = serviceIdOf(draft);
  const value: Change = { kind, service, destination: destinationOf(draft) };
  return draft.fullnat ? { kind: 'fullnat-change', change: value, service } : change(value);
}

function serviceIdOf({ fwmark, family, protocol, address, port }: Draft): ServiceId {
  return fwmark !== 0 ? { fwmark, family } : { protocol: protocol ?? 'tcp', address, port };
}

/** A service address of nothing but zeros is no service: `-Z -t 0.0.0.0:0` zeroes everything, as `-Z` does. */
function isNoService({ fwmark, address, port }: Draft): boolean {
  return fwmark === 0 && port === 0 && (address === '0.0.0.0' || address === '::');
}

function serviceOf(draft: Draft): Service {
  const { scheduler, schedulerFlags, persistenceTimeout, persistenceMask, persistenceEngine } = draft;
  return Object.assign(serviceIdOf(draft), {
    scheduler,
    schedulerFlags,
    persistenceTimeout,
    persistenceMask,
    persistenceEngine,
    onePacket: draft.filled.has('ops'),
  });
}

function destinationOf(draft: Draft): Destination {
  const { realServer, weight, upperThreshold, lowerThreshold } = draft;
  const forwarding = draft.fullnat ? 'masquerade' : draft.forwarding;
  // Only masquerading can change the port. A firewall mark has none, so there the real server's own is kept.
  const keepsPort = forwarding === 'masquerade' || draft.fwmark !== 0;
  const port = keepsPort ? realServer.port : draft.port;
  const { address } = realServer;
  return { address, port, forwarding, weight, upperThreshold, lowerThreshold, tunnel: tunnelOf(draft) };
}

function tunnelOf({ tunnelType, tunnelPort, filled }: Draft): Tunnel {
  const checksum = filled.has('tun-csum') ? 'full' : filled.has('tun-remcsum') ? 'remote' : 'none';
  return { type: tunnelType, port: tunnelPort, checksum };
}

function daemonOf(draft: Draft): Daemon {
  const { role, syncId, daemonInterface, daemonMaxLength, daemonGroup, daemonPort, daemonTtl } = draft;
  return {
    role,
    interface: daemonInterface,
    syncId,
    ...(daemonMaxLength !== undefined && { maxLength: daemonMaxLength }),
    ...(daemonGroup !== undefined && { group: daemonGroup }),
    ...(daemonPort !== undefined && { port: daemonPort }),
    ...(daemonTtl !== undefined && { ttl: daemonTtl }),
  };
}

function listOf(draft: Draft): Command {
  const { filled } = draft;
  const format = draft.json ? ({ json: true } as const) : {};
  const numeric = filled.has('numeric');
  if (filled.has('connection')) {
    return { kind: 'list-connections', numeric, engineData: filled.has('persistent-conn'), ...format };
  }
  if (filled.has('timeout')) return { kind: 'list-timeouts', ...format };
  if (filled.has('daemon')) return { kind: 'list-daemons', ...format };
  const style: ListingStyle = {
    view: viewOf(draft),
    numeric,
    exact: filled.has('exact'),
    sorted: !filled.has('nosort'),
  };
  return {
    kind: 'list',
    ...(filled.has('service-address') && { service: serviceIdOf(draft) }),
    style,
    ...(draft.fullnat && { fullnat: true }),
    ...format,
  };
}

/** Several views may be asked for; the first in this order is shown. */
function viewOf({ filled }: Draft): View {
  if (filled.has('stats')) return 'stats';
  if (filled.has('rate')) return 'rate';
  if (filled.has('thresholds')) return 'thresholds';
  if (filled.has('persistent-conn')) return 'persistent';
  if (filled.has('tun-info')) return 'tunnel';
  return 'plain';
}
