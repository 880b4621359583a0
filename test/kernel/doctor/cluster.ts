import { expect } from 'vitest';
import type { Finding } from '../../../src/model/finding.ts';
import { forgetJournals } from '../forwarding/machine.ts';
import type { Namespace } from '../forwarding/namespace.ts';
import { CLIENT, SERVERS, TestNetwork, VIP } from '../forwarding/network.ts';

/** A director and two real servers, prepared by our commands, with requests. */
export class Cluster {
  readonly network: TestNetwork;

  private constructor(network: TestNetwork) {
    this.network = network;
  }

  static async build(): Promise<Cluster> {
    forgetJournals();
    return new Cluster(await TestNetwork.build());
  }

  close(): void {
    this.network.close();
  }

  /** Prepares all, and expects that it works and that no doctor has anything against it but these hints. */
  async prepare(mode: string, server: string, method: string, hints: readonly string[] = []): Promise<void> {
    const { director, servers, hosts } = this.network;
    await director.lvsadm(`director up --vip ${VIP} --device e0 --mode ${mode} --scheduler rr`);
    await director.lvsadm(`-A -t ${VIP}:80 -s rr`);
    for (const [number, host] of servers.entries()) {
      await host.lvsadm(`realserver up ${server}`);
      await host.perform({ do: 'serve', name: host.name, address: '0.0.0.0', port: 80 });
      await director.lvsadm(`-a -t ${VIP}:80 -r ${SERVERS[number]}:80 ${method}`);
    }
    await this.expectAnswers();
    for (const host of hosts) {
      const findings = await examine(host);
      const expected = host === director ? hints : [];
      expect(findings.map(({ rule, severity }) => `${severity} ${rule}`)).toEqual(expected);
    }
  }

  async takeDown(): Promise<void> {
    for (const host of this.network.hosts) {
      await host.lvsadm('-C');
      for (const role of ['director', 'realserver']) await host.lvsadm(`${role} down`);
    }
    await this.network.forget(VIP);
  }

  /** One of each real server, of two requests. */
  async expectAnswers(): Promise<void> {
    expect(await this.ask(2)).toEqual([`server-1 ${CLIENT}`, `server-2 ${CLIENT}`]);
  }

  /**
   * Sees that requests fail, and that they are answered when what this host's doctor says is done; hints are not looked
   * at.
   */
  async heal(host: Namespace, rule: string): Promise<void> {
    expect(await this.ask(2)).toContain(null);
    const findings = (await examine(host)).filter(({ severity }) => severity !== 'hint');
    expect(findings.map((finding) => finding.rule)).toEqual([rule]);
    for (const line of findings[0]!.fix)
      await (line.startsWith('lvsadm ') ? host.lvsadm(line.slice(7)) : host.program(line));
    await this.expectAnswers();
  }

  /** The answers to so many requests, sorted. */
  async ask(count: number): Promise<(string | null)[]> {
    const answers = await this.network.ask(count, { protocol: 'tcp', address: VIP, port: 80, patience: 700 });
    return answers.sort();
  }
}

/** What a host's doctor finds. */
export async function examine(host: Namespace, options = ''): Promise<Finding[]> {
  const { stdout } = await host.tryLvsadm(`doctor --json${options}`);
  return (JSON.parse(stdout) as { findings: Finding[] }).findings;
}
