import { formatEndpoint } from '../model/endpoint.ts';
import { formatServiceId, isFwmark } from '../model/service.ts';
import type { Explanation } from '../plan/packet/explanation.ts';
import { hopJson } from './hops.ts';

/** An explanation for programs; `docs/json.md` tells its shape. */
export function explanationJson(explanation: Explanation): object {
  const { packet, match, rule, sticky, ways, shown, problems, notes, arrives } = explanation;
  return {
    arrives,
    packet: {
      protocol: packet.protocol,
      client: { address: packet.client ?? null, port: packet.clientPort ?? null },
      destination: packet.destination,
      mark: packet.mark,
    },
    service: match
      ? {
          name: formatServiceId(match.service),
          foundBy: match.by,
          fwmark: isFwmark(match.service) ? match.service.fwmark : null,
          scheduler: match.service.scheduler,
          rule,
        }
      : null,
    persistence: sticky
      ? { destination: formatEndpoint(sticky.destination), secondsLeft: sticky.secondsLeft }
      : null,
    problems,
    notes,
    shown: shown ? formatEndpoint(shown.chance.destination) : null,
    destinations: ways.map(({ chance, hops, problems: own }) => ({
      address: chance.destination.address,
      port: chance.destination.port,
      forwarding: chance.destination.forwarding,
      weight: chance.destination.weight,
      eligible: chance.eligible,
      reason: chance.reason ?? null,
      share: chance.share ?? null,
      next: chance.next,
      problems: own,
      hops: hops.map(hopJson),
    })),
  };
}
