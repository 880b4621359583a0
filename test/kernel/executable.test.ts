import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, openSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { IpvsClient } from '../../src/ipvs/client.ts';
import { openEmpty, reset } from './ipvs.ts';

/** The executables as they are installed: real processes, real streams. They need `npm run build` first. */

const root = join(import.meta.dirname, '../..');
const links = mkdtempSync(join(tmpdir(), 'lvsadm-links-'));

let client: IpvsClient;

beforeAll(async () => {
  client = await openEmpty();
  expect(existsSync(join(root, 'dist/cli.js')), 'run `npm run build` first').toBe(true);
  for (const program of ['', '-save', '-restore']) {
    symlinkSync(join(root, `bin/lvsadm${program}.js`), join(links, `ipvsadm${program}`));
  }
});

afterAll(async () => {
  rmSync(links, { recursive: true });
  await reset(client);
  await client.close();
});

/** Starts a program with node; its first word is a path. */
function start(
  words: readonly string[],
  stdio: ('pipe' | number)[] = ['pipe', 'pipe', 'pipe'],
): ChildProcess {
  return spawn(process.execPath, words, { stdio });
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => child.once('close', resolve));
}

async function run(words: readonly string[], stdin = '') {
  const child = start(words);
  child.stdin!.end(stdin);
  const [code, out, err] = await Promise.all([ended(child), text(child.stdout!), text(child.stderr!)]);
  return { code, out, err };
}

const lvsadm = join(root, 'bin/lvsadm.js');

describe('an executable', () => {
  it('changes and lists the table', async () => {
    expect(await run([lvsadm, '-A', '-t', '10.0.0.1:80', '-s', 'rr'])).toEqual({ code: 0, out: '', err: '' });
    const again = { code: 255, out: '', err: 'Service already exists\n' };
    expect(await run([lvsadm, '-A', '-t', '10.0.0.1:80'])).toEqual(again);
    expect(await run([lvsadm, '-Sn'])).toEqual({ code: 0, out: '-A -t 10.0.0.1:80 -s rr\n', err: '' });
  });

  it('goes by the name of the link that it is called through', async () => {
    const refused = await run([join(links, 'ipvsadm'), 'foo']);
    expect(refused).toEqual({
      code: 255,
      out: '',
      err: "Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n",
    });
    expect((await run([join(links, 'ipvsadm'), '-v'])).out).toMatch(/^ipvsadm v1\.31 /);
    expect((await run([lvsadm, '-v'])).out).toMatch(/^lvsadm v\d/);
    expect((await run([join(links, 'ipvsadm-save'), '-x'])).err).toMatch(/^ipvsadm-save: /);
  });

  it('restores what it saved', async () => {
    const lines = '-A -t 10.0.0.1:80 -s wlc\n-a -t 10.0.0.1:80 -r 10.0.0.2:80 -m -w 1\n';
    const restored = await run([join(links, 'ipvsadm-restore')], `# saved\n${lines}`);
    expect(restored).toEqual({ code: 0, out: '', err: '' });
    expect((await run([join(links, 'ipvsadm-save'), '-n'])).out).toBe(lines);
  });

  it('carries out a line when it comes, and does not wait for another after the last', async () => {
    const child = start([lvsadm, '-R']);
    child.stdin!.write('-L --timeout\n');
    await new Promise((resolve) => child.stdout!.once('data', resolve));
    child.stdin!.write('foo\n');
    // Its standard input stays open.
    expect(await ended(child)).toBe(255);
  });

  it.each([
    ['export', 1],
    ['doctor', 1],
  ] as const)('%s says what an ordinary user lacks', async (name, code) => {
    const child = spawn(process.execPath, [lvsadm, name], { uid: 65534, gid: 65534 });
    const [ending, out, err] = await Promise.all([ended(child), text(child.stdout), text(child.stderr)]);
    expect({ code: ending, lack: /CAP_NET_ADMIN/.test(out + err) }).toEqual({ code, lack: true });
  });

  it('does not mind a full disk', async () => {
    const child = start([lvsadm, '-Ln'], ['pipe', openSync('/dev/full', 'w'), 'pipe']);
    const [code, err] = await Promise.all([ended(child), text(child.stderr!)]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });

  it('does not mind a reader that goes away', async () => {
    const child = start([lvsadm, '-R']);
    child.stdout!.destroy();
    child.stdin!.end('-h\n');
    const [code, err] = await Promise.all([ended(child), text(child.stderr!)]);
    expect({ code, err }).toEqual({ code: 0, err: '' });
  });
});
