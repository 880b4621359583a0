import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

const bin = new URL('../../bin/lvsadm.js', import.meta.url).pathname;

function lvsadm(words: string, trace?: string) {
  const { LVSADM_TRACE: _, ...environment } = process.env;
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...words.split(' ')], {
    encoding: 'utf8',
    env: { ...environment, ...(trace === undefined ? {} : { LVSADM_TRACE: trace }) },
  });
  return { status, stdout, stderr };
}

describe('LVSADM_TRACE=netlink', () => {
  it('shows what goes to the kernel and comes back, on standard error', () => {
    const { status, stdout, stderr } = lvsadm('-A -t 192.0.2.9:80 -s nosuch', 'netlink');
    expect([status, stdout]).toEqual([255, '']);
    expect(stderr).toMatch(
      /^> netlink protocol 16, \d+ bytes\n {2}controller seq \d+ REQUEST header 03010000\n/,
    );
    expect(stderr).toMatch(
      / {2}IPVS NEW_SERVICE seq (\d+) REQUEST header .*\n {4}service\n(?: {6}.*\n)* {6}scheduler "nosuch"\n/,
    );
    expect(stderr).toMatch(/ {2}NLMSG_ERROR seq \d+ ENOENT\n/);
  });

  it('changes nothing of what is printed', () => {
    const plain = lvsadm('-L -n');
    const traced = lvsadm('-L -n', 'netlink');
    expect(traced.stdout).toBe(plain.stdout);
    expect(traced.status).toBe(0);
    expect(plain.stderr).toBe('');
    expect(traced.stderr).toContain('IPVS SET_INFO');
  });

  it('shows rtnetlink, too', () => {
    const { stderr } = lvsadm('realserver status --mode dr --vip 192.0.2.9', 'netlink');
    expect(stderr).toMatch(/< netlink protocol 0, \d+ bytes\n {2}RTM_NEWLINK seq \d+ MULTI header /);
    expect(stderr).toContain('    name "lo"\n');
  });

  it('is the only thing that can be asked for', () => {
    const { status, stderr } = lvsadm('-L -n', 'everything');
    expect(stderr).toBe("note: LVSADM_TRACE: 'everything' is not netlink, and nothing is traced\n");
    expect(status).toBe(0);
  });
});
