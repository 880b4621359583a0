import type { IpvsClient } from './client.ts';

/** The kernel's IPVS, as far as anybody here asks for it: what an `IpvsClient` gives, and what a test can stand in for. */
export type Kernel = Pick<
  IpvsClient,
  | 'info'
  | 'service'
  | 'services'
  | 'destinations'
  | 'tables'
  | 'eachTable'
  | 'snapshot'
  | 'timeouts'
  | 'daemons'
  | 'change'
  | 'batch'
  | 'close'
>;
