import type { CommandWorld } from './world.ts';

/** One line on the terminal's standard error that is written over and over. Elsewhere nothing is shown. */
export interface Progress {
  show(text: string): void;
  /** Wipes the line. */
  end(): void;
}

export function newProgress({ stderr }: CommandWorld): Progress {
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
