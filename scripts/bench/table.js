/** Prints a titled table, a row `[name, …numbers]` each. */
export function printTable(title, columns, rows) {
  const cells = rows.map(([name, ...numbers]) => [name, ...numbers.map(formatNumber)]);
  const head = ['', ...columns];
  const widths = head.map((text, index) => Math.max(text.length, ...cells.map((row) => row[index].length)));
  const line = (row) =>
    row.map((text, index) => (index ? text.padStart(widths[index]) : text.padEnd(widths[0]))).join('  ');
  console.log([title, line(head), ...cells.map(line), ''].join('\n'));
}

function formatNumber(number) {
  return number >= 100 ? number.toFixed(0) : number >= 10 ? number.toFixed(1) : number.toFixed(2);
}
