/** Loaded before a program: writes the seconds that it spent in system calls on netlink to $MEASURE_FILE when it ends. */
import fs from 'node:fs';

const STANDARD_STREAMS = 3;
let nanoseconds = 0n;

for (const name of ['readSync', 'writeSync']) {
  const call = fs[name];
  fs[name] = (descriptor, ...rest) => {
    if (descriptor < STANDARD_STREAMS) return call(descriptor, ...rest);
    const start = process.hrtime.bigint();
    try {
      return call(descriptor, ...rest);
    } finally {
      nanoseconds += process.hrtime.bigint() - start;
    }
  };
}

process.on('exit', () => {
  fs.writeFileSync(process.env.MEASURE_FILE, String(Number(nanoseconds) / 1e9));
});
