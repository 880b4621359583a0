import type { PacketQuestion } from '../../actions/explain.ts';
import { familyOf } from '../../model/address.ts';
import { TUNNEL_TYPES } from '../../model/destination.ts';
import { MAX_FWMARK } from '../../model/service.ts';
import { SAMPLE_MODES, type Sample } from '../../plan/packet/sample.ts';
import { readEndpointWord } from '../../syntax/endpoint.ts';
import { UsageError } from '../../syntax/usage-error.ts';
import { parseChoice } from '../../syntax/words.ts';

/** What commander reads of the options. */
export interface ExplainValues {
  readonly tcp?: boolean;
  readonly udp?: boolean;
  readonly sctp?: boolean;
  readonly fwmark?: string;
  readonly from?: string;
  readonly realServer?: string;
  readonly ask?: boolean;
  readonly json?: boolean;
  readonly mode?: string;
  readonly tunnel?: string;
  readonly ipv6?: boolean;
}

/** What is to be explained. Throws a UsageError. */
export function readQuestion(place: string | undefined, values: ExplainValues): PacketQuestion | Sample {
  if (values.mode !== undefined) return readSample(place, values, values.mode);
  if (values.tunnel !== undefined) throw new UsageError('--tunnel goes with --mode tun');
  if (values.ipv6) throw new UsageError('-6 goes with --mode; otherwise the address tells');
  if (place === undefined)
    throw new UsageError('which packet? ADDRESS:PORT, or --mode for a way of forwarding');
  if ([values.tcp, values.udp, values.sctp].filter(Boolean).length > 1) {
    throw new UsageError('-t, -u and --sctp exclude each other');
  }
  const destination = readEndpointWord(place, 'the service');
  if (!destination.port) throw new UsageError(`'${place}' has no port, and every packet goes to one`);
  const client = values.from === undefined ? undefined : readEndpointWord(values.from, '--from');
  if (client && familyOf(client.address) !== familyOf(destination.address)) {
    throw new UsageError(`--from: ${client.address} and ${destination.address} are not of one family`);
  }
  return {
    packet: {
      protocol: values.udp ? 'udp' : values.sctp ? 'sctp' : 'tcp',
      client: client?.address,
      clientPort: client?.port,
      destination: { address: destination.address, port: destination.port },
      mark: values.fwmark === undefined ? undefined : readMark(values.fwmark),
    },
    by: values.realServer === undefined ? undefined : readEndpointWord(values.realServer, '-r'),
    ask: values.ask === true,
  };
}

function readSample(place: string | undefined, values: ExplainValues, text: string): Sample {
  const { tcp, udp, sctp, fwmark, from, realServer, ask, tunnel = 'ipip', ipv6 } = values;
  if ([place, tcp, udp, sctp, fwmark, from, realServer, ask].some((value) => value !== undefined)) {
    throw new UsageError('--mode tells a way of forwarding in general; a packet is told without it');
  }
  const mode = parseChoice(text, '--mode', SAMPLE_MODES);
  if (values.tunnel !== undefined && mode !== 'tun') throw new UsageError('--tunnel goes with --mode tun');
  return { mode, tunnel: parseChoice(tunnel, '--tunnel', TUNNEL_TYPES), family: ipv6 ? 'inet6' : 'inet' };
}

function readMark(text: string): number {
  const mark = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (!(mark <= MAX_FWMARK)) throw new UsageError(`-f: '${text}' is not a mark`);
  return mark;
}
