import { describe, expect, it } from 'vitest';
import { isDestinationAddress, isHostAddress, isMulticast } from '../../../src/model/address-class.ts';

/** Address, may a host have it, may it be a destination, is it multicast. */
const ADDRESSES: [string, boolean, boolean, boolean][] = [
  ['10.0.0.1', true, true, false],
  ['169.254.1.1', true, true, false],
  ['0.0.0.0', false, false, false],
  ['0.1.2.3', false, true, false],
  ['127.0.0.1', false, true, false],
  ['223.255.255.255', true, true, false],
  ['224.0.0.1', false, false, true],
  ['239.255.255.255', false, false, true],
  ['240.0.0.1', false, true, false],
  ['255.255.255.255', false, false, false],
  ['2001:db8::1', true, true, false],
  ['::', false, false, false],
  ['::1', false, true, false],
  ['::2', true, true, false],
  ['::ffff:10.0.0.1', false, false, false],
  ['::ffff:0:a00:1', true, true, false],
  ['fe80::1', false, false, false],
  ['febf::1', false, false, false],
  ['fec0::1', true, true, false],
  ['fd00::1', true, true, false],
  ['ff02::51', false, false, true],
];

describe('addresses by their class', () => {
  it.each(ADDRESSES)('%s: host %s, destination %s, multicast %s', (address, host, destination, group) => {
    expect(isHostAddress(address)).toBe(host);
    expect(isDestinationAddress(address)).toBe(destination);
    expect(isMulticast(address)).toBe(group);
  });
});
