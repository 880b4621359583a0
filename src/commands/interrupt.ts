import { setTimeout as sleep } from 'node:timers/promises';

/** From its making until its disposal, SIGINT and SIGTERM do not end the process but abort `signal`. */
export class Interrupt {
  readonly #controller = new AbortController();
  readonly #abort = (): void => this.#controller.abort();

  constructor() {
    process.once('SIGINT', this.#abort);
    process.once('SIGTERM', this.#abort);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  dispose(): void {
    process.removeListener('SIGINT', this.#abort);
    process.removeListener('SIGTERM', this.#abort);
  }
}

/** Waits, in milliseconds; an abort ends it early. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return sleep(milliseconds, undefined, { signal }).catch(() => {});
}
