import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readNamespace } from '../../../src/host/namespace.ts';

const canUnshare = spawnSync('unshare', ['--net', '--pid', '--fork', '--mount-proc', 'true']).status === 0;
/** Takes down what the kernel shows of the namespace that it runs in. */
const COPY = `mkdir -p "$1/self/ns" "$1/self/net" "$1/1/net" "$1/sys/net/core"
ln -s "$(readlink /proc/self/ns/net)" "$1/self/ns/net"
cat /proc/self/net/netlink >"$1/self/net/netlink"
cat /proc/1/net/netlink >"$1/1/net/netlink"
for file in $(ls /proc/sys/net/core); do : >"$1/sys/net/core/$file"; done`;

let proc: string;
beforeEach(() => {
  proc = mkdtempSync(join(tmpdir(), 'lvsadm-namespace-'));
});
afterEach(() => rmSync(proc, { recursive: true }));

it.runIf(canUnshare).each([[['--net']], [['--net', '--pid', '--fork', '--mount-proc']]])(
  'unshare %j is not the first network namespace, whoever process 1 is',
  async (options) => {
    execFileSync('unshare', [...options, 'sh', '-ec', COPY, 'sh', proc]);
    expect((await readNamespace(proc)).first).toBe(false);
  },
);

it('not knowing is not being the first', async () => {
  execFileSync('sh', ['-ec', COPY, 'sh', proc]);
  rmSync(join(proc, 'sys'), { recursive: true });
  expect(await readNamespace(proc)).toMatchObject({
    first: undefined,
    why: expect.stringContaining('/sys/net/core/somaxconn'),
  });
});
