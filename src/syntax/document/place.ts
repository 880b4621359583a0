/** Where something stands in what the operator wrote. Lines and columns count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  /** Where the line alone would not do: it is long, as in JSON on one line. */
  readonly column?: number;
}

/** `web.yaml:12`, or `web.json:1:5120` in a long line. */
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

/** In a line longer than this, the line's number does not find anything. */
const LONG_LINE = 200;

/** The text of a file, which says where an offset into it is. Nothing is worked out before it is asked. */
export class SourceText {
  readonly file: string;
  readonly text: string;
  #lineStarts: number[] | undefined;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text.replace(/^\uFEFF/, '');
  }

  placeAt(offset: number): Place {
    const starts = this.#starts();
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    const end = starts[low + 1] ?? this.text.length;
    const long = end - starts[low]! > LONG_LINE;
    return { file: this.file, line: low + 1, ...(long && { column: offset - starts[low]! + 1 }) };
  }

  /** The text of the line that the offset is in, at most `LONG_LINE` characters around it. */
  lineAt(offset: number): string {
    const start = Math.max(this.text.lastIndexOf('\n', offset - 1) + 1, offset - LONG_LINE);
    const end = this.text.indexOf('\n', offset);
    return this.text.slice(start, Math.min(end < 0 ? this.text.length : end, offset + LONG_LINE));
  }

  #starts(): number[] {
    if (this.#lineStarts) return this.#lineStarts;
    const starts = [0];
    for (let at = this.text.indexOf('\n'); at >= 0; at = this.text.indexOf('\n', at + 1)) starts.push(at + 1);
    this.#lineStarts = starts;
    return starts;
  }
}

/** A point of a text, whose line is not worked out yet. */
export interface Spot {
  readonly source: SourceText;
  readonly offset: number;
}

export function placeOf({ source, offset }: Spot): Place {
  return source.placeAt(offset);
}
