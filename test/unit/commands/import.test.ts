import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../../src/cli.ts';
import { fakeWorld } from '../fake-world.ts';

const PLAIN = `virtual_server 10.0.0.1 80 {
  lb_algo rr
  lb_kind DR
  protocol TCP
  real_server 10.1.0.1 80 {
    weight 2
  }
}
`;

async function imported(text: string, ...options: string[]) {
  const file = join(mkdtempSync(join(tmpdir(), 'lvsadm-import-')), 'keepalived.conf');
  writeFileSync(file, text);
  const world = fakeWorld({ programName: 'lvsadm' });
  const code = await runProgram(['import', 'keepalived', file, ...options], world);
  return { code, out: world.stdoutText, err: world.stderrText.replaceAll(file, 'FILE') };
}

describe('import keepalived', () => {
  it('of what is taken as it is says nothing more', async () => {
    const { code, out, err } = await imported(PLAIN, '--json');
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(JSON.parse(out)).toMatchObject({
      services: [
        {
          address: '10.0.0.1:80',
          scheduler: 'rr',
          destinations: [{ address: '10.1.0.1:80', forwarding: 'direct', weight: 2 }],
        },
      ],
    });
  });

  it('says what has no place in a document', async () => {
    const { code, err } = await imported(
      PLAIN.replace('weight 2', 'weight 2\n TCP_CHECK {\n }').replace(
        'lb_algo rr',
        'lb_algo rr\n sorry_server 10.1.0.9 80',
      ),
    );
    expect(code).toBe(6);
    expect(err).toContain('note: 1 health check left out');
    expect(err).toContain('servers of last resort (sorry_server) of 1 service left out');
  });

  it('says what keepalived passes over', async () => {
    const { code, err } = await imported(PLAIN.replace('lb_algo rr', 'lb_algo rr\n  lb_algoo wrr'));
    expect(code).toBe(6);
    expect(err).toMatch(/^FILE:3: keepalived ignores this: 'lb_algoo' is not known/);
  });

  it('takes lines of another host for that host only', async () => {
    const text = PLAIN.replace('  lb_algo rr', '@one  lb_algo rr\n@two  lb_algo wlc');
    for (const [word, scheduler] of [
      ['one', 'rr'],
      ['two', 'wlc'],
    ] as const) {
      const { out } = await imported(text, '--json', '--config-id', word);
      expect(JSON.parse(out)).toMatchObject({ services: [{ scheduler }] });
    }
  });

  it('needs the file, and the word for whose it is', async () => {
    const run = async (...words: string[]) => {
      const world = fakeWorld({ programName: 'lvsadm' });
      return { code: await runProgram(['import', ...words], world), err: world.stderrText };
    };
    expect(await run('keepalived', '/nowhere.conf')).toEqual({
      code: 1,
      err: "lvsadm import keepalived: ENOENT: no such file or directory, access '/nowhere.conf'\n",
    });
    expect(await run()).toEqual({ code: 2, err: 'lvsadm import: say keepalived; see --help\n' });
  });
});
