import type { IpvsClient } from './client.ts';

/**
 * The kernel's IPVS, as far as anybody here asks for it: what an `IpvsClient` gives, and what a test can stand in for.
 * The whole table is read from it by `readTable`.
 */
export type Kernel = Pick<
  IpvsClient,
  | 'info'
  | 'service'
  | 'services'
  | 'destinations'
  | 'tables'
  | 'eachTable'
  | 'timeouts'
  | 'daemons'
  | 'change'
  | 'batch'
  | 'close'
>;
