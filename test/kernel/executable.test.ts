import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  closeSync,
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  symlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { Script } from 'node:vm';
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

  it('reads standard input that another program has made to end with EAGAIN instead of waiting', async () => {
    const fifo = join(links, 'fifo');
    execFileSync('mkfifo', [fifo]);
    const reader = openSync(fifo, constants.O_RDONLY | constants.O_NONBLOCK);
    const writer = openSync(fifo, 'w');
    const heard = (child: ChildProcess) => new Promise((resolve) => child.stdout!.once('data', resolve));

    const child = start([lvsadm, '-R'], [reader, 'pipe', 'pipe']);
    writeSync(writer, '-L --timeout\n');
    await heard(child);
    // Its stream does that to what both have open.
    const other = start(
      ['-e', 'process.stdin.pause(); console.log(1); setTimeout(() => {}, 60_000)'],
      [reader, 'pipe', 'pipe'],
    );
    await heard(other);
    writeSync(writer, '-L --timeout\n');
    await heard(child);
    await new Promise((resolve) => setTimeout(resolve, 200));
    writeSync(writer, '-A -f 77\n-A -f 77');
    closeSync(writer);
    const [code, err] = await Promise.all([ended(child), text(child.stderr!)]);
    expect({ code, err }).toEqual({ code: 255, err: 'Service already exists\n' });
    expect((await run([lvsadm, '-Sn'])).out).toContain('-A -f 77 -s wlc\n');
    other.kill();
    closeSync(reader);
  });

  it('goes on printing to a slow reader while standard input is silent', async () => {
    const fifo = join(links, 'output');
    execFileSync('mkfifo', [fifo]);
    const output = openSync(fifo, constants.O_RDWR | constants.O_NONBLOCK);
    const marks = Array.from({ length: 6000 }, (_, index) => `-A -f ${index + 1}\n`);
    expect(await run([lvsadm, '-R'], `-C\n${marks.join('')}`)).toEqual({ code: 0, out: '', err: '' });
    const child = start([lvsadm, '-R'], ['pipe', output, 'pipe']);
    // Its stream makes writing end with EAGAIN instead of waiting: for all that have it open.
    const other = start(
      ['-e', 'process.stdin.pause(); console.log(1); setTimeout(() => {}, 60_000)'],
      [output, 'pipe', 'pipe'],
    );
    await new Promise((resolve) => other.stdout!.once('data', resolve));
    child.stdin!.write('-S -n\n');
    await new Promise((resolve) => setTimeout(resolve, 1500));
    let printed = '';
    const buffer = Buffer.alloc(65_536);
    for (let silent = 0; silent < 20; silent++) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      try {
        printed += buffer.toString('latin1', 0, readSync(output, buffer));
        silent = 0;
      } catch (error) {
        expect(error).toMatchObject({ code: 'EAGAIN' });
      }
    }
    expect(printed.split('\n')).toHaveLength(6001);
    child.stdin!.end('-C\n');
    expect(await ended(child)).toBe(0);
    other.kill();
    closeSync(output);
  });

  it('says that a directory is no standard input', async () => {
    const child = start([lvsadm, '-R'], [openSync('/', 'r'), 'pipe', 'pipe']);
    const [code, err] = await Promise.all([ended(child), text(child.stderr!)]);
    expect({ code, err }).toEqual({ code: 255, err: expect.stringMatching(/^lvsadm: EISDIR: .* read\n$/) });
  });

  it.each([
    ['export', 1],
    ['doctor', 1],
  ] as const)('%s says what an ordinary user lacks', async (name, code) => {
    const child = spawn(process.execPath, [lvsadm, name], { uid: 65534, gid: 65534 });
    const [ending, out, err] = await Promise.all([ended(child), text(child.stdout), text(child.stderr)]);
    expect({ code: ending, lack: /CAP_NET_ADMIN/.test(out + err) }).toEqual({ code, lack: true });
  });

  it.each([
    [
      'another process holds the lock',
      'flock -x -F "$lock" sleep 15 >/dev/null 2>&1 & sleep 1',
      /^lvsadm apply: another lvsadm is changing this table\n$/,
    ],
    [
      'others can write the folder of the lock',
      'chmod 777 /run/lvsadm',
      /^lvsadm apply: \/run\/lvsadm can be written by other users than root: /,
    ],
  ])('says in one line that %s', async (_, spoil, says) => {
    const prepare = `mount -t tmpfs -o mode=755 fresh /run; mkdir /run/lvsadm
      lock=/run/lvsadm/table-$(readlink /proc/self/ns/net | tr -dc 0-9).lock
      : >"$lock"; chmod 600 "$lock"; ${spoil}; exec "$@"`;
    const words = ['--mount', 'sh', '-ec', prepare, 'sh', process.execPath, lvsadm, 'apply', '-'];
    const child = spawn('unshare', words);
    child.stdin.end('services: []');
    const [code, out, err] = await Promise.all([ended(child), text(child.stdout), text(child.stderr)]);
    expect({ code, out }).toEqual({ code: 1, out: '' });
    expect(err).toMatch(says);
  });

  it('ends with an error when what it exports does not fit on the disk', async () => {
    const child = start([lvsadm, 'export'], ['pipe', openSync('/dev/full', 'w'), 'pipe']);
    const [code, err] = await Promise.all([ended(child), text(child.stderr!)]);
    expect(code).toBe(1);
    expect(err).toMatch(/^lvsadm export: the output is not complete: ENOSPC: [^\n]*\n$/);
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

describe('the program', () => {
  const dist = (name: string) => join(root, 'dist', name);

  it('is compiled by the Node.js that built it', () => {
    const source = readFileSync(dist('program.js'), 'utf8');
    const cachedData = readFileSync(dist('program.cache')).subarray(64);
    expect(new Script(source, { cachedData }).cachedDataRejected).toBe(false);
  });

  /** Lists an empty table with a copy of the program that has been changed. */
  async function listWith(change: (program: string, cache: Buffer) => [string, Buffer | undefined]) {
    const copy = mkdtempSync(join(tmpdir(), 'lvsadm-copy '));
    const [program, cache] = change(
      readFileSync(dist('program.js'), 'utf8'),
      readFileSync(dist('program.cache')),
    );
    cpSync(join(root, 'bin'), join(copy, 'bin'), { recursive: true });
    cpSync(join(root, 'package.json'), join(copy, 'package.json'));
    symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'));
    mkdirSync(join(copy, 'dist'));
    writeFileSync(join(copy, 'dist/program.js'), program);
    if (cache) writeFileSync(join(copy, 'dist/program.cache'), cache);
    expect(await run([join(copy, 'bin/lvsadm.js'), '-C'])).toEqual({ code: 0, out: '', err: '' });
    const listed = await run([join(copy, 'bin/lvsadm.js'), '-Ln']);
    rmSync(copy, { recursive: true });
    expect(listed).toMatchObject({ code: 0, err: '' });
    return listed.out;
  }

  it.each<[string, (cache: Buffer) => Buffer | undefined]>([
    ['nothing', () => undefined],
    ['half of it', (cache) => cache.subarray(0, cache.length / 2)],
    ['what another V8 compiled', (cache) => Buffer.from(cache).fill(1, 64, 72)],
    ['what another Node.js made', (cache) => Buffer.from(cache).fill('x', 22, 24)],
  ])('runs with %s in the place of what was compiled', async (_, change) => {
    expect(await listWith((program, cache) => [program, change(cache)])).toMatch(
      /^IP Virtual Server version /,
    );
  });

  it('is compiled anew when it is another one of the same length', async () => {
    const out = await listWith((program, cache) => [
      program.replace(/^\/\*./, '/*x').replace('IP Virtual Server version', 'IP Virtual Server VERSION'),
      cache,
    ]);
    expect(out).toMatch(/^IP Virtual Server VERSION /);
  });
});
