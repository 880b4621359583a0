import { expect, test } from 'vitest';
import { NUMERIC } from '../../../src/ipvsadm/listing/names.ts';
import type { Names } from '../../../src/process/world.ts';
import { captured, destination, PORTS_ONLY, SERVICES, service } from './captured.ts';
import { renderSave, renderTable } from './table-text.ts';

test('numbers', () => {
  expect(renderSave(SERVICES, { numeric: true }, PORTS_ONLY)).toBe(captured('save'));
});

test('names of ports, which marks have none of', () => {
  expect(renderSave(SERVICES, { numeric: false }, PORTS_ONLY)).toBe(captured('save-names'));
});

test('names of hosts, whole; an IPv6 host cannot be restored by name', () => {
  const name = 'a-very-long-real-server-name.rack17.datacenter.example.com';
  const names: Names = { host: () => name, port: () => 'http' };
  const services = [
    service({ protocol: 'tcp', address: '10.0.0.1', port: 80 }, [
      destination({ address: 'fd00::1', port: 80, forwarding: 'tunnel' }),
    ]),
  ];
  expect(renderSave(services, { numeric: false }, names)).toBe(
    `-A -t ${name}:http -s wlc\n-a -t ${name}:http -r [fd00::1]:http -i -w 1 --tun-type ipip\n`,
  );
});

test('a mark of 2³¹ or more, and the third flag of sh, can be restored', () => {
  const services = [
    service({ fwmark: 4_294_967_295, family: 'inet6', scheduler: 'sh', schedulerFlags: ['flag-3'] }),
  ];
  expect(renderSave(services, { numeric: true }, NUMERIC)).toBe('-A -f 4294967295 -6 -s sh -b flag-3\n');
});

test('what ipvsadm has no option for is saved as direct routing', () => {
  const services = [
    service({ fwmark: 1, family: 'inet' }, [
      destination({ address: '10.0.0.2', port: 80, forwarding: 'local' }),
      destination({ address: '10.0.0.1', port: 80, forwarding: 'bypass' }),
    ]),
  ];
  expect(renderSave(services, { numeric: true }, NUMERIC)).toBe(
    '-A -f 1 -s wlc\n-a -f 1 -r 10.0.0.1:80 -g -w 1\n-a -f 1 -r 10.0.0.2:80 -g -w 1\n',
  );
});

// What ipvsadm lists and saves of a service that a program has made so through netlink.
test('persistence without a timeout', () => {
  const services = [
    service({
      protocol: 'tcp',
      address: '10.0.0.1',
      port: 80,
      scheduler: 'rr',
      persistentWithoutTimeout: true,
      persistenceMask: '255.255.255.0',
    }),
  ];
  expect(renderSave(services, { numeric: true }, NUMERIC)).toBe(
    '-A -t 10.0.0.1:80 -s rr -p 0 -M 255.255.255.0\n',
  );
  const style = { view: 'plain', numeric: true, exact: false, sorted: true } as const;
  expect(renderTable({ services }, style, NUMERIC)).toContain(
    '\nTCP  10.0.0.1:80 rr persistent 0 mask 255.255.255.0\n',
  );
});
