import type { Address } from '../../model/address.ts';
import { familyOf } from '../../model/address.ts';
import type { Network } from '../../model/network.ts';

/** What may be taken for granted of a host that is only a folder yet: `lo`, and what the operator has named. */
export function imageNetwork(named: { device?: string; resolves?: boolean; address?: Address }): Network {
  const link = { up: true, mtu: 1500, hardwareAddress: '', kind: '', master: 0 };
  const { device, resolves = false, address } = named;
  return {
    links: [
      { ...link, index: 1, name: 'lo', loopback: true, resolves: false },
      ...(device === undefined || device === 'lo'
        ? []
        : [{ ...link, index: 2, name: device, loopback: false, resolves }]),
    ],
    addresses:
      address === undefined
        ? []
        : [
            {
              index: 2,
              family: familyOf(address),
              address,
              prefixLength: 24,
              deprecated: false,
              tentative: false,
              duplicate: false,
            },
          ],
    routes: [],
    inet6: true,
  };
}
