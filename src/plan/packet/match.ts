import { familyOf } from '../../model/address.ts';
import type { Packet } from '../../model/packet.ts';
import { isFwmark } from '../../model/service.ts';
import type { ServiceTable } from '../../model/table.ts';

const FTP = 21;
const FTP_DATA = 20;

/** A service that takes a packet, and by what it is found. */
export interface Match {
  readonly service: ServiceTable;
  /**
   * `mark`: by the packet's firewall mark. `address`: by protocol, address and port. `ftp`: a data connection of the
   * service on port 21. `any-port`: by the service on port 0.
   */
  readonly by: 'mark' | 'address' | 'ftp' | 'any-port';
}

/**
 * The service that takes a packet, looked for in the kernel's order (`ip_vs_service_find` in
 * net/netfilter/ipvs/ip_vs_ctl.c). `firstUserPort` is the sysctl `ip_unprivileged_port_start`.
 */
export function matchService(
  services: readonly ServiceTable[],
  packet: Packet,
  firstUserPort: number,
): Match | undefined {
  const { address, port } = packet.destination;
  const at = (wanted: number) =>
    services.find(
      (service) =>
        !isFwmark(service) &&
        service.protocol === packet.protocol &&
        service.address === address &&
        service.port === wanted,
    );
  const marked = packet.mark === 0 ? undefined : markedService(services, packet);
  if (marked) return { service: marked, by: 'mark' };
  const exact = at(port);
  if (exact) return { service: exact, by: 'address' };
  const mayBeData = packet.protocol === 'tcp' && (port === FTP_DATA || port >= firstUserPort);
  const ftp = mayBeData ? at(FTP) : undefined;
  if (ftp) return { service: ftp, by: 'ftp' };
  const any = at(0);
  return any && { service: any, by: 'any-port' };
}

function markedService(
  services: readonly ServiceTable[],
  { mark, destination }: Packet,
): ServiceTable | undefined {
  const family = familyOf(destination.address);
  return services.find(
    (service) => isFwmark(service) && service.fwmark === mark && service.family === family,
  );
}
