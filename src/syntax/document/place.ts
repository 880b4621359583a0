/** Where something stands in what the operator wrote. Lines count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** `web.yaml:12` */
export function formatPlace({ file, line }: Place): string {
  return `${file}:${line}`;
}

/** Something wrong with a document: one sentence without a full stop. */
export interface Problem extends Place {
  readonly message: string;
}

/** `web.yaml:12: unknown key 'wieght': did you mean 'weight'?` */
export function formatProblem(problem: Problem): string {
  return `${formatPlace(problem)}: ${problem.message}`;
}
