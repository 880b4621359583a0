import { run } from '../../../src/commands/apply/apply.ts';
import { IpvsClient } from '../../../src/ipvs/client.ts';
import type { Kernel } from '../../../src/ipvs/kernel.ts';
import type { Change } from '../../../src/model/change.ts';
import { processWorld } from '../../../src/process/process-world.ts';

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

process.exitCode = await run(words, { ...processWorld(), programName: 'lvsadm', openKernel });
