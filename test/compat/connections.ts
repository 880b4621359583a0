import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { restore, type Step } from './sequence.ts';

const PORT = 8123;

/** Services of loopback addresses, so that this machine is the client, the director and the real server. */
export const BEGINNING: Step = restore(
  `-A -t 127.0.0.5:80 -s rr`,
  `-a -t 127.0.0.5:80 -r 127.0.0.1:${PORT} -m`,
  `-A -t 127.0.0.6:80 -s rr -p 7200`,
  `-a -t 127.0.0.6:80 -r 127.0.0.1:${PORT} -m`,
  `-A -t 127.0.0.7:${PORT} -s rr -p 100 -M 255.0.0.0`,
  `-a -t 127.0.0.7:${PORT} -r 127.0.0.1 -g`,
  `-A -u 127.0.0.5:53 -s rr`,
  `-a -u 127.0.0.5:53 -r 127.0.0.1:${PORT} -m`,
  `-A -u 127.0.0.5:5060 -s rr -p 60 --pe sip`,
  `-a -u 127.0.0.5:5060 -r 127.0.0.1:${PORT} -m`,
  `-A -u 127.0.0.5:99 -s rr -o`,
  `-a -u 127.0.0.5:99 -r 127.0.0.1:${PORT} -m`,
  `-A -t [::1]:80 -s rr -p 100`,
  `-a -t [::1]:80 -r [::1]:${PORT} -m`,
);

const INVITE = 'INVITE sip:a@b SIP/2.0\r\nCall-ID: first-call@host.example\r\nContent-Length: 0\r\n\r\n';

/** Opens connections through the services of `BEGINNING`. Call what comes back to close them. */
export async function openConnections(): Promise<() => void> {
  const server = createServer().listen(PORT, '::');
  await once(server, 'listening');
  const clients: Socket[] = [];
  for (const [host, port] of [
    ['127.0.0.5', 80],
    ['127.0.0.5', 80],
    ['127.0.0.6', 80],
    ['127.0.0.7', PORT],
    ['::1', 80],
  ] as const) {
    const client = connect(port, host);
    await once(client, 'connect');
    clients.push(client);
  }
  const datagrams = createSocket('udp4');
  for (const [port, text] of [
    [53, 'x'],
    [5060, INVITE],
    [99, 'x'],
  ] as const) {
    await new Promise((resolve) => datagrams.send(text, port, '127.0.0.5', resolve));
  }
  return () => {
    for (const client of clients) client.destroy();
    datagrams.close();
    server.close();
  };
}

const VIEWS = ['', ' --stats', ' --rate', ' --thresholds', ' --persistent-conn', ' --tun-info'];

/**
 * What to look at while the connections are open. Looking names up takes longer than the seconds that connections are
 * listed with and the rates stay the same.
 */
export const LOOKS: readonly string[] = [
  '-Lnc',
  '-Lnc --persistent-conn',
  ...VIEWS.flatMap((view) => [`-Ln${view}`, `-Ln --exact${view}`]),
  '-L',
  '-L --stats --nosort',
];
