import { readdirSync } from 'node:fs';
import { expect, it } from 'vitest';

it('the names dummy0 and bond0 are free, also where their drivers are built into the kernel', () => {
  const devices = readdirSync('/sys/class/net');
  expect(devices).toContain('lo');
  expect(devices.filter((name) => /^(dummy|bond)\d/.test(name))).toEqual([]);
});
