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
wraps 65536/tcp
sixty-four 0100/tcp
ninety-seven 0x61/tcp
ninety-six +96/tcp
slashes 119//tcp
été 104/tcp
minus -1/tcp
no-octal 08/tcp
beyond 4294967296/tcp
\t indented  7/tcp  
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
});

// Seen with glibc 2.36; test/native/ compares many more.
test.each([
  ['wraps', 0],
  ['sixty-four', 64],
  ['ninety-seven', 97],
  ['ninety-six', 96],
  ['slashes', 119],
  ['été', 104],
  ['indented', 7],
  ['minus', undefined],
  ['no-octal', undefined],
  ['beyond', undefined],
  ['', undefined],
])('%s is read as libc does', (name, port) => {
  expect(DATABASE.port(name, 'tcp')).toBe(port);
});

test('the official name of a port, by the first line', () => {
  expect(DATABASE.name(80, 'tcp')).toBe('http');
  expect(DATABASE.name(53, 'udp')).toBe('domain');
  expect(DATABASE.name(80, 'udp')).toBeUndefined();
});
