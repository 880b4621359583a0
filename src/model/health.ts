import type { Address } from './address.ts';
import type { Destination } from './destination.ts';

/** How a check asks whether a real server works. */
export type Probe =
  /** A TCP connection; with `expect`, it must answer so (to `send`, or by itself). */
  | { readonly kind: 'tcp'; readonly send?: string; readonly expect?: TextMatch }
  | HttpProbe
  /** A datagram; a server that says "port unreachable" is down, and so is one that does not answer what is expected. */
  | { readonly kind: 'udp'; readonly send?: string; readonly expect?: TextMatch }
  /** A DNS query over UDP. */
  | { readonly kind: 'dns'; readonly name: string; readonly type: DnsType; readonly expect?: string }
  /** An ICMP echo. */
  | { readonly kind: 'ping' }
  /** A greeting, `EHLO` and `QUIT`. */
  | { readonly kind: 'smtp'; readonly hello?: string }
  /** The gRPC health service (grpc.health.v1). */
  | { readonly kind: 'grpc'; readonly service?: string; readonly tls?: TlsOptions }
  /**
   * A program: exit code 0 is up, 1 is down, 2 … 255 is up with a weight of that minus 2 where `weight` says so. It
   * gets LVSADM_* in its environment and address and port as its last two words.
   */
  | {
      readonly kind: 'script';
      readonly command: readonly string[];
      readonly user?: string;
      readonly weight?: boolean;
    }
  /** A file whose text is a number: 0 is down, anything else is up; `weight` adds it to the destination's. */
  | { readonly kind: 'file'; readonly path: string; readonly weight?: boolean }
  /** HAProxy's agent text on a TCP port: `75%`, `drain`, `maint`, `ready`, `up`, `down#why`. */
  | { readonly kind: 'agent' };

export interface HttpProbe {
  readonly kind: 'http' | 'https';
  readonly path: string;
  readonly method: 'GET' | 'HEAD';
  /** The Host header, and for https the server name; the destination's address where nothing is said. */
  readonly host?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Status codes that are good, first and last of each range. */
  readonly status: readonly StatusRange[];
  readonly body?: TextMatch;
  /** Hexadecimal digest that the body must have. */
  readonly digest?: { readonly algorithm: 'md5' | 'sha256'; readonly value: string };
  readonly version?: '1.0' | '1.1';
  readonly tls?: TlsOptions;
}

export interface StatusRange {
  readonly first: number;
  readonly last: number;
}

/** What a text must contain, or match (a JavaScript regular expression); with `not`, must not. */
export type TextMatch =
  | { readonly text: string; readonly not?: boolean }
  | { readonly pattern: string; readonly not?: boolean };

export type DnsType = 'A' | 'AAAA' | 'CNAME' | 'MX' | 'NS' | 'PTR' | 'SOA' | 'SRV' | 'TXT' | 'ANY';

export interface TlsOptions {
  /** Server name that is asked for (SNI). */
  readonly serverName?: string;
  /** Whether the certificate must be valid. Default: no, as a check is of the server, not of its name. */
  readonly verify?: boolean;
  /** Files, PEM. */
  readonly authority?: string;
  readonly certificate?: string;
  readonly key?: string;
}

/** When a check asks, and when it believes what it hears. All times in milliseconds. */
export interface CheckTiming {
  /** From the start of one try to the start of the next, while the server is up. */
  readonly interval: number;
  /** A try that takes longer has failed. */
  readonly timeout: number;
  /** Good tries in a row until a server that was down is up. */
  readonly rise: number;
  /** Failed tries in a row until a server that was up is down. */
  readonly fall: number;
  /** In the place of `interval` while it is not decided: after a failed try of a server that is up. */
  readonly retryInterval: number;
  /** In the place of `interval` while the server is down. */
  readonly downInterval: number;
  /** The first try of each server comes within so long, by chance. */
  readonly spread: number;
}

/** A check that services and destinations name. */
export interface Check extends CheckTiming {
  readonly name: string;
  readonly probe: Probe;
  /** Where it asks, in the place of the destination's own address and port. */
  readonly address?: Address;
  readonly port?: number;
  /** The address that it asks from. */
  readonly source?: Address;
}

/** How a service goes by its checks. */
export interface ServiceHealth {
  /** Names of checks that all of its destinations must pass, but for those that name checks of their own. */
  readonly checks: readonly string[];
  /**
   * `real`: by the path of a client's packets, to the virtual address (direct routing, tunnels). `address`: to the
   * destination's own address.
   */
  readonly checkPath: 'real' | 'address';
  /** What a destination is until it was checked: what the kernel's table says, or down, or up. */
  readonly start: 'kernel' | 'down' | 'up';
  /** The weight that must be up for the service to be fit; once unfit, it needs `hysteresis` more. */
  readonly minimum: { readonly weight: number; readonly hysteresis: number };
  /**
   * When the service is not fit: `keep` all destinations as if they were up, use the `fallback` alone, or `refuse`
   * connections.
   */
  readonly allDown: 'keep' | 'fallback' | 'refuse';
  /** A server of last resort. */
  readonly fallback?: Destination;
  /** Milliseconds over which a destination that comes up gets its weight; 0 for at once. */
  readonly slowStart: number;
}

/** The health of a service about which nothing is said. */
export const DEFAULT_HEALTH: ServiceHealth = {
  checks: [],
  checkPath: 'address',
  start: 'kernel',
  minimum: { weight: 1, hysteresis: 0 },
  allDown: 'keep',
  slowStart: 0,
};
