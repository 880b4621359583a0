/** How many destinations each service of the benchmark has. */
export const DESTINATIONS = 4;

/** A table of so many services, as the lines that restore it. */
export function rulesOf(services) {
  const lines = [];
  for (let index = 0; index < services; index++) {
    const service = `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}:80`;
    lines.push(`-A -t ${service} -s rr`);
    for (let rank = 1; rank <= DESTINATIONS; rank++)
      lines.push(`-a -t ${service} -r 10.200.0.${rank}:80 -g -w 1`);
  }
  return `${lines.join('\n')}\n`;
}
