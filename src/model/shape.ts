/** Looks at a value that comes from outside: gives it as what it is, or `undefined` when it is something else. */
export type Shape<T> = (value: unknown) => T | undefined;

type Fields = Readonly<Record<string, Shape<unknown>>>;
type Of<F extends Fields> = { readonly [K in keyof F]: Exclude<ReturnType<F[K]>, undefined> };

/** An object with these keys, and no others; the second ones may be missing. */
export function object<R extends Fields, O extends Fields = Record<never, never>>(
  required: R,
  optional = {} as O,
): Shape<Of<R> & Partial<Of<O>>> {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const entries = Object.entries(value);
    if (Object.keys(required).some((key) => !Object.hasOwn(value, key))) return undefined;
    for (const [key, item] of entries) {
      const shape = Object.hasOwn(required, key) ? required[key] : own(optional, key);
      if (shape?.(item) === undefined) return undefined;
    }
    return value as Of<R> & Partial<Of<O>>;
  };
}

function own(fields: Fields, key: string): Shape<unknown> | undefined {
  return Object.hasOwn(fields, key) ? fields[key] : undefined;
}

/** One of these very values. */
export function literal<const T extends string | number | boolean>(...values: readonly T[]): Shape<T> {
  return (value) => values.find((candidate) => candidate === value);
}

export const boolean: Shape<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);

/** A text that a pattern matches as a whole. */
export function text(pattern: RegExp): Shape<string> {
  return (value) => (typeof value === 'string' && pattern.test(value) ? value : undefined);
}

/** A text that is read as something. */
export function textOf(parse: (text: string) => unknown): Shape<string> {
  return (value) => (typeof value === 'string' && parse(value) !== undefined ? value : undefined);
}

export function integer(least: number, most: number): Shape<number> {
  return (value) =>
    typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
      ? value
      : undefined;
}

export function list<T>(shape: Shape<T>): Shape<readonly T[]> {
  return (value) =>
    Array.isArray(value) && value.every((item) => shape(item) !== undefined) ? (value as T[]) : undefined;
}

export function record<T>(key: Shape<string>, shape: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    const isSo = Object.entries(value).every(
      ([name, item]) => key(name) !== undefined && shape(item) !== undefined,
    );
    return isSo ? (value as Record<string, T>) : undefined;
  };
}

export function oneOf<T>(...shapes: readonly Shape<T>[]): Shape<T> {
  return (value) => {
    for (const shape of shapes) {
      const found = shape(value);
      if (found !== undefined) return found;
    }
    return undefined;
  };
}
