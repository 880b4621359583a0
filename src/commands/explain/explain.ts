import { explain } from '../../actions/explain.ts';
import { TUNNEL_TYPES } from '../../model/destination.ts';
import { renderExplanation } from '../../output/explanation.ts';
import { paintFor } from '../../output/paint.ts';
import { renderSample } from '../../output/sample.ts';
import { SAMPLE_MODES } from '../../plan/packet/sample.ts';
import type { World } from '../../process/world.ts';
import { EXIT } from '../exit-codes.ts';
import { withKernel } from '../kernel.ts';
import { withHost } from '../prepare.ts';
import { subcommand } from '../subcommand.ts';
import { type ExplainValues, readQuestion } from './words.ts';

/** Tells what becomes of a packet: by this director's table and routes, or for a way of forwarding in general. */
export const run = subcommand({
  name: 'explain',
  summary: 'Tells the way of a packet through a director, and back.',
  define(program, world, perform) {
    program
      .argument('[address:port]', 'where the packet is sent: the virtual service')
      .option('-t, --tcp', 'a TCP packet (if nothing is said)')
      .option('-u, --udp', 'a UDP packet')
      .option('--sctp', 'an SCTP packet')
      .option('-f, --fwmark <mark>', 'it has this firewall mark')
      .option('--from <address[:port]>', 'it comes from this client')
      .option('-r, --real-server <address[:port]>', 'show the way by this destination')
      .option('--ask', 'ask the network for hardware addresses that are not known')
      .option('--json', 'print one JSON document')
      .option('--mode <mode>', `instead: how forwarding works in general; ${SAMPLE_MODES.join(', ')}`)
      .option('--tunnel <type>', `with --mode tun: ${TUNNEL_TYPES.join(', ')}`)
      .option('-6, --ipv6', 'with --mode: with IPv6');
    perform(program, async (place: string | undefined, values: ExplainValues) => {
      const question = readQuestion(place, values);
      const format = values.json ? 'json' : 'text';
      const paint = await paintFor(world.stdout, world.environment);
      const look = { width: widthOf(world), paint };
      if ('mode' in question) {
        world.stdout.write(renderSample(question, format, look));
        return EXIT.ok;
      }
      const explanation = await withKernel(world, (kernel) =>
        withHost(world, (host) => explain(host, kernel, question, world)),
      );
      world.stdout.write(renderExplanation(explanation, format, look));
      return explanation.arrives ? EXIT.ok : EXIT.noWay;
    });
  },
});

/** A file, or a program that reads, takes lines of any length. */
function widthOf({ stdout }: World): number {
  return stdout.isTTY === true ? (stdout.columns ?? 80) : Number.POSITIVE_INFINITY;
}
