import { expect, test } from 'vitest';
import { connectionAddresses } from '../../../src/ipvs/connection-table.ts';
import { renderConnections } from '../../../src/ipvsadm/listing/connections.ts';
import { captured, PORTS_ONLY } from './captured.ts';

const TEXT = captured('ip_vs_conn');
const HEADER = TEXT.slice(0, TEXT.indexOf('\n') + 1);

test('numbers', () => {
  const text = renderConnections(TEXT, { numeric: true, engineData: false }, PORTS_ONLY);
  expect(text).toBe(captured('connections'));
});

test('names', () => {
  const text = renderConnections(TEXT, { numeric: false, engineData: false }, PORTS_ONLY);
  expect(text).toBe(captured('connections-names'));
});

test("what a persistence engine knows connections by, in ipvsadm's uneven columns", () => {
  const text = renderConnections(TEXT, { numeric: true, engineData: true }, PORTS_ONLY);
  expect(text).toBe(captured('connections-engine'));
});

test('no connections', () => {
  const lines = renderConnections(HEADER, { numeric: true, engineData: false }, PORTS_ONLY).split('\n');
  expect(lines).toEqual(captured('connections').split('\n').slice(0, 2).concat(''));
});

test('a line of another shape is shown, not lost', () => {
  const text = renderConnections(
    `${HEADER}TCP over there\n`,
    { numeric: true, engineData: false },
    PORTS_ONLY,
  );
  expect(text.split('\n')[2]).toBe('TCP over there');
});

test('addresses to be looked up, each once', () => {
  expect([...connectionAddresses(TEXT)].sort()).toEqual([
    '0.0.0.7',
    '10.0.0.1',
    '10.0.0.10',
    '10.0.0.2',
    '10.0.0.3',
    '10.0.0.4',
    '10.0.0.7',
    '192.168.0.254',
    '223.255.0.1',
    'fd00::',
    'fd00::1',
    'fd00::10',
  ]);
});
