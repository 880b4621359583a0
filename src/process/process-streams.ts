import { fstatSync, readSync, writeSync } from 'node:fs';
import type { Writer } from './world.ts';

const STANDARD_INPUT = 0;
const PIECE = 16_384;

/** Whether some output waits in a stream for its reader: then nothing may hold the process up. */
let isStreaming = false;

/**
 * Standard input as it arrives, read as a file is; Node's stream does it only where somebody has made reading end with
 * EAGAIN instead of waiting, and while output waits. A piece is good until the next one is asked for.
 */
export async function* standardInput(): AsyncGenerator<Uint8Array> {
  const piece = Buffer.allocUnsafeSlow(PIECE);
  while (!isStreaming) {
    let length: number;
    try {
      length = readSync(STANDARD_INPUT, piece);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      break;
    }
    if (length === 0) return;
    yield piece.subarray(0, length);
  }
  yield* process.stdin;
}

/**
 * Standard output or error, whose reader may go away, or whose disk may be full: that does not change what is done, and
 * `finish` tells it to those who want to know. It is written to as a file: Node's streams take longer to load than most commands
 * to run, and are left to what only they can do.
 */
export function writerTo(
  descriptor: number,
  stream: () => NodeJS.WriteStream,
): Writer & { readonly isTTY: boolean; readonly columns: number | undefined } {
  let broken: Error | undefined;
  let target: NodeJS.WriteStream | undefined;
  const writeToStream = (rest: string | Buffer) => {
    target ??= stream().on('error', (error) => (broken ??= error));
    isStreaming = true;
    target.write(rest);
  };
  return {
    get isTTY() {
      return fstatSync(descriptor).isCharacterDevice() && stream().isTTY === true;
    },
    get columns() {
      return stream().columns;
    },
    write(text) {
      if (broken || text === '') return;
      try {
        const rest = target ? text : writeFully(descriptor, bytesOf(text));
        if (rest) writeToStream(rest);
      } catch (error) {
        broken = error as Error;
      }
    },
    async finish() {
      const written = target;
      if (written && !broken) await new Promise((resolve) => written.write('', resolve));
      return broken;
    },
  };
}

const room = Buffer.allocUnsafeSlow(65_536);

/** UTF-8, good until the next text: most texts are small, and memory costs more than writing. */
function bytesOf(text: string): Buffer {
  // No character has more than three bytes per UTF-16 unit.
  return text.length * 3 <= room.length ? room.subarray(0, room.write(text)) : Buffer.from(text);
}

/** Writes to a file or a pipe. Returns what is left when that would have to wait for the reader. */
function writeFully(descriptor: number, bytes: Buffer): Buffer | undefined {
  for (let written = 0; written < bytes.length; ) {
    try {
      written += writeSync(descriptor, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      return Buffer.from(bytes.subarray(written));
    }
  }
  return undefined;
}
