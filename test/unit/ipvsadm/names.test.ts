import { expect, test } from 'vitest';
import { endpointText, NUMERIC, tableAddresses } from '../../../src/ipvsadm/listing/names.ts';
import type { Names } from '../../../src/process/world.ts';
import { SERVICES } from './captured.ts';

const NAMES: Names = { host: () => 'vip.example.com', port: () => 'http' };

test('numbers and names of endpoints', () => {
  expect(endpointText('10.0.0.1', 80, 'tcp', NUMERIC)).toBe('10.0.0.1:80');
  expect(endpointText('2001:db8::1', 0, 'tcp', NUMERIC)).toBe('[2001:db8::1]:0');
  expect(endpointText('10.0.0.1', 80, 'tcp', NAMES)).toBe('vip.example.com:http');
  expect(endpointText('2001:db8::1', 80, 'tcp', NAMES)).toBe('[vip.example.com]:http');
  expect(endpointText('10.0.0.1', 80, undefined, NAMES)).toBe('vip.example.com:80');
});

test('addresses of a table, each once', () => {
  expect([...tableAddresses([...SERVICES, ...SERVICES])].sort()).toEqual([
    '10.0.0.1',
    '10.0.0.10',
    '10.0.0.11',
    '10.0.0.3',
    '172.16.0.9',
    '192.168.0.1',
    '192.168.0.2',
    '2001:db8::1',
    '2001:db8::1234:5678:9abc:def0',
    '2001:db8::9',
    '2001:db8::b',
  ]);
});
