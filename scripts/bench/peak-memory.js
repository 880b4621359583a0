/** Loaded before a program: writes its peak memory, in KiB, to $MEASURE_FILE when it ends. */
import { writeFileSync } from 'node:fs';

process.on('exit', () => {
  writeFileSync(process.env.MEASURE_FILE, String(process.resourceUsage().maxRSS));
});
