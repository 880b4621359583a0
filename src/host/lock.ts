import { createServer, type Server } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** An abstract socket: it belongs to the network namespace, and the kernel gives it up when its process ends. */
const NAME = '\0lvsadm-machine';
const ATTEMPTS = 50;
const PAUSE = 100;

/** Held while one lvsadm changes this host, so that a second one waits. */
export interface Lock {
  release(): Promise<void>;
}

/** Takes the lock; waits up to five seconds for another process to be done, then resolves to `undefined`. */
export async function takeLock(): Promise<Lock | undefined> {
  for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
    const server = await listen();
    if (server) return { release: () => new Promise((resolve) => server.close(() => resolve())) };
    await sleep(PAUSE);
  }
  return undefined;
}

function listen(): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE') resolve(undefined);
      else reject(error);
    });
    server.listen({ path: NAME }, () => resolve(server));
    server.unref();
  });
}
