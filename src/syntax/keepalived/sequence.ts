/** A line that stands for many: the values of its variables for each of them, and what follows. */
export interface Sequence {
  readonly values: readonly (readonly (readonly [name: string, value: string])[])[];
  readonly rest: string;
}

/** Steps that a person might mean. */
const LONGEST = 100_000;

/**
 * `~SEQ(var, start, step, end) …`, `~SEQx(…) …` (hexadecimal), `~LST(var, value, …) …` and
 * `~LST({a, b}, {1, 2}, {3, 4}) …`. `undefined` where it is none of these.
 */
export function parseSequence(text: string, replace: (part: string) => string): Sequence | undefined {
  const found = /^~(SEQx?|LST)[ \t]*\(([^)]*)\)(.*)$/.exec(text);
  if (!found) return undefined;
  const [, kind, inside = '', after = ''] = found;
  const values =
    kind === 'LST' ? listValues(replace(inside)) : numberValues(inside, replace, kind === 'SEQx');
  return values && { values, rest: after.trimStart() };
}

function numberValues(inside: string, replace: (part: string) => string, isHexadecimal: boolean) {
  const [name = '', ...words] = inside.split(',').map((word) => word.trim());
  const numbers = words.map((word) => Number(replace(word)));
  if (name === '' || numbers.length === 0 || numbers.length > 3) return undefined;
  if (!numbers.every(Number.isInteger)) return undefined;
  const [start, step, end] = terms(numbers);
  if (step === 0 || Math.abs((end - start) / step) > LONGEST) return undefined;
  const values: (readonly (readonly [string, string])[])[] = [];
  // The first comes always.
  for (let value = start; values.length === 0 || (step > 0 ? value <= end : value >= end); value += step) {
    values.push([[name, value.toString(isHexadecimal ? 16 : 10)]]);
  }
  return values;
}

/** Start, step and end, of which the first two may be left out. */
function terms(numbers: readonly number[]): [start: number, step: number, end: number] {
  const [one = 0, two = 0, three = 0] = numbers;
  if (numbers.length === 1) return [one < 0 ? -1 : 1, one < 1 ? -1 : 1, one];
  if (numbers.length === 2) return [one, one <= two ? 1 : -1, two];
  return [one, two, three];
}

function listValues(inside: string) {
  const groups = [...inside.matchAll(/\{([^}]*)\}|([^,{}]+)/g)]
    .map(([, group, word]) => (group ?? word ?? '').split(',').map((value) => value.trim()))
    .filter((group) => group.some((value) => value !== ''));
  const [names, ...values] = groups;
  if (!names || values.length === 0) return undefined;
  if (values.some((group) => group.length !== names.length)) return undefined;
  return values.map((group) => names.map((name, index) => [name, group[index]!] as const));
}
