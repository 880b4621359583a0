import type { Change } from '../model/change.ts';
import type { ServiceId } from '../model/service.ts';
import { CMD } from './constants.ts';
import { encodeDaemon, encodeDaemonId } from './daemon-codec.ts';
import { encodeDestination, encodeDestinationId } from './destination-codec.ts';
import type { CommandValues } from './layout.ts';
import { encodeService, encodeServiceId } from './service-codec.ts';

/** What is sent to the family: a command, and its attributes. */
export interface Request {
  readonly command: number;
  readonly values: CommandValues;
}

/** The request that carries out a change. Pure. */
export function encodeChange(change: Change): Request {
  switch (change.kind) {
    case 'add-service':
      return { command: CMD.NEW_SERVICE, values: { service: encodeService(change.service) } };
    case 'set-service':
      return { command: CMD.SET_SERVICE, values: { service: encodeService(change.service) } };
    case 'delete-service':
      return { command: CMD.DEL_SERVICE, values: { service: encodeServiceId(change.service) } };
    case 'add-destination':
      return {
        command: CMD.NEW_DEST,
        values: {
          service: encodeServiceId(change.service),
          destination: encodeDestination(change.destination),
        },
      };
    case 'set-destination':
      return {
        command: CMD.SET_DEST,
        values: {
          service: encodeServiceId(change.service),
          destination: encodeDestination(change.destination),
        },
      };
    case 'delete-destination':
      return {
        command: CMD.DEL_DEST,
        values: {
          service: encodeServiceId(change.service),
          destination: encodeDestinationId(change.destination),
        },
      };
    case 'flush':
      return { command: CMD.FLUSH, values: {} };
    case 'zero':
      return {
        command: CMD.ZERO,
        values: change.service ? { service: encodeServiceId(change.service) } : {},
      };
    case 'set-timeouts': {
      const { tcp, tcpFin, udp } = change.timeouts;
      return {
        command: CMD.SET_CONFIG,
        values: { timeoutTcp: tcp, timeoutTcpFin: tcpFin, timeoutUdp: udp },
      };
    }
    case 'start-daemon':
      return { command: CMD.NEW_DAEMON, values: { daemon: encodeDaemon(change.daemon) } };
    case 'stop-daemon':
      return { command: CMD.DEL_DAEMON, values: { daemon: encodeDaemonId(change.role, change.syncId) } };
  }
}

/** The question for one service. */
export function encodeServiceQuery(id: ServiceId): Request {
  return { command: CMD.GET_SERVICE, values: { service: encodeServiceId(id) } };
}

/** The question for the destinations of a service. */
export function encodeDestinationsQuery(id: ServiceId): Request {
  return { command: CMD.GET_DEST, values: { service: encodeServiceId(id) } };
}

/** A question that needs no attributes: for all services, the daemons, the timeouts, the version. */
export function encodeQuery(name: 'GET_SERVICE' | 'GET_DAEMON' | 'GET_CONFIG' | 'GET_INFO'): Request {
  return { command: CMD[name], values: {} };
}
