/** What JSON can hold, and whole numbers of any size. */
export type JsonValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };

/**
 * One JSON document, indented, with a line end. A `bigint` is written as a number with all of its digits, which
 * `JSON.stringify` cannot do.
 */
export function formatJson(value: JsonValue): string {
  return `${format(value, '\n')}\n`;
}

function format(value: JsonValue, newline: string): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const inner = `${newline}  `;
  if (Array.isArray(value)) {
    return enclose(
      '[',
      ']',
      value.map((item: JsonValue) => format(item, inner)),
      newline,
    );
  }
  const entries = Object.entries(value).map(
    ([key, item]) => `${JSON.stringify(key)}: ${format(item, inner)}`,
  );
  return enclose('{', '}', entries, newline);
}

function enclose(open: string, close: string, items: readonly string[], newline: string): string {
  if (items.length === 0) return open + close;
  return `${open}${newline}  ${items.join(`,${newline}  `)}${newline}${close}`;
}
