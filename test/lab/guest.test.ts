import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { CHECKOUT, folderOf, lab, linesOf, processesWith, start } from './lab.ts';

const isRoot = process.getuid?.() === 0;

test('root inside', async () => {
  expect(await linesOf('id -u; id -g; ip link add test0 type dummy; ip -o link show test0 | wc -l')).toEqual([
    '0',
    '0',
    '1',
  ]);
});

test('an ordinary user outside', async () => {
  const { child, ended } = start(['sleep', '60']);
  const folder = await folderOf(child);
  while (processesWith(`uml_dir=${folder}`).length < 2) await delay(20);
  const owners = processesWith(`uml_dir=${folder}`).map((pid) => statSync(`/proc/${pid}`).uid);
  child.kill('SIGTERM');
  await ended;
  expect(new Set(owners)).toEqual(new Set([isRoot ? 65534 : process.getuid?.()]));
});

test('one processor: its two halves hand over at every system call', async () => {
  const { child, ended } = start(['sleep', '60']);
  const folder = await folderOf(child);
  while (processesWith(`uml_dir=${folder}`).length < 2) await delay(20);
  const lists = processesWith(`uml_dir=${folder}`).map(
    (pid) => /^Cpus_allowed_list:\s*(\S+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1],
  );
  child.kill('SIGTERM');
  await ended;
  expect(new Set(lists).size).toBe(1);
  expect(lists[0]).toMatch(/^\d+$/);
});

test('the host’s file system is read-only, and remounted it is still closed to the outside user', async () => {
  mkdirSync(join(CHECKOUT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(CHECKOUT, '.cache', 'test-'));
  chmodSync(folder, 0o755);
  const file = (name: string, mode: number) => {
    writeFileSync(join(folder, name), 'untouched\n');
    chmodSync(join(folder, name), mode);
    return join(folder, name);
  };
  const closed = file('closed', isRoot ? 0o644 : 0o444); // root could write it, and so could a guest that is root outside
  const open = file('open', 0o666);
  try {
    const script = `
      echo changed >${open} || echo read-only
      mount -o remount,rw /
      echo changed >${closed} || echo not permitted
      echo changed >${open}`;
    expect((await lab(['sh', '-c', script])).stdout.toString()).toBe('read-only\nnot permitted\n');
    expect(readFileSync(closed, 'utf8')).toBe('untouched\n');
    expect(readFileSync(open, 'utf8')).toBe('changed\n');
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('/run, /tmp and the results folder are writable, and gone afterwards', async () => {
  await linesOf(
    'for folder in /run /tmp /dev/shm "$HOME" "$LAB_OUT"; do echo x >"$folder/lvsadm-lab-trace"; done',
  );
  expect(
    ['/run', '/tmp', '/dev/shm'].filter((folder) => existsSync(join(folder, 'lvsadm-lab-trace'))),
  ).toEqual([]);
});

test('/proc, /sys and /dev are the guest’s', async () => {
  const [release, bus, links, random, nothing] = await linesOf(
    'uname -n; ls -d /sys/class/net/lo; readlink /dev/fd /dev/stdin | tr "\\n" " "; head -c 16 /dev/urandom | wc -c; cat /dev/null | wc -c',
  );
  expect([release, bus, links, random, nothing]).toEqual([
    'lab',
    '/sys/class/net/lo',
    '/proc/self/fd /proc/self/fd/0 16',
    '0',
    undefined,
  ]);
});

test('the loopback is up, and nothing else is there', async () => {
  expect(
    await linesOf("ip -o link | sed 's/: <.*,UP,.*/ up/'; ping -c1 -W1 127.0.0.1 >/dev/null 2>&1 || true"),
  ).toEqual(['1: lo up']);
});

test('network namespaces can be named', async () => {
  expect(await linesOf('ip netns add one; ip netns exec one ip -o link | wc -l; ip netns list')).toEqual([
    '1',
    'one',
  ]);
});

test('the kernel has its modules on demand: ip_vs, schedulers, tunnels, links', async () => {
  const script = `
    ipvsadm -A -t 10.0.0.1:80 -s rr
    ipvsadm -A -t 10.0.0.1:81 -s mh
    ipvsadm -Sn | wc -l
    ip link add dummy0 type dummy
    ip link add left type veth peer name right
    ip link add tunnel4 type ipip local 10.0.0.1 remote 10.0.0.2
    ip link add gre4 type gre local 10.0.0.1 remote 10.0.0.2
    ip link add tunnel6 type sit local 10.0.0.1 remote 10.0.0.2
    ls /sys/class/net`;
  const [services, ...links] = await linesOf(script);
  expect(services).toBe('2');
  expect(links).toEqual(expect.arrayContaining(['dummy0', 'left', 'right', 'tunnel4', 'gre4', 'tunnel6']));
});

test('modprobe works, by name and where ipvsadm looks for it', async () => {
  expect(
    await linesOf(
      'modprobe fou; ip fou add port 6080 gue; /sbin/modprobe -- ip_vs_wlc; grep -c -e "^fou " -e "^ip_vs_wlc " /proc/modules',
    ),
  ).toEqual(['2']);
  const { code, stderr } = await lab(['modprobe', 'no_such_module']);
  expect(code).toBe(1);
  expect(stderr).toContain('no_such_module');
});

test('its memory is as asked for', async () => {
  const { stdout } = await lab([
    '--mem',
    '300M',
    'sed',
    '-n',
    's/MemTotal: *\\([0-9]*\\) kB/\\1/p',
    '/proc/meminfo',
  ]);
  expect(Number(stdout)).toBeGreaterThan(250_000);
  expect(Number(stdout)).toBeLessThan(307_200);
});

test('three labs at once do not see each other', async () => {
  const answers = await Promise.all(
    [1, 2, 3].map((n) =>
      linesOf(`ipvsadm -A -t 10.0.0.${n}:80; touch /tmp/${n}; sleep 1; ipvsadm -Sn; ls /tmp`),
    ),
  );
  expect(answers).toEqual([1, 2, 3].map((n) => [`-A -t 10.0.0.${n}:80 -s wlc`, `${n}`]));
});

test('it starts before anything is installed from npm', async () => {
  const child = spawn('grep', ['-rhoE', "from '[^']+'", join(CHECKOUT, 'scripts/lab-host')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  child.stdout.on('data', (part: Buffer) => {
    text += part;
  });
  await once(child, 'close');
  expect(
    text
      .trim()
      .split('\n')
      .filter((line) => !/^from '(node:|\.\/)/.test(line)),
  ).toEqual([]);
});
