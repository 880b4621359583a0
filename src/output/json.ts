export type Format = 'text' | 'json';

/** A value for machines: one JSON document, indented, with a line end. */
export function renderJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}
