import { execFileSync } from 'node:child_process';
import { expect } from 'vitest';
import type { Finding } from '../../../src/model/finding.ts';
import { forgetJournals } from '../forwarding/machine.ts';
import { bundle, ip, Namespace } from '../forwarding/namespace.ts';

export const VIP = '10.0.0.100';
export const VIP6 = 'fd00::100';
const MODULES = ['ipv6', 'veth', 'ip_vs', 'ip_vs_rr', 'ip_vs_wlc', 'ipip', 'ip6_tunnel'];

/**
 * One host to be examined, with two segments that nobody else is on but the other ends of its cables:
 *
 *     10.0.0.0/24, fd00::/64 ── e0 host e1 ── 10.2.0.0/24, fd02::/64
 *
 * Its default routes are by 10.0.0.254 and fd00::254.
 */
export class Ward {
  readonly host: Namespace;

  private constructor(host: Namespace) {
    this.host = host;
  }

  static async build(): Promise<Ward> {
    forgetJournals();
    execFileSync('/sbin/modprobe', ['-a', ...MODULES]);
    ip(
      undefined,
      [
        'netns add ward\nnetns add outside',
        'link add e0 netns ward type veth peer name e0 netns outside',
        'link add e1 netns ward type veth peer name e1 netns outside',
      ].join('\n'),
    );
    ip('outside', 'link set e0 up\nlink set e1 up');
    ip(
      'ward',
      [
        'link set lo up\nlink set e0 up\nlink set e1 up',
        'addr add 10.0.0.10/24 dev e0\naddr add fd00::10/64 dev e0 nodad',
        'addr add 10.2.0.10/24 dev e1\naddr add fd02::10/64 dev e1 nodad',
        'route add default via 10.0.0.254\nroute add default via fd00::254',
      ].join('\n'),
    );
    return new Ward(new Namespace('ward', await bundle(new URL('../forwarding/agent.ts', import.meta.url))));
  }

  close(): void {
    this.host.close();
    for (const name of ['ward', 'outside']) execFileSync('ip', ['netns', 'delete', name]);
  }

  /** What the doctor finds, with these options. */
  async examine(options = ''): Promise<Finding[]> {
    const { stdout, stderr } = await this.host.tryLvsadm(`doctor --json${options}`);
    expect(stderr).toMatch(/^(note: .*\n)*$/);
    return (JSON.parse(stdout) as { findings: Finding[] }).findings;
  }

  /** Runs lines as an operator would, `lvsadm …` and others. */
  async run(...lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      if (line.startsWith('lvsadm ')) await this.host.lvsadm(line.slice(7));
      else await this.host.program(line);
    }
  }

  /**
   * Sees that the rule finds something, besides what was `there` before, does what the finding says, and sees that
   * nothing but that is found any more.
   */
  async fix(rule: string, { options = '', there = [] as readonly string[] } = {}): Promise<Finding> {
    const findings = await this.examine(options);
    expect(findings.map((finding) => finding.rule).sort()).toEqual([rule, ...there].sort());
    const finding = findings.find((candidate) => candidate.rule === rule)!;
    expect(finding.fix, 'a finding that is fixed by commands').not.toEqual([]);
    await this.run(...finding.fix);
    expect((await this.examine(options)).map((left) => left.rule)).toEqual(there);
    return finding;
  }

  /** Sees that the rule finds something, alone, in what commands here do not fix; then that nothing is found. */
  async fixBy(rule: string, ...lines: readonly string[]): Promise<Finding> {
    const findings = await this.examine();
    expect(findings.map((finding) => finding.rule)).toEqual([rule]);
    await this.run(...lines);
    expect(await this.examine()).toEqual([]);
    return findings[0]!;
  }
}
