import type { Endpoint } from '../../model/endpoint.ts';
import type { FirewallObject, IptablesRule } from '../../model/facts.ts';
import type { ServiceId } from '../../model/service.ts';
import { onward, reply, request } from './passage.ts';
import { judge, readChains } from './verdict.ts';

/** The firewall of a host, and the devices that packets from other hosts come in by. */
export interface Filters {
  readonly nftables: readonly FirewallObject[] | undefined;
  readonly iptables: readonly IptablesRule[] | undefined;
  readonly devices: readonly string[];
}

/**
 * Warns of chains of others that drop what a FULLNAT service needs. Where rules that are not understood might let it
 * pass, nothing is said. Without known real servers, their packets may be any.
 */
export function warnOfFirewall(
  service: ServiceId,
  servers: readonly Endpoint[],
  { devices, ...rules }: Filters,
  ownTable: string,
): string[] {
  const chains = readChains(rules).filter(({ table }) => table !== `inet ${ownTable}`);
  // FULLNAT has its connections tracked.
  const around = { tracked: true, devices };
  const passages = [
    request(service, around),
    ...(servers.length === 0 ? [{ port: 0 }] : servers).flatMap((server) => [
      onward(service, { ...server, forwarding: 'masquerade' }, undefined, around),
      reply(service, server, undefined, around),
    ]),
  ];
  const warnings = passages.flatMap(({ packets, hooks, packet }) =>
    hooks
      .flatMap(({ hook, before }) => judge(chains, hook, packet, before).dropping)
      .map(({ name }) => `the firewall’s chain \`${name}\` drops ${packets}, which this service needs`),
  );
  return [...new Set(warnings)];
}
