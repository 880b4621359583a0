import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SUBCOMMANDS } from '../../../src/commands/index.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lvsadm-image-'));
});

async function lvsadm(text: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const [name = '', ...words] = text.split(' ');
  let [stdout, stderr] = ['', ''];
  const { run } = await SUBCOMMANDS[name]!();
  const world = {
    stdout: { write: (part: string) => (stdout += part) },
    stderr: { write: (part: string) => (stderr += part) },
    openMachine: (): never => {
      throw new Error('an image is prepared without touching this host');
    },
  };
  return { code: await run(words, world), stdout, stderr };
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('--persist --root', () => {
  it('writes a unit that is enabled and runs the same command, and a fragment', async () => {
    const up = await lvsadm(
      `director up --mode nat --vip 10.0.0.100/32 --device eth0 --persist --root ${root}`,
    );
    expect(up).toMatchObject({ code: 0, stderr: '' });
    const unit = 'etc/systemd/system/lvsadm-director-10.0.0.100.service';
    expect(read(unit)).toContain(
      '\nExecStart=/usr/bin/env lvsadm director up --vip 10.0.0.100 --device eth0 --mode nat --scheduler wlc\n',
    );
    expect(
      readlinkSync(
        join(root, 'etc/systemd/system/multi-user.target.wants/lvsadm-director-10.0.0.100.service'),
      ),
    ).toBe(`/${unit}`);
    const fragment = read('etc/sysctl.d/60-lvsadm-director-10.0.0.100.conf');
    expect(fragment).toContain('\n-net/ipv4/ip_forward = 1\n');
    expect(fragment).not.toContain('send_redirects');
  });

  it('is a unit per VIP, and down removes just its own', async () => {
    await lvsadm(`realserver up --mode dr --vip 10.0.0.100,fd00::1 --persist --root ${root}`);
    await lvsadm(`realserver up --mode tun --vip 10.0.0.101 --persist --root ${root}`);
    const units = () =>
      readdirSync(join(root, 'etc/systemd/system')).filter((name) => name.endsWith('.service'));
    expect(units()).toHaveLength(3);
    expect(await lvsadm(`realserver down --vip fd00::1 --persist --root ${root}`)).toMatchObject({ code: 0 });
    expect(units().sort()).toEqual([
      'lvsadm-realserver-10.0.0.100.service',
      'lvsadm-realserver-10.0.0.101.service',
    ]);
    await lvsadm(`director down --persist --root ${root}`);
    expect(units()).toHaveLength(2);
    await lvsadm(`realserver down --persist --root ${root}`);
    expect(units()).toEqual([]);
    expect(readdirSync(join(root, 'etc/sysctl.d'))).toEqual([]);
    expect(existsSync(join(root, 'etc/systemd/system/multi-user.target.wants'))).toBe(true);
  });

  it.each([
    ['realserver up --mode dr --vip 10.0.0.100 --root /nowhere', '--root goes with --persist'],
    ['realserver up --mode dr --vip 10.0.0.100 --exit-code', '--exit-code goes with --dry-run'],
    ['realserver up --mode dr --vip 10.0.0.100,10.0.0.100', '--vip names 10.0.0.100 twice'],
    ['realserver up --mode tun --tunnel gue --tun-port 0 --vip 10.0.0.100', "--tun-port: '0' is not a port"],
    ['realserver', 'say up, down or status'],
    ['director up --vip 10.0.0.100 --mode nat --device ../x', "--device: '../x' is not a device's name"],
  ])('%s: a usage error of one line', async (words, says) => {
    const { code, stdout, stderr } = await lvsadm(words);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(says);
    expect(stderr.trimEnd()).not.toContain('\n');
  });
});
