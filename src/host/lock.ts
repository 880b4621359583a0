import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** An abstract socket: it belongs to the network namespace, and the kernel gives it up when its process ends. */
const NAMES = { machine: '\0lvsadm-machine', table: '\0lvsadm-table' } as const;
/**
 * Milliseconds. At boot many units prepare one host at the same time, each of which takes a second or two; whoever
 * changes the table wants to know soon.
 */
const PATIENCE = { machine: 300_000, table: 5000 } as const;
const PAUSE = 100;
/** After so many milliseconds a person wants to know what is going on. */
const SILENCE = 1000;

/** Held while one lvsadm changes this host, or its IPVS table, so that a second one waits. */
export interface Lock {
  release(): Promise<void>;
}

/**
 * Takes the lock; waits for another process to be done, and resolves to `undefined` when that takes too long. `onWait`
 * is called once, when it takes its time.
 */
export async function takeLock(
  what: keyof typeof NAMES = 'machine',
  onWait: () => void = () => {},
): Promise<Lock | undefined> {
  for (let waited = 0; waited < PATIENCE[what]; waited += PAUSE) {
    const server = await listen(NAMES[what]);
    if (server) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    if (waited === SILENCE) onWait();
    await sleep(PAUSE);
  }
  return undefined;
}

function listen(path: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ path }, () => resolve(server));
    server.unref();
  });
}
