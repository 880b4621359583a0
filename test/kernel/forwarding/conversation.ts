import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

// TCP connections that stay: the server answers each line with its name and the client's address.

export type Conversation =
  | { readonly do: 'listen'; readonly name: string; readonly address: string; readonly port: number }
  | {
      readonly do: 'open';
      readonly id: string;
      readonly address: string;
      readonly port: number;
      /** Its own address and port; by itself any. */
      readonly from?: { readonly address?: string; readonly port?: number };
    }
  /** Says a line, of so many bytes, in an open conversation; the answer, or `null` when there was none in time. */
  | { readonly do: 'say'; readonly id: string; readonly patience?: number; readonly size?: number }
  | { readonly do: 'hang-up'; readonly id: string }
  /** Has a server say so many lines on all its connections, one every 100 ms, without being asked. */
  | { readonly do: 'chatter'; readonly lines: number }
  /** Lines that a conversation has received and nobody has asked for. */
  | { readonly do: 'heard'; readonly id: string }
  /** Whether the other side, or the kernel, has ended it. */
  | { readonly do: 'ended'; readonly id: string };

const PATIENCE = 1500;

interface Line {
  readonly socket: Socket;
  readonly heard: string[];
  closed: boolean;
}

const lines = new Map<string, Line>();
const served = new Set<Socket>();

export function isConversation(task: { readonly do: string }): task is Conversation {
  return ['listen', 'open', 'say', 'hang-up', 'chatter', 'heard', 'ended'].includes(task.do);
}

export async function converse(task: Conversation): Promise<unknown> {
  switch (task.do) {
    case 'listen':
      return listen(task);
    case 'open':
      return open(task);
    case 'say':
      return say(task.id, task.patience, task.size);
    case 'hang-up': {
      lines.get(task.id)?.socket.destroy();
      return lines.delete(task.id);
    }
    case 'chatter':
      for (let line = 1; line <= task.lines; line++) {
        for (const socket of served) socket.write(`tick ${line}\n`);
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
      return true;
    case 'heard':
      return lines.get(task.id)?.heard.splice(0) ?? [];
    case 'ended':
      return lines.get(task.id)?.closed ?? true;
  }
}

/** A reset of the connection is an error of the reader's, too. */
function eachLine(socket: Socket, take: (line: string) => void): void {
  createInterface({ input: socket })
    .on('line', take)
    .on('error', () => {});
}

function listen({ name, address, port }: Extract<Conversation, { do: 'listen' }>): Promise<boolean> {
  const server = createServer((socket) => {
    served.add(socket);
    socket.on('close', () => served.delete(socket));
    socket.on('error', () => {});
    eachLine(socket, () => socket.write(`${name} ${socket.remoteAddress}\n`));
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, address, () => resolve(true));
  });
}

/** True once it is connected; false when that is refused or takes too long. */
function open({ id, address, port, from }: Extract<Conversation, { do: 'open' }>): Promise<boolean> {
  return new Promise((resolve) => {
    const own = {
      ...(from?.address && { localAddress: from.address }),
      ...(from?.port && { localPort: from.port }),
    };
    const socket = connect({ host: address, port, ...own });
    const line: Line = { socket, heard: [], closed: false };
    const timer = setTimeout(() => {
      socket.destroy();
      resolve(false);
    }, PATIENCE);
    socket.on('error', () => {});
    socket.on('close', () => {
      line.closed = true;
      clearTimeout(timer);
      resolve(false);
    });
    socket.on('connect', () => {
      clearTimeout(timer);
      lines.set(id, line);
      eachLine(socket, (text) => line.heard.push(text));
      resolve(true);
    });
  });
}

async function say(id: string, patience = PATIENCE, size = 1): Promise<string | null> {
  const line = lines.get(id);
  if (!line || line.closed) return null;
  line.socket.write(`${'?'.repeat(size)}\n`);
  for (let waited = 0; waited < patience && !line.closed; waited += 20) {
    const answer = line.heard.findIndex((text) => !text.startsWith('tick'));
    if (answer >= 0) return line.heard.splice(answer, 1)[0]!;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return null;
}
