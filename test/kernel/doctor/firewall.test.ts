import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { VIP, Ward } from './ward.ts';

const WEB = `-t ${VIP}:80`;

let ward: Ward;

/** A director of NAT with nothing wrong; its firewall is that of each test, made with the firewall's own programs. */
beforeAll(async () => {
  ward = await Ward.build();
  const { host } = ward;
  await ward.run(`ip addr replace ${VIP}/32 dev e0`, `lvsadm -A ${WEB} -s rr`);
  await ward.run(`lvsadm -a ${WEB} -r 10.2.0.11:8080 -m`);
  await host.write('net/ipv4/ip_forward', '1');
  for (const name of ['all', 'e0']) await host.write(`net/ipv4/conf/${name}/send_redirects`, '0');
  await host.write('net/ipv4/conf/e1/forwarding', '1');
  for (const name of ['expire_nodest_conn', 'conn_reuse_mode']) await host.write(`net/ipv4/vs/${name}`, '1');
});
afterEach(() => ward.run('nft flush ruleset'));
afterAll(() => ward?.close());

const chain = (hook: string, policy: string) =>
  `nft add chain inet site ${hook} { type filter hook ${hook} priority 0 ; policy ${policy} ; }`;

describe('a firewall of nftables', () => {
  it.each([
    ['input', `tcp ${VIP}:80`],
    ['output', `tcp ${VIP}:80 -> 10.2.0.11:8080`],
    ['forward', `tcp ${VIP}:80 -> 10.2.0.11:8080`],
  ])('that drops what it does not know in %s', async (hook, subject) => {
    await ward.run('nft add table inet site', chain(hook, 'drop'));
    await ward.run(`nft add rule inet site ${hook} iifname lo accept`);
    await ward.run(`nft add rule inet site ${hook} tcp dport 22 accept`);
    expect(await ward.fix('firewall-drops-service')).toMatchObject({ severity: 'error', subject });
  });

  it('may be known, and left out of the exit code', async () => {
    await ward.run('nft add table inet site', chain('input', 'drop'));
    expect((await ward.host.tryLvsadm('doctor')).code).toBe(4);
    expect((await ward.host.tryLvsadm('doctor --ignore firewall-drops-service')).code).toBe(0);
    expect((await ward.host.tryLvsadm('doctor --ignore no-such-rule')).code).toBe(2);
  });

  it('that accepts the service after it has refused everything', async () => {
    await ward.run('nft add table inet site', chain('input', 'accept'));
    await ward.run('nft add rule inet site input reject', 'nft add rule inet site input tcp dport 80 accept');
    await ward.fix('firewall-drops-service');
  });

  it('that lets the service through, in whatever words, has nothing found', async () => {
    await ward.run('nft add table inet site', 'nft add set inet site vips { type ipv4_addr ; }');
    await ward.run(`nft add element inet site vips { ${VIP} }`, 'nft add chain inet site web');
    await ward.run(chain('input', 'drop'), chain('output', 'drop'), chain('forward', 'drop'));
    await ward.run('nft add rule inet site web tcp dport { 80, 443 } accept');
    await ward.run('nft add rule inet site input ip daddr @vips jump web');
    await ward.run('nft add rule inet site output ip daddr 10.2.0.0/24 accept');
    await ward.run('nft add rule inet site forward iifname e1 accept');
    expect(await ward.examine()).toEqual([]);
  });

  it('that chooses by the client is no fault', async () => {
    await ward.run('nft add table inet site', chain('input', 'drop'));
    await ward.run('nft add rule inet site input ip saddr 192.0.2.0/24 tcp dport 80 accept');
    expect(await ward.examine()).toEqual([]);
  });
});

it('a firewall of a real server that lets no tunnel in', async () => {
  await ward.run('lvsadm -C', 'lvsadm realserver up --mode tun --vip 10.0.0.101');
  await ward.run('nft add table inet site', chain('input', 'drop'));
  await ward.run('nft add rule inet site input tcp dport { 22, 80 } accept');
  expect(await ward.fix('firewall-drops-tunnel')).toMatchObject({ severity: 'error', subject: 'tunl0' });
  await ward.run('lvsadm realserver down');
});
