import { familyOf } from '../../../src/model/address.ts';
import type { Change } from '../../../src/model/change.ts';
import type { Daemon } from '../../../src/model/daemon.ts';
import { type ServiceId, serviceFamily } from '../../../src/model/service.ts';
import type { Timeouts } from '../../../src/model/timeouts.ts';
import {
  DEFAULT_DESTINATION,
  defaultServiceSettings,
  destinationKey,
  serviceIdOf,
  serviceKey,
  type Wanted,
  type WantedDestination,
  wantedOf,
} from '../../../src/plan/table/wanted.ts';

/**
 * What the kernel makes of changes, after net/netfilter/ipvs/ip_vs_ctl.c: its refusals, and that a change of a service
 * or destination sets all of it, so that what is not named becomes its default.
 */
export class KernelModel {
  readonly #timeouts: Timeouts = { tcp: 900, tcpFin: 120, udp: 300 };
  readonly #daemons = new Map<string, Daemon>();
  readonly #services = new Map<
    string,
    { settings: ServiceId; destinations: Map<string, WantedDestination> }
  >();

  /** The name of the errno that a change is refused with; `undefined` when it is taken. */
  apply(change: Change): string | undefined {
    switch (change.kind) {
      case 'add-service':
      case 'set-service': {
        const key = serviceKey(change.service);
        const known = this.#services.get(key);
        if (change.kind === 'add-service' && known) return 'EEXIST';
        if (change.kind === 'set-service' && !known) return 'ESRCH';
        const settings = { ...defaultServiceSettings(change.service), ...change.service };
        this.#services.set(key, { settings, destinations: known?.destinations ?? new Map() });
        return undefined;
      }
      case 'delete-service':
        return this.#services.delete(serviceKey(change.service)) ? undefined : 'ESRCH';
      case 'add-destination':
      case 'set-destination':
        return this.#putDestination(change);
      case 'delete-destination': {
        const service = this.#services.get(serviceKey(change.service));
        if (!service) return 'ESRCH';
        return service.destinations.delete(destinationKey(change.destination)) ? undefined : 'ENOENT';
      }
      case 'set-timeouts':
        Object.assign(this.#timeouts, change.timeouts);
        return undefined;
      case 'start-daemon':
        if (this.#daemons.has(change.daemon.role)) return 'EEXIST';
        if (this.#hasForeign()) return 'EINVAL';
        this.#daemons.set(change.daemon.role, change.daemon);
        return undefined;
      case 'stop-daemon':
        return this.#daemons.delete(change.role) ? undefined : 'ESRCH';
      default:
        throw new Error(`not a change that leads to a document: ${change.kind}`);
    }
  }

  table(): Wanted {
    const services = [...this.#services.values()].map(({ settings, destinations }) => ({
      ...settings,
      destinations: [...destinations.values()],
    }));
    // What the kernel reports besides is not looked at.
    return wantedOf({
      timeouts: { ...this.#timeouts },
      daemons: [...this.#daemons.values()],
      services,
    } as never);
  }

  #putDestination({
    kind,
    service: id,
    destination,
  }: Extract<Change, { kind: 'add-destination' | 'set-destination' }>) {
    const service = this.#services.get(serviceKey(id));
    if (!service) return 'ESRCH';
    const whole = { ...DEFAULT_DESTINATION, ...destination };
    // In the kernel's order: ip_vs_genl_set_cmd, then ip_vs_add_dest or ip_vs_edit_dest.
    if (familyOf(whole.address) !== serviceFamily(serviceIdOf(id))) {
      if (this.#daemons.size > 0 || whole.forwarding !== 'tunnel') return 'EINVAL';
    }
    if (whole.lowerThreshold > whole.upperThreshold || whole.weight < 0) return 'ERANGE';
    if (whole.tunnel.type === 'gue' && whole.tunnel.port === 0) return 'EINVAL';
    const key = destinationKey(destination);
    const known = service.destinations.has(key);
    if (kind === 'add-destination' && known) return 'EEXIST';
    if (kind === 'set-destination' && !known) return 'ENOENT';
    service.destinations.set(key, whole);
    return undefined;
  }

  #hasForeign(): boolean {
    return [...this.#services.values()].some(({ settings, destinations }) =>
      [...destinations.values()].some(({ address }) => familyOf(address) !== serviceFamily(settings)),
    );
  }
}
