import { run } from '../../../src/commands/table-apply.ts';
import { IpvsClient } from '../../../src/ipvs/client.ts';
import type { Kernel } from '../../../src/ipvsadm/world.ts';
import type { Change } from '../../../src/model/change.ts';

// `lvsadm apply` that is killed after so many changes: `killed COUNT WORD…`.

const [count = '0', ...words] = process.argv.slice(2);
let left = Number(count);

async function openKernel(): Promise<Kernel> {
  const client = await IpvsClient.open();
  const batch: Kernel['batch'] = async (changes: readonly Change[], options) => {
    const some = changes.slice(0, left);
    const failures = await client.batch(some, options);
    left -= some.length;
    if (left === 0) process.kill(process.pid, 'SIGKILL');
    return failures;
  };
  return new Proxy(client as Kernel, {
    get(target, key) {
      if (key === 'batch') return batch;
      const value = Reflect.get(target, key) as unknown;
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}

process.exitCode = await run(words, { stdout: process.stdout, stderr: process.stderr, openKernel });
