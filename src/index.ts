/**
 * Linux Virtual Server from Node.js: the kernel's IPVS (`IpvsClient`), the wanted table (`readDocuments`, `reconcile`,
 * `drain`, `ramp`), this host as a real server or a director (`prepare`, `undo`, `examineTargets`), and what is wrong or
 * becomes of a packet (`examine`, `explain`). Nothing here prints.
 *
 * @packageDocumentation
 */
export { type Examination, type ExamineOptions, examine } from './actions/examine.ts';
export { explain, type PacketQuestion } from './actions/explain.ts';
export { HostFailure } from './actions/host/failure.ts';
export { examineTracking, examineUse, type FullnatUse } from './actions/host/fullnat.ts';
export { Journal, JournalError } from './actions/host/journal.ts';
export { whileHostLocked } from './actions/host/lock.ts';
export {
  type Preparation,
  type PrepareOptions,
  type PrepareReport,
  planPreparation,
  prepare,
} from './actions/host/prepare.ts';
export { examineTargets, type TargetStatus } from './actions/host/status.ts';
export { planUndo, type UndoOptions, type UndoReport, undo } from './actions/host/undo.ts';
export { TableFailure, type TableFailureCode, whileLocked } from './actions/table/destination.ts';
export { type DrainOptions, type DrainReport, drain } from './actions/table/drain.ts';
export type { Busy } from './actions/table/execute.ts';
export { type RampOptions, type RampReport, ramp } from './actions/table/ramp.ts';
export {
  planTable,
  type ReconcileEvent,
  type ReconcileOptions,
  type ReconcileReport,
  readWanted,
  reconcile,
} from './actions/table/reconcile.ts';
export { systemClock } from './host/clock.ts';
export { configFiles } from './host/config-files.ts';
export { type Host, openHost } from './host/host.ts';
export {
  type BatchOptions,
  type ChangeFailure,
  IpvsClient,
  type IpvsOptions,
  type ListingOptions,
} from './ipvs/client.ts';
export { IpvsError, type Operation, type Query } from './ipvs/errors.ts';
export type { Kernel } from './ipvs/kernel.ts';
export { type Readable, type Reading, readTable } from './ipvs/read-table.ts';
export { newTrace } from './ipvs/trace.ts';
export type { Address, Family } from './model/address.ts';
export { type Change, formatChange } from './model/change.ts';
export type { Clock } from './model/clock.ts';
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
export type { Finding, Severity } from './model/finding.ts';
export type { Pool, PortRange } from './model/pool.ts';
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
export type { Director } from './plan/host/director.ts';
export { type Fullnat, fullnatMark } from './plan/host/fullnat.ts';
export type { RealServer } from './plan/host/realserver.ts';
export type { Step } from './plan/host/steps.ts';
export { type Role, type Target, targetKey } from './plan/host/target.ts';
export type { Explanation } from './plan/packet/explanation.ts';
export { PlanRefusal, type RefusalCode } from './plan/refusal.ts';
export { type DiffOptions, diffTable, isSame, type TableDifference } from './plan/table/diff.ts';
export { changesOf, stepsOf } from './plan/table/diff-changes.ts';
export type { BusyDestination, ChangeReport, NamedDestination, RefusedChange } from './plan/table/report.ts';
export type { Wanted, WantedDestination, WantedService } from './plan/table/wanted.ts';
export { type Setting, type SettingState, settingKey, stateText } from './settings/index.ts';
export { readDocuments } from './syntax/document/document.ts';
export { formatDocument } from './syntax/document/text.ts';
export { type Imported, type ImportedService, readKeepalived } from './syntax/keepalived/keepalived.ts';
export type { Note } from './syntax/keepalived/notes.ts';
export { formatTarget, parseTargets } from './syntax/target/target.ts';
