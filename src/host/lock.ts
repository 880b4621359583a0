import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** An abstract socket: it belongs to the network namespace, and the kernel gives it up when its process ends. */
const NAMES = { machine: '\0lvsadm-machine', table: '\0lvsadm-table' } as const;
const ATTEMPTS = 50;
const PAUSE = 100;

/** Held while one lvsadm changes this host, or its IPVS table, so that a second one waits. */
export interface Lock {
  release(): Promise<void>;
}

/** Takes the lock; waits up to five seconds for another process to be done, then resolves to `undefined`. */
export async function takeLock(what: keyof typeof NAMES = 'machine'): Promise<Lock | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const server = await listen(NAMES[what]);
    if (server) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
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
