import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { forgetJournals, journals } from './machine.ts';
import { bundle, ip, Namespace } from './namespace.ts';

/** The number of a network namespace, by a process in it. */
function numberOf(name: string): string {
  return execFileSync('ip', ['netns', 'exec', name, 'readlink', '/proc/self/ns/net'], { encoding: 'utf8' });
}

/** Makes namespaces until one has a number that has become free. */
async function addNamespace(name: string, number: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    ip(undefined, `netns add ${name}`);
    if (numberOf(name) === number) return;
    ip(undefined, `netns delete ${name}`);
    await sleep(50);
  }
  throw new Error(`the number ${number} is not given out again`);
}

it('what was recorded in a namespace that is gone does not count in the next one of its number', async () => {
  forgetJournals();
  execFileSync('/sbin/modprobe', ['ipv6']);
  const program = await bundle(new URL('agent.ts', import.meta.url));
  const up = 'realserver up --mode dr --vip 10.0.0.100';
  ip(undefined, 'netns add gone');
  const gone = new Namespace('gone', program);
  ip('gone', 'link set lo up');
  await gone.lvsadm(up);
  expect(journals()).toHaveLength(1);
  const number = numberOf('gone');
  gone.close();
  ip(undefined, 'netns delete gone');
  await addNamespace('next', number);
  const next = new Namespace('next', program);
  try {
    ip('next', 'link set lo up');
    await next.write('net/ipv4/conf/all/arp_ignore', '2');
    const before = await next.dump();
    expect(await next.lvsadm('realserver down')).toContain('nothing to undo');
    expect(await next.dump()).toEqual(before);
    await next.lvsadm(up);
    expect(journals()).toHaveLength(1);
    await next.lvsadm('realserver down');
    expect(await next.dump()).toEqual(before);
    expect(journals()).toEqual([]);
  } finally {
    next.close();
    ip(undefined, 'netns delete next');
  }
}, 30_000);
