import { release } from 'node:os';
import { expect, it } from 'vitest';

// The library's tests once more, on the kernel of our own: another configuration, with everything built in.
import '../kernel/client.test.ts';

it('this is another kernel than that of the other tests', () => {
  expect(release()).toContain('lvsadm');
});
