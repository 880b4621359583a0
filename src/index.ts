/**
 * Typed access to the kernel's IPVS: `IpvsClient` talks to it, the types are its nouns.
 *
 * @packageDocumentation
 */
export {
  type BatchOptions,
  type ChangeFailure,
  IpvsClient,
  type IpvsOptions,
  type ListingOptions,
} from './ipvs/client.ts';
export { IpvsError, type Operation, type Query } from './ipvs/errors.ts';
export { type Readable, type Reading, readTable } from './ipvs/read-table.ts';
export { newTrace } from './ipvs/trace.ts';
export type { Address, Family } from './model/address.ts';
export { type Change, formatChange } from './model/change.ts';
export type { Counters } from './model/counters.ts';
export type { Daemon, DaemonRole, DaemonStatus } from './model/daemon.ts';
export type {
  Destination,
  DestinationId,
  DestinationSettings,
  DestinationStatus,
  Forwarding,
  Tunnel,
} from './model/destination.ts';
export { type Endpoint, formatEndpoint } from './model/endpoint.ts';
export type { Protocol } from './model/protocol.ts';
export { SCHEDULERS, type SchedulerFlag } from './model/scheduler.ts';
export {
  type AddressServiceId,
  type FwmarkServiceId,
  formatServiceId,
  isFwmark,
  type Service,
  type ServiceId,
  type ServiceSettings,
  type ServiceStatus,
} from './model/service.ts';
export type { Info, ServiceTable, Table } from './model/table.ts';
export type { Timeouts } from './model/timeouts.ts';
export type { NetlinkFailure } from './netlink/errors.ts';
export type { Trace } from './netlink/trace.ts';
