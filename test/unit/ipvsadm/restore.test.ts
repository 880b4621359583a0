import { beforeEach, describe, expect, it } from 'vitest';
import { wordsOf } from '../../../src/ipvsadm/lines.ts';
import { runIpvsadm } from '../../../src/ipvsadm/run.ts';
import type { World } from '../../../src/process/world.ts';
import { fakeKernel, fakeWorld, input, type Refuse } from '../fake-world.ts';
import { serviceOf } from './change-service.ts';

const EEXIST = 17;

/** Refuses to add a service that is there already, as the kernel does. */
function refuseTwice(): Refuse {
  const there = new Set<string>();
  return (change) => {
    if (change.kind !== 'add-service') return undefined;
    const name = serviceOf(change);
    if (there.has(name)) return EEXIST;
    there.add(name);
    return undefined;
  };
}

async function restore(
  pieces: readonly (string | Uint8Array)[],
  overrides: Partial<World> = {},
  words = ['-R'],
) {
  const kernel = fakeKernel(refuseTwice());
  const world = fakeWorld({ openKernel: async () => kernel, stdin: input(...pieces), ...overrides });
  const code = await runIpvsadm(words, world);
  const services = kernel.changes.map(serviceOf);
  return { code, services, out: world.stdoutText, err: world.stderrText, kernel, printed: world.printed };
}

const A = '-A -t 1.1.1.1:80';
const B = '-A -t 1.1.1.2:80';
const TRY = "Try `ipvsadm -h' or 'ipvsadm --help' for more information.\n";

/** What is expected here of exit codes and of lines that are read or not, ipvsadm 1.31 itself has shown. */
describe('restoring', () => {
  it.each<[name: string, text: string, code: number, services: string[], err: string]>([
    ['nothing', '', 0, [], ''],
    ['blank lines', '\n \n\t\r\nipvsadm\n ipvsadm \n', 0, [], ''],
    ['a last line without an end', `${A}\n${B}`, 0, ['1.1.1.1:80', '1.1.1.2:80'], ''],
    ['lines with carriage returns', `${A}\r\n${B}\r\n`, 0, ['1.1.1.1:80', '1.1.1.2:80'], ''],
    ['the word ipvsadm anywhere', '  ipvsadm -A ipvsadm -t 1.1.1.1:80', 0, ['1.1.1.1:80'], ''],
    ['words that a zero byte ends', '-A -t 1.1.1.1:8\x000\n', 0, ['1.1.1.1:8'], ''],
    ['a word of nothing but a zero byte', `${A}\n\0\n${B}`, 255, ['1.1.1.1:80'], TRY],
    ['a comment', `${A}\n# x\n${B}`, 255, ['1.1.1.1:80'], TRY],
    ['a comment behind', `${A} #\n${B}`, 2, [], 'unexpected argument #\n'],
    ['a vertical tab', `${A}\v\n${B}`, 2, [], 'illegal virtual server address[:port] specified\n'],
    ['another restore', `${A}\n-R\n${B}`, 255, ['1.1.1.1:80'], TRY],
    [
      'another restore with an unknown option',
      `${A}\n-R --bad\n${B}`,
      0,
      ['1.1.1.1:80', '1.1.1.2:80'],
      '--bad: unknown option\n',
    ],
    [
      'another restore with a wrong option',
      `-R -n\n${B}`,
      2,
      [],
      "Illegal 'numeric' option with the 'restore' command\n",
    ],
    [
      'a wrong value',
      `${A}\n-A -n\n${B}`,
      2,
      ['1.1.1.1:80'],
      "Illegal 'numeric' option with the 'add-service' command\n",
    ],
    ['an unknown option at the end', `${A}\n-A --bogus\n`, 255, ['1.1.1.1:80'], '--bogus: unknown option\n'],
    ['a refused change', `${A}\n${A}\n${B}`, 0, ['1.1.1.1:80', '1.1.1.2:80'], 'Service already exists\n'],
    [
      'a refused change before the last',
      `${A}\n${A}\n${B}\n`,
      0,
      ['1.1.1.1:80', '1.1.1.2:80'],
      'Service already exists\n',
    ],
    ['a refused change at the end', `${A}\n${A}\n`, 255, ['1.1.1.1:80'], 'Service already exists\n'],
    [
      'a refused change before blank lines',
      `${A}\n${A}\n\n  \n`,
      255,
      ['1.1.1.1:80'],
      'Service already exists\n',
    ],
    ['a listing that fails', `${A}\n-L -t 9.9.9.9:9\n${B}`, 1, ['1.1.1.1:80'], 'No such service\n'],
  ])('%s', async (_, text, code, services, err) => {
    const result = await restore([text]);
    expect(result).toMatchObject({ code, services, err, out: '' });
    expect(result.kernel.closed).toBe(true);
  });

  it.each(['-v', '-v foo', '-h'])('%s ends it well', async (line) => {
    const result = await restore([`${A}\n${A}\n${line}\n${B}`]);
    expect(result).toMatchObject({ code: 0, services: ['1.1.1.1:80'] });
    expect(result.out).toMatch(/^ipvsadm v1\.31/);
  });

  it('prints what is asked for in the order of the lines', async () => {
    const { printed } = await restore([`${A}\n${A}\n-L --timeout\n-A -z\n${A}\n`]);
    expect(printed).toEqual([
      ['err', 'Service already exists\n'],
      ['out', 'Timeout (tcp tcpfin udp): 900 120 300\n'],
      ['err', '-z: unknown option\n'],
      ['err', 'Service already exists\n'],
    ]);
  });

  it('does not depend on how the text arrives', async () => {
    const text = Buffer.from(`${A} -s ö\n${B} foo\n`);
    for (let cut = 0; cut < text.length; cut++) {
      const result = await restore([text.subarray(0, cut), text.subarray(cut)]);
      expect(result).toMatchObject({ code: 2, services: ['1.1.1.1:80'], err: 'unexpected argument foo\n' });
      expect(result.kernel.changes).toMatchObject([{ service: { scheduler: 'ö' } }]);
    }
  });

  it('sends changes that arrive together together, and does not wait for more', async () => {
    const lines = Array.from({ length: 500 }, (_, index) => `-D -f ${index + 1}\n`);
    const result = await restore([lines.slice(0, 460).join(''), lines.slice(460).join('')]);
    expect(result.kernel.changes).toHaveLength(500);
    expect(result.kernel.batches).toEqual([200, 200, 60, 40]);
  });

  it('stops reading where it ends', async () => {
    let ended = false;
    async function* endless() {
      try {
        for (;;) yield 'foo\n';
      } finally {
        ended = true;
      }
    }
    expect(await restore([], { stdin: endless() })).toMatchObject({ code: 255 });
    expect(ended).toBe(true);
  });

  it('passes over our own name in front of a line, if it is called by it', async () => {
    const text = `lvsadm ${A}\n`;
    expect(await restore([text], { programName: 'lvsadm' })).toMatchObject({
      code: 0,
      services: ['1.1.1.1:80'],
    });
    expect(await restore([text])).toMatchObject({ code: 2, err: 'unexpected argument lvsadm\n' });
  });
});

describe('restoring what touches FULLNAT', () => {
  let asked: number;
  const own: Partial<World> = {
    programName: 'lvsadm',
    async localAddresses() {
      asked += 1;
      return new Map([['udp 1.1.1.1:53', '10.2.0.200']]);
    },
  };
  const DNS = '-A -u 1.1.1.1:53 -o';
  beforeEach(() => {
    asked = 0;
  });

  it('one-packet scheduling of such a service is refused, and the other lines are carried out', async () => {
    const result = await restore([`${A}\n${DNS}\n-E -u 1.1.1.1:53 -o\n-A -u 1.1.1.2:53 -o\n${B}\n`], own);
    expect(result.services).toEqual(['1.1.1.1:80', '1.1.1.2:53', '1.1.1.2:80']);
    expect(result.err).toMatch(/^(one-packet scheduling \(-o\) does not go with FULLNAT: [^\n]*\n){2}$/);
    expect({ code: result.code, asked }).toEqual({ code: 0, asked: 1 });
    expect((await restore([DNS], own)).code).toBe(255);
  });

  it('so is a FULLNAT destination of a service that has it, or that has no local addresses', async () => {
    const kernel = { ...fakeKernel(), service: async () => ({ onePacket: true }) as never };
    const lines =
      '-a -u 1.1.1.1:53 -r 2.2.2.2 --fullnat\n-a -t 1.1.1.1:80 -r 2.2.2.2 --fullnat\n-a --sctp-service 1.1.1.1:80 -r 2.2.2.2 --fullnat\n';
    const { code, err } = await restore([lines], { ...own, openKernel: async () => kernel });
    expect({ code, changes: kernel.changes }).toEqual({ code: 255, changes: [] });
    expect(err.split('\n')).toEqual([
      expect.stringContaining('one-packet scheduling (-o) does not go with FULLNAT'),
      'tcp 1.1.1.1:80 has no local addresses yet: lvsadm fullnat enable -t 1.1.1.1:80 --local-address ADDRESS[-ADDRESS]',
      'FULLNAT is for TCP, UDP and firewall marks, not for SCTP',
      '',
    ]);
  });

  it('ipvsadm knows nothing of it, nor does anybody ask for services without', async () => {
    expect(await restore([DNS], { ...own, programName: 'ipvsadm' })).toMatchObject({ code: 0, err: '' });
    expect(await restore([`-A -u 1.1.1.1:53\n${A}`], own)).toMatchObject({ code: 0, err: '' });
    expect(asked).toBe(0);
  });
});

describe('restoring with --check', () => {
  const own = { programName: 'lvsadm' };
  const words = ['-R', '--check'];

  it('names every wrong line and touches nothing', async () => {
    const text = `${A}\n\n-A -n\nfoo\n-A -z\n-R\n${B}\n`;
    const result = await restore([text], own, words);
    expect(result).toMatchObject({ code: 2, services: [], out: '' });
    expect(result.err.split('\n')).toEqual([
      "lvsadm: line 3: Illegal 'numeric' option with the 'add-service' command",
      'lvsadm: line 4: does not begin with a command',
      'lvsadm: line 5: -z: unknown option',
      'lvsadm: line 6: a restore cannot begin another one',
      'lvsadm: nothing was changed',
      '',
    ]);
  });

  it('does not even need a kernel to find a wrong line', async () => {
    const openKernel = async () => Promise.reject(new Error('opened'));
    expect(await restore(['foo'], { ...own, openKernel }, words)).toMatchObject({ code: 2 });
  });

  it('restores what has no wrong line', async () => {
    const result = await restore([`${A}\n${B}\n`], own, words);
    expect(result).toMatchObject({ code: 0, services: ['1.1.1.1:80', '1.1.1.2:80'], err: '' });
  });

  it('is unknown to ipvsadm', async () => {
    expect(await restore([A], {}, words)).toMatchObject({
      code: 255,
      services: [],
      err: '--check: unknown option\n',
    });
  });
});

describe('words of a line', () => {
  it.each<[string, string[]]>([
    [' -A\t-t  x \r', ['-A', '-t', 'x']],
    ['ipvsadm ipvsadm -L', ['-L']],
    ['-A\0b c', ['-A', 'c']],
    ['a\f\u00a0b', ['a\f\u00a0b']],
    ['lvsadm -L', ['-L']],
    ['-L lvsadm', ['-L', 'lvsadm']],
  ])('%j', (line, words) => {
    expect(wordsOf(line, 'lvsadm')).toEqual(words);
  });
});
