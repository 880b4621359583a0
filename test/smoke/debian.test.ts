import { release } from 'node:os';
import { expect, it } from 'vitest';

// The library's tests once more, on the kernel that Debian builds: another configuration, with modules.
import '../kernel/client.test.ts';

it('this is another kernel than the one of the other tests', () => {
  expect(release()).not.toContain('lvsadm');
});
