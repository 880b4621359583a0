/** Where something stands in what the operator wrote. Lines count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  /** Where the line alone does not tell, because there is just one. From 1. */
  readonly column?: number;
}

/** The place alone, of what has more than one. */
export function placeOf({ file, line, column }: Place): Place {
  return { file, line, ...(column !== undefined && { column }) };
}

/** `web.yaml:12`, `web.json:1:57` */
export function formatPlace({ file, line, column }: Place): string {
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
}

/** Something wrong with a document: one sentence without a full stop. */
export interface Problem extends Place {
  readonly message: string;
}

/** `web.yaml:12: unknown key 'wieght': did you mean 'weight'?` */
export function formatProblem(problem: Problem): string {
  return `${formatPlace(problem)}: ${problem.message}`;
}
