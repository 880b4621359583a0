/** Colours for a terminal. */
export interface Paint {
  readonly added: (text: string) => string;
  readonly removed: (text: string) => string;
  readonly heading: (text: string) => string;
  readonly faint: (text: string) => string;
}

/** Leaves every text as it is. */
export const NO_PAINT: Paint = { added: plain, removed: plain, heading: plain, faint: plain };

/** The colours that a stream gets: none unless it is a terminal, or when the operator wants none (NO_COLOR). */
export async function paintFor(
  stream: { readonly isTTY?: boolean },
  environment: Readonly<Record<string, string | undefined>>,
): Promise<Paint> {
  if (stream.isTTY !== true || environment.NO_COLOR || environment.TERM === 'dumb') return NO_PAINT;
  const { Chalk } = await import('chalk');
  const chalk = new Chalk({ level: 1 });
  return { added: chalk.green, removed: chalk.red, heading: chalk.bold, faint: chalk.dim };
}

function plain(text: string): string {
  return text;
}
