import { describe, expect, it } from 'vitest';
import type { ConnectionEntry } from '../../../src/model/connection.ts';
import type { Match } from '../../../src/plan/packet/match.ts';
import { findSticky, maskClient } from '../../../src/plan/packet/template.ts';
import { destination, packet, service } from './explain.ts';

const home = destination('10.0.0.11', { port: 8080, weight: 0 });
const other = destination('10.0.0.12', { port: 8080 });
const persistent = { persistenceTimeout: 300, persistenceMask: '255.255.255.0' };
const web = service({ protocol: 'tcp', address: '10.0.0.100', port: 80 }, [other, home], persistent);
const template: ConnectionEntry = {
  protocol: 'TCP',
  client: '10.1.0.0',
  clientPort: 0,
  virtual: '10.0.0.100',
  virtualPort: 80,
  server: '10.0.0.11',
  serverPort: 8080,
  secondsLeft: 42,
};
const sticky = (
  entry: Partial<ConnectionEntry>,
  match: Match = { service: web, by: 'address' },
  expire = false,
) => findSticky(match, packet(), [{ ...template, ...entry }], expire)?.destination;

describe('what persistence remembers of a client', () => {
  it('is found by the network that it is in, whatever the weight', () => {
    expect(findSticky({ service: web, by: 'address' }, packet(), [template], false)).toEqual({
      destination: home,
      secondsLeft: 42,
    });
  });

  it('is nothing for another client, service or protocol, or a connection', () => {
    expect(sticky({ client: '10.2.0.0' })).toBeUndefined();
    expect(sticky({ virtualPort: 81 })).toBeUndefined();
    expect(sticky({ protocol: 'UDP' })).toBeUndefined();
    expect(sticky({ clientPort: 40000 })).toBeUndefined();
  });

  it('is nothing when the destination is gone, or drained and not to be kept', () => {
    expect(sticky({ server: '10.0.0.13' })).toBeUndefined();
    expect(sticky({ serverPort: 81 })).toBeUndefined();
    expect(sticky({}, undefined, true)).toBeUndefined();
    expect(sticky({ server: '10.0.0.12' }, undefined, true)).toBe(other);
  });

  // The templates that ip_vs_sched_persist describes.
  it('is kept without a port for FTP and for the service of all ports, and under the mark for a mark', () => {
    const bare = { virtualPort: 0, serverPort: 0 };
    expect(sticky(bare, { service: web, by: 'any-port' })).toBe(home);
    expect(sticky(bare, { service: web, by: 'ftp' })).toBe(home);
    expect(sticky(bare)).toBeUndefined();
    const control = packet({ destination: { address: '10.0.0.100', port: 21 } });
    const ftp = service({ ...control.destination, protocol: 'tcp' }, [home], persistent);
    const entry21 = { ...template, ...bare };
    expect(findSticky({ service: ftp, by: 'address' }, control, [entry21], false)?.destination).toBe(home);
    const marked = service({ fwmark: 258, family: 'inet' }, [home], persistent);
    const entry = { ...bare, protocol: 'IP', virtual: '0.0.1.2' };
    expect(sticky(entry, { service: marked, by: 'mark' })).toBe(home);
    expect(sticky({ ...entry, virtual: '0.0.1.3' }, { service: marked, by: 'mark' })).toBeUndefined();
  });
});

describe('the part of a client’s address that counts', () => {
  it.each([
    ['10.1.2.3', '255.255.0.0', '10.1.0.0'],
    ['10.1.2.3', '255.255.255.255', '10.1.2.3'],
    ['2001:db8:1:2::7', 64, '2001:db8:1:2::'],
    ['2001:db8:ffff::7', 36, '2001:db8:f000::'],
    ['2001:db8::7', 128, '2001:db8::7'],
  ])('%s under %s is %s', (client, persistenceMask, expected) => {
    expect(maskClient(client, { persistenceMask })).toBe(expected);
  });
});
