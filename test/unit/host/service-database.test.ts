import { expect, test } from 'vitest';
import { parseServiceDatabase } from '../../../src/host/service-database.ts';

const DATABASE = parseServiceDatabase(`# comment
http		80/tcp		www	www-http	# WorldWideWeb
http-alt	8080/tcp	webcache
domain		53/tcp
domain		53/udp
web		80/tcp		http	# contradicts the first line
broken
also-broken	tcp/80
odd 99/udp#no blank before this
large 65535/tcp
too-large 65536/tcp
`);

test('ports by name and alias, for one protocol', () => {
  expect(DATABASE.port('http', 'tcp')).toBe(80);
  expect(DATABASE.port('www-http', 'tcp')).toBe(80);
  expect(DATABASE.port('webcache', 'tcp')).toBe(8080);
  expect(DATABASE.port('web', 'tcp')).toBe(80);
  expect(DATABASE.port('odd', 'udp')).toBe(99);
  expect(DATABASE.port('http', 'udp')).toBeUndefined();
  expect(DATABASE.port('HTTP', 'tcp')).toBeUndefined();
  expect(DATABASE.port('broken', 'tcp')).toBeUndefined();
  expect(DATABASE.port('large', 'tcp')).toBe(65_535);
  expect(DATABASE.port('too-large', 'tcp')).toBeUndefined();
});

test('the official name of a port, by the first line', () => {
  expect(DATABASE.name(80, 'tcp')).toBe('http');
  expect(DATABASE.name(53, 'udp')).toBe('domain');
  expect(DATABASE.name(80, 'udp')).toBeUndefined();
});
