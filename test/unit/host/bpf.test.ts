import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { attachCgroup, forgetOtherVersions, loadObject, readCounters } from '../../../src/host/bpf.ts';

// A bpftool that writes down what it is asked. The kernel's part is proven in test/fullnat/toa.test.ts.

const place = vi.hoisted(() => ({ folder: '' }));
vi.mock('../../../src/host/run.ts', () => ({
  run: async (program: string, words: readonly string[]) => {
    const { status, stdout, stderr } = spawnSync(join(place.folder, program), words, { encoding: 'utf8' });
    return { code: status ?? -1, stdout, stderr };
  },
}));

let folder: string;
let pins: string;
let object: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lvsadm-bpf-'));
  pins = join(folder, 'pins');
  object = join(folder, 'one.bpf.o');
  writeFileSync(object, 'version 1');
  place.folder = folder;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** It makes the pins that it is asked for, and otherwise does what the script says. */
function withBpftool(script: string): void {
  const text = `#!/bin/sh
echo "$*" >> ${folder}/asked
case "$*" in
  *loadall*) mkdir -p "$4"; : > "$4/program"; [ "$5" = pinmaps ] && mkdir -p "$6" && : > "$6/map_a"; ;;
esac
${script}
`;
  writeFileSync(join(folder, 'bpftool'), text, { mode: 0o755 });
}
const asked = () => {
  const text = existsSync(join(folder, 'asked')) ? readFileSync(join(folder, 'asked'), 'utf8') : '';
  rmSync(join(folder, 'asked'), { force: true });
  return text.split('\n').filter((line) => line !== '');
};

it('loads a version once; the next one gets the maps of the one before', async () => {
  withBpftool('exit 0');
  const first = await loadObject(object, pins);
  expect(asked()).toEqual([
    `prog loadall ${object} ${first.program('x').slice(0, -2)} pinmaps ${join(pins, 'maps')}`,
  ]);
  await loadObject(object, pins);
  expect(asked()).toEqual([]);

  writeFileSync(object, 'version 2');
  const second = await loadObject(object, pins);
  expect(asked()).toEqual([
    `prog loadall ${object} ${second.program('x').slice(0, -2)} map name map_a pinned ${second.map('map_a')}`,
  ]);
  expect(existsSync(first.program('program'))).toBe(true);
  await forgetOtherVersions(second, pins);
  expect(existsSync(first.program('program'))).toBe(false);
  expect(existsSync(second.program('program'))).toBe(true);
  expect(readdirSync(pins).length).toBe(3);
});

it('begins anew where an earlier call was killed in the middle', async () => {
  withBpftool('exit 0');
  mkdirSync(join(pins, 'maps'), { recursive: true });
  writeFileSync(join(pins, 'maps/half'), '');
  const loaded = await loadObject(object, pins);
  expect(asked()[0]).toContain(' pinmaps ');
  expect(readdirSync(join(pins, 'maps'))).toEqual(['map_a']);
  expect(existsSync(loaded.program('program'))).toBe(true);
});

it('says what bpftool says, without what does not matter', async () => {
  withBpftool(
    "echo 'libbpf: failed to find valid kernel BTF' >&2; echo 'Error: failed to load object file' >&2; exit 255",
  );
  await expect(loadObject(object, pins)).rejects.toThrow('load one.bpf.o: Error: failed to load object file');
  // And does not believe afterwards that it was loaded.
  await expect(loadObject(object, pins)).rejects.toThrow('load one.bpf.o');
});

it('attaches beside others, and takes the version before away by its number, afterwards', async () => {
  const shown = [
    { id: 7, attach_type: 'cgroup_inet4_getpeername', name: 'toa_peer4' },
    { id: 8, attach_type: 'cgroup_inet4_getpeername', name: 'others' },
    { id: 9, attach_type: 'sock_ops', name: 'toa_peer4' },
  ];
  withBpftool(
    `case "$*" in *'prog show'*) echo '{"id":12}' ;; *'cgroup show'*) echo '${JSON.stringify(shown)}' ;; esac`,
  );
  await attachCgroup('/cg', 'getpeername4', '/pins/toa_peer4');
  expect(asked().filter((line) => line.includes('tach'))).toEqual([
    'cgroup attach /cg getpeername4 pinned /pins/toa_peer4 multi',
    'cgroup detach /cg getpeername4 id 7',
  ]);
});

it('takes an empty line for a cgroup without programs, as bpftool 7.1 says it', async () => {
  withBpftool('case "$*" in *"prog show"*) echo \'{"id":12}\' ;; *) echo ;; esac');
  await attachCgroup('/cg', 'sock_ops', '/pins/toa_established');
  expect(asked().filter((line) => line.includes('tach'))).toEqual([
    'cgroup attach /cg sock_ops pinned /pins/toa_established multi',
  ]);
});

it('adds the counters of all processors up', async () => {
  const rows = [
    {
      key: ['0x01', '0x00', '0x00', '0x00'],
      values: [{ value: ['0x01', '0x01'] }, { value: ['0x02', '0x00'] }],
    },
    { key: ['0x00', '0x00', '0x00', '0x00'], values: [{ value: ['0x03', '0x00'] }] },
  ];
  withBpftool(`echo '${JSON.stringify(rows)}'`);
  expect(await readCounters('/pins/c', ['first', 'second'])).toEqual({ first: 3, second: 259 });
});
