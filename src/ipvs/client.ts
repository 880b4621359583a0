import { parseAddress } from '../model/address.ts';
import type { Change } from '../model/change.ts';
import type { Daemon, DaemonRole, DaemonStatus } from '../model/daemon.ts';
import type { Destination, DestinationId, DestinationStatus } from '../model/destination.ts';
import { type Service, type ServiceId, type ServiceStatus, serviceFamily } from '../model/service.ts';
import type { Info, ServiceTable } from '../model/table.ts';
import type { Timeouts } from '../model/timeouts.ts';
import { decodeAttributes } from '../netlink/attributes.ts';
import type { ConnectionOptions } from '../netlink/connection.ts';
import { NetlinkError } from '../netlink/errors.ts';
import { Channel, type ListingOptions } from './channel.ts';
import { CHECKED } from './checked.ts';
import { decodeDaemon } from './daemon-codec.ts';
import { decodeDestination } from './destination-codec.ts';
import { explained, IpvsError, meant, type Query } from './errors.ts';
import { INFO } from './layout.ts';
import { type Reading, readTable } from './read-table.ts';
import { encodeChange, encodeDestinationsQuery, encodeQuery, encodeServiceQuery } from './requests.ts';
import { decodeService } from './service-codec.ts';
import { checkChange, checkServiceId } from './validate.ts';

export type IpvsOptions = ConnectionOptions;
export type { ListingOptions };

/** A change of a batch that the kernel refused. */
export interface ChangeFailure {
  /** Position in the batch, from 0. */
  readonly index: number;
  readonly change: Change;
  readonly error: IpvsError;
}

export interface BatchOptions {
  /** Is called now and then with how many changes the kernel has gone through. */
  readonly onProgress?: (done: number) => void;
}

/**
 * IPVS of the network namespace that the process is in, over one netlink socket. Methods may be called without
 * waiting for each other; they take effect in the order of the calls. Every method rejects with an `IpvsError` that
 * says what failed and why, or a `RangeError` for values that have no place in the kernel's interface. The kernel
 * side is net/netfilter/ipvs/ip_vs_ctl.c.
 */
export class IpvsClient {
  readonly #channel: Channel;

  private constructor(channel: Channel) {
    this.#channel = channel;
  }

  /**
   * Connects, and makes sure that IPVS answers. Rejects with failure `no-family` when the kernel has no IPVS, and
   * with code `EPERM` without CAP_NET_ADMIN, which reading needs too.
   */
  static open(options: IpvsOptions = {}): Promise<IpvsClient> {
    return explained({ kind: 'open' }, async () => new IpvsClient(await Channel.open(options)));
  }

  /**
   * How many attributes the kernel has sent that this version does not know: with more than none, the kernel is newer
   * than it, and has settings that it does not show.
   */
  get unknownAttributes(): number {
    return this.#channel.unknownAttributes;
  }

  /** Waits for what is under way, and closes the socket. */
  close(): Promise<void> {
    return this.#channel.close();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** Version of IPVS and size of its connection table. */
  async info(): Promise<Info> {
    let info: Info | undefined;
    await explained({ kind: 'get-info' }, () =>
      this.#channel.ask(encodeQuery('GET_INFO'), ({ bytes, start, end }) => {
        const { version = 0, connectionTableSize = 0 } = decodeAttributes(INFO, bytes, start, end);
        const parts = [(version >> 16) & 0xff, (version >> 8) & 0xff, version & 0xff];
        info = { version: parts.join('.'), connectionTableSize };
      }),
    );
    return answered({ kind: 'get-info' }, info);
  }

  /** All virtual services, in the kernel's order. */
  services(options: ListingOptions = {}): Promise<ServiceStatus[]> {
    return this.#channel.list(
      { kind: 'list-services' },
      encodeQuery('GET_SERVICE'),
      ({ service }) => (service ? decodeService(service) : undefined),
      options,
    );
  }

  /** One virtual service. Rejects with code `ESRCH` when there is none. */
  async service(id: ServiceId): Promise<ServiceStatus> {
    checkServiceId(id);
    const query: Query = { kind: 'get-service', service: id };
    let found: ServiceStatus | undefined;
    await explained(query, () =>
      this.#channel.askValues(encodeServiceQuery(id), ({ service }) => {
        if (service) found = decodeService(service);
      }),
    );
    return answered(query, found);
  }

  /** Adds a virtual service; what is left out has ipvsadm's defaults (`wlc`, not persistent). `EEXIST` if it is there. */
  addService(service: Service): Promise<void> {
    return this.change({ kind: 'add-service', service });
  }

  /** Changes the settings that are named and keeps the others, by reading them first. `ESRCH` if it is not there. */
  async editService(service: Service): Promise<void> {
    const { counters: _, ...current } = await this.service(service);
    await this.change({ kind: 'set-service', service: { ...current, ...named(service) } });
  }

  /** Deletes a virtual service with its destinations. `ESRCH` if it is not there. */
  deleteService(id: ServiceId): Promise<void> {
    return this.change({ kind: 'delete-service', service: id });
  }

  /** The destinations of a service, in the kernel's order (last added first). `ESRCH` if there is no such service. */
  async destinations(id: ServiceId): Promise<DestinationStatus[]> {
    checkServiceId(id);
    const found = await this.#destinations(id);
    // The kernel lists an absent service as one without destinations.
    if (found.length === 0) await this.service(id);
    return found;
  }

  /** Adds a destination; what is left out has ipvsadm's defaults (direct routing, weight 1). `EEXIST` if it is there. */
  addDestination(service: ServiceId, destination: Destination): Promise<void> {
    return this.change({ kind: 'add-destination', service, destination });
  }

  /** Changes the settings that are named and keeps the others, by reading them first. `ENOENT` if it is not there. */
  async editDestination(service: ServiceId, destination: Destination): Promise<void> {
    const wanted = parseAddress(destination.address);
    const current = (await this.destinations(service)).find(
      ({ address, port }) => address === wanted && port === destination.port,
    );
    const { counters: _, ...kept } = current ?? { counters: undefined };
    // One that is not there goes to the kernel all the same, for its refusal.
    await this.change({
      kind: 'set-destination',
      service,
      destination: { ...kept, ...named(destination) },
    });
  }

  /** Deletes a destination. `ENOENT` if it is not there, `ESRCH` if the service is not. */
  deleteDestination(service: ServiceId, destination: DestinationId): Promise<void> {
    return this.change({ kind: 'delete-destination', service, destination });
  }

  /** Sets the counters of one service and its destinations, or of everything, to zero. */
  zero(service?: ServiceId): Promise<void> {
    return this.change(service ? { kind: 'zero', service } : { kind: 'zero' });
  }

  /** Deletes all services. Timeouts and sync daemons stay. */
  flush(): Promise<void> {
    return this.change({ kind: 'flush' });
  }

  /** The timeouts of idle connections, in seconds. */
  async timeouts(): Promise<Timeouts> {
    let timeouts: Timeouts | undefined;
    await explained({ kind: 'get-timeouts' }, () =>
      this.#channel.askValues(
        encodeQuery('GET_CONFIG'),
        ({ timeoutTcp = 0, timeoutTcpFin = 0, timeoutUdp = 0 }) => {
          timeouts = { tcp: timeoutTcp, tcpFin: timeoutTcpFin, udp: timeoutUdp };
        },
      ),
    );
    return answered({ kind: 'get-timeouts' }, timeouts);
  }

  /** Sets the timeouts that are named, in seconds; 0 keeps a timeout as it is. */
  setTimeouts(timeouts: Partial<Timeouts>): Promise<void> {
    return this.change({ kind: 'set-timeouts', timeouts });
  }

  /** The sync daemons that run, master first. */
  daemons(): Promise<DaemonStatus[]> {
    return this.#channel.list({ kind: 'list-daemons' }, encodeQuery('GET_DAEMON'), ({ daemon }) =>
      daemon ? decodeDaemon(daemon) : undefined,
    );
  }

  /** Starts a sync daemon. `EEXIST` if one of the role runs, `ENODEV` without the interface. */
  startDaemon(daemon: Daemon): Promise<void> {
    return this.change({ kind: 'start-daemon', daemon });
  }

  /** Stops the sync daemon of a role. `ESRCH` if none runs. */
  stopDaemon(role: DaemonRole, syncId = 0): Promise<void> {
    return this.change({ kind: 'stop-daemon', role, syncId });
  }

  /** Everything that IPVS is set to, read until two readings agree, as others may be changing it: see `readTable`. */
  readTable(options: ListingOptions = {}): Promise<Reading> {
    return readTable(this, options);
  }

  /**
   * All services with their destinations, in the kernel's order. Read once, as ipvsadm does: what others change
   * meanwhile may make the kernel skip or repeat something.
   */
  async tables(options: ListingOptions = {}): Promise<ServiceTable[]> {
    const tables: ServiceTable[] = [];
    await this.eachTable(await this.services(options), (table) => tables.push(table), options);
    return tables;
  }

  /**
   * Calls `visit` with each of these services, as they were listed, and its destinations, which are asked for when its
   * turn has come: a large table need not be in memory all at once. A service that is gone by then has none.
   */
  async eachTable(
    services: Iterable<ServiceStatus>,
    visit: (table: ServiceTable) => void,
    options: ListingOptions = {},
  ): Promise<void> {
    for (const service of services) {
      visit({ ...service, destinations: await this.#destinations(service, options) });
    }
  }

  /** Carries out one change, with the kernel's own meaning of it. */
  async change(change: Change): Promise<void> {
    checkChange(change);
    await explained(change, () => this.#channel.ask(encodeChange(change)));
  }

  /**
   * Carries out changes in order, many per system call. The kernel goes on after one that it refuses; all refusals
   * come back. One that cannot be expressed is a RangeError before anything is sent. Rejects
   * only when the connection fails: which of the changes after the last progress took effect is then unknown.
   */
  async batch(
    changes: readonly Change[],
    options: BatchOptions & { readonly [CHECKED]?: true } = {},
  ): Promise<ChangeFailure[]> {
    if (!options[CHECKED]) for (const change of changes) checkChange(change);
    const failures: ChangeFailure[] = [];
    let done = 0;
    try {
      await this.#channel.batch(
        changes.length,
        (index) => encodeChange(changes[index]!),
        ({ index, error }) => {
          const change = changes[index]!;
          failures.push({ index, change, error: new IpvsError(change, error) });
        },
        (count) => {
          done = count;
          options.onProgress?.(count);
        },
      );
    } catch (error) {
      throw meant(changes[done]!, error);
    }
    return failures;
  }

  #destinations(id: ServiceId, options: ListingOptions = {}): Promise<DestinationStatus[]> {
    const family = serviceFamily(id);
    return this.#channel.list(
      { kind: 'list-destinations', service: id },
      encodeDestinationsQuery(id),
      ({ destination }) => (destination ? decodeDestination(destination, family) : undefined),
      options,
    );
  }
}

/** The fields that are really there: a JavaScript caller may pass `undefined` for "not named". */
function named<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function answered<T>(query: Query, value: T | undefined): T {
  if (value !== undefined) return value;
  throw new IpvsError(query, new NetlinkError('malformed', 'the kernel acknowledged without an answer'));
}
