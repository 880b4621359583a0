import { createSocket } from 'node:dgram';
import { connect } from 'node:net';

/** Sends a first packet, and tells what comes of it. */
export interface Attempt {
  readonly do: 'attempt';
  readonly protocol: 'tcp' | 'udp';
  readonly address: string;
  readonly port: number;
}

/** `answered`, `silence`, or the error's code: `ECONNREFUSED`, say. */
export type Outcome = string;

const PATIENCE = 2500;

export function attempt({ protocol, address, port }: Attempt): Promise<Outcome> {
  return protocol === 'tcp' ? attemptTcp(address, port) : attemptUdp(address, port);
}

function attemptTcp(address: string, port: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = connect({ host: address, port });
    const end = (outcome: Outcome) => {
      socket.destroy();
      resolve(outcome);
    };
    socket.setTimeout(PATIENCE, () => end('silence'));
    socket.on('connect', () => end('answered'));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => end(code ?? 'error'));
  });
}

function attemptUdp(address: string, port: number): Promise<Outcome> {
  return new Promise((resolve) => {
    const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
    const end = (outcome: Outcome) => {
      clearTimeout(timer);
      socket.close();
      resolve(outcome);
    };
    const timer = setTimeout(() => end('silence'), PATIENCE);
    // Only a connected socket is told of errors.
    socket.connect(port, address, () => socket.send('0'));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => end(code ?? 'error'));
    socket.on('message', () => end('answered'));
  });
}
