import type { Change } from '../../model/change.ts';
import type { ServiceId } from '../../model/service.ts';

/** Which columns a listing of the table has. */
export type View = 'plain' | 'stats' | 'rate' | 'thresholds' | 'persistent' | 'tunnel';

/** How a listing of the table is to look. */
export interface ListingStyle {
  readonly view: View;
  /** Addresses and ports as numbers; otherwise names are looked up. */
  readonly numeric: boolean;
  /** Counters in full; otherwise large ones are abbreviated (`1234K`). */
  readonly exact: boolean;
  /** Sorted; otherwise in the kernel's order, with firewall marks last. */
  readonly sorted: boolean;
}

/** Whether a listing is for programs: our own option `--json`. */
interface ForPrograms {
  readonly json?: true;
}

/** What one compatible command line asks for, once it has been read and found valid. */
export type Command =
  | { readonly kind: 'change'; readonly change: Change }
  /** A real server of a service that must have local addresses: our own `--fullnat`. */
  | { readonly kind: 'fullnat-change'; readonly change: Change; readonly service: ServiceId }
  /** The whole table, or one service of it. */
  | ({
      readonly kind: 'list';
      readonly service?: ServiceId;
      readonly style: ListingStyle;
      /** With services' local addresses: our own `--fullnat`. */
      readonly fullnat?: true;
    } & ForPrograms)
  | ({
      readonly kind: 'list-connections';
      readonly numeric: boolean;
      readonly engineData: boolean;
    } & ForPrograms)
  | ({ readonly kind: 'list-timeouts' } & ForPrograms)
  | ({ readonly kind: 'list-daemons' } & ForPrograms)
  | { readonly kind: 'save'; readonly numeric: boolean }
  /** The lines on standard input; with `checkFirst` (our own) all of them are read before anything is touched. */
  | { readonly kind: 'restore'; readonly checkFirst: boolean }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };
