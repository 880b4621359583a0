import { release } from 'node:os';
import { expect, it } from 'vitest';
// Here and beside: a part of the tests once more, on the kernel that Debian builds. It has another configuration.
import '../kernel/client.test.ts';

it('this is another kernel than that of the other tests', () => {
  expect(release()).not.toContain('lvsadm');
});
