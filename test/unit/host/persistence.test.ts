import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { SUBCOMMANDS } from '../../../src/commands/index.ts';
import type { SubcommandName } from '../../../src/syntax/subcommands.ts';
import { fakeWorld } from '../fake-world.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'lvsadm-image-'));
});

async function lvsadm(text: string): Promise<{ code: number; stdout: string; stderr: string }> {
  const [name = '', ...words] = text.split(' ');
  let [stdout, stderr] = ['', ''];
  const { run } = await SUBCOMMANDS[name as SubcommandName]();
  const world = fakeWorld({
    programName: 'lvsadm',
    stdout: {
      write(part) {
        stdout += part;
      },
    },
    stderr: {
      write(part) {
        stderr += part;
      },
    },
    openHost: (): never => {
      throw new Error('an image is prepared without touching this host');
    },
  });
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

  it('has FULLNAT a unit per service, with all it was told', async () => {
    const enable = async (words: string) =>
      expect(await lvsadm(`fullnat enable ${words} --persist --root ${root}`)).toMatchObject({
        code: 0,
        stderr: '',
      });
    await enable(
      '-t 192.0.2.100:80 --local-address 10.2.0.200-10.2.0.203 --local-ports 2000-3000 --device eth1',
    );
    await enable('-u [fd01::100]:53 --local-address fd02::200 --floating');
    await enable('-f 7 -6 --local-address fd02::200');
    const names = ['tcp-192.0.2.100:80', 'udp-fd01::100:53', 'fwmark-7-IPv6'];
    const found = () =>
      readdirSync(join(root, 'etc/systemd/system')).filter((name) => name.endsWith('.service'));
    expect(found().sort()).toEqual(names.map((name) => `lvsadm-fullnat-${name}.service`).sort());
    const started = names.map(
      (name) =>
        /^ExecStart=\S+ lvsadm (.*)$/m.exec(read(`etc/systemd/system/lvsadm-fullnat-${name}.service`))?.[1],
    );
    expect(started).toEqual([
      'fullnat up -t 192.0.2.100:80 --local-address 10.2.0.200-10.2.0.203 --local-ports 2000-3000 --device eth1',
      'fullnat up -u [fd01::100]:53 --local-address fd02::200 --floating',
      'fullnat up -f 7 -6 --local-address fd02::200',
    ]);
    const fragment = (name: string) => read(`etc/sysctl.d/60-lvsadm-fullnat-${name}.conf`);
    expect(fragment('tcp-192.0.2.100:80')).toContain(
      '\n-net/ipv4/vs/conntrack = 1\n-net/ipv4/ip_forward = 1\n',
    );
    expect(fragment('udp-fd01::100:53')).toContain('\n-net/ipv6/conf/all/forwarding = 1\n');

    // Said again with other words, it is those that count.
    await enable('-t 192.0.2.100:80 --local-address 10.2.0.201');
    expect(read('etc/systemd/system/lvsadm-fullnat-tcp-192.0.2.100:80.service')).toContain(
      ' fullnat up -t 192.0.2.100:80 --local-address 10.2.0.201\n',
    );
    expect(await lvsadm(`fullnat disable -t 192.0.2.100:80 --persist --root ${root}`)).toMatchObject({
      code: 0,
    });
    expect(found()).toHaveLength(2);
    await lvsadm(`director down --persist --root ${root}`);
    expect(found()).toHaveLength(2);
    await lvsadm(`fullnat disable --persist --root ${root}`);
    expect(found()).toEqual([]);
    expect(readdirSync(join(root, 'etc/sysctl.d'))).toEqual([]);
  });

  it.each([
    [
      'fullnat enable -t 192.0.2.100:80 --local-address 10.2.0.200 --root /nowhere',
      '--root goes with --persist',
    ],
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

  it('writes and removes nothing through a link that leads out of the image', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'lvsadm-outside-'));
    mkdirSync(join(root, 'etc'));
    symlinkSync(outside, join(root, 'etc/systemd'));
    const up = await lvsadm(`realserver up --mode dr --vip 10.0.0.100 --persist --root ${root}`);
    expect(up.code).toBe(1);
    expect(up.stderr).toMatch(/etc\/systemd is a link that leads out of /);
    expect(readdirSync(outside)).toEqual([]);
    mkdirSync(join(outside, 'system'));
    writeFileSync(join(outside, 'system/lvsadm-realserver-10.0.0.100.service'), '');
    const down = await lvsadm(`realserver down --vip 10.0.0.100 --persist --root ${root}`);
    expect(down.code).toBe(1);
    expect(readdirSync(join(outside, 'system'))).toHaveLength(1);
  });

  it('follows links that stay in the image', async () => {
    mkdirSync(join(root, 'usr/etc'), { recursive: true });
    symlinkSync('usr/etc', join(root, 'etc'));
    const up = await lvsadm(`realserver up --mode dr --vip 10.0.0.100 --persist --root ${root}`);
    expect(up).toMatchObject({ code: 0, stderr: '' });
    expect(existsSync(join(root, 'usr/etc/systemd/system/lvsadm-realserver-10.0.0.100.service'))).toBe(true);
  });

  it('overwrites nothing that a link in the place of a draft leads to', async () => {
    const units = join(root, 'etc/systemd/system');
    mkdirSync(units, { recursive: true });
    const victim = join(root, 'victim');
    writeFileSync(victim, 'untouched');
    symlinkSync(victim, join(units, 'lvsadm-realserver-10.0.0.100.service.new'));
    await lvsadm(`realserver up --mode dr --vip 10.0.0.100 --persist --root ${root}`);
    expect(readFileSync(victim, 'utf8')).toBe('untouched');
  });

  it.each([';', 'a"b', "a'b", 'e*', 'e?', 'a=b', 'a\\b', '#eth0', 'e{0'])(
    'refuses the device %s, which systemd would read otherwise',
    async (device) => {
      const { code, stderr } = await lvsadm(
        `director up --mode nat --vip 10.0.0.100 --device ${device} --persist --root ${root}`,
      );
      expect({ code, refused: /systemd would read otherwise/.test(stderr) }).toEqual({
        code: 1,
        refused: true,
      });
      expect(existsSync(join(root, 'etc'))).toBe(false);
    },
  );
});
