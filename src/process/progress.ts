import type { Writer } from './world.ts';

/** One line on the terminal's standard error that is written over and over. Elsewhere nothing is shown. */
export interface Progress {
  show(text: string): void;
  /** Wipes the line. */
  end(): void;
}

export function newProgress({ stderr }: { readonly stderr: Writer }): Progress {
  let shown = false;
  return {
    show(text) {
      if (!stderr.isTTY) return;
      stderr.write(`\r\x1b[2K${text}`);
      shown = true;
    },
    end() {
      if (shown) stderr.write('\r\x1b[2K');
      shown = false;
    },
  };
}

/** Milliseconds of work before any of it is shown: most is over by then. */
const PATIENCE = 1000;
/** Milliseconds between two lines. */
const PAUSE = 200;

/** The same for work that goes on quickly: `text` is asked for a line only when it is time for one. */
export function newTimedProgress(progress: Progress, now: () => number = Date.now) {
  let next = now() + PATIENCE;
  return (text: () => string): void => {
    const time = now();
    if (time < next) return;
    next = time + PAUSE;
    progress.show(text());
  };
}
