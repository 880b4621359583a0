/** A subcommand, as `--help` lists it; `commands/index.ts` has what it does. */
interface Listed {
  readonly name: string;
  /** The words that it takes after its name, where there is a choice. */
  readonly acts?: readonly string[];
  readonly summary: string;
}

interface Group {
  readonly title: string;
  readonly subcommands: readonly Listed[];
}

/** Every subcommand there is. The program runs no others. */
export const SUBCOMMAND_GROUPS = [
  {
    title: 'The table as a file',
    subcommands: [
      { name: 'export', summary: 'print the table as a document' },
      { name: 'diff', summary: 'what apply would change' },
      { name: 'apply', summary: 'make the table what documents say' },
      {
        name: 'import',
        acts: ['keepalived'],
        summary: "another program's configuration as a document",
      },
    ],
  },
  {
    title: 'One real server of a service',
    subcommands: [
      { name: 'drain', summary: 'take it out of use without cutting connections' },
      { name: 'ramp', summary: 'change its weight slowly' },
    ],
  },
  {
    title: 'Preparing this host for its part in a cluster',
    subcommands: [
      { name: 'realserver', acts: ['up', 'down', 'status'], summary: 'as a real server' },
      { name: 'director', acts: ['up', 'down', 'status'], summary: 'as a director' },
      {
        name: 'fullnat',
        acts: ['enable', 'disable', 'list', 'status'],
        summary: 'local addresses of FULLNAT services',
      },
    ],
  },
  {
    title: 'Looking, without changing anything',
    subcommands: [
      { name: 'doctor', summary: 'what is wrong with this host' },
      { name: 'explain', summary: 'the way of a packet' },
    ],
  },
] as const satisfies readonly Group[];

export type SubcommandName = (typeof SUBCOMMAND_GROUPS)[number]['subcommands'][number]['name'];

const ALL: readonly Listed[] = SUBCOMMAND_GROUPS.flatMap(({ subcommands }): readonly Listed[] => subcommands);

export const SUBCOMMAND_NAMES = ALL.map(({ name }) => name as SubcommandName);

/** The part of `--help` that lists them. */
export function renderSubcommands(): string {
  return SUBCOMMAND_GROUPS.map(({ title, subcommands }) => {
    const lines = subcommands.map(({ name, summary, ...rest }: Listed) => {
      const words = rest.acts ? `${name} ${rest.acts.join('|')}` : name;
      return `  ${words.padEnd(50)}${summary}; see: lvsadm ${name} --help\n`;
    });
    return `\n${title}\n${lines.join('')}`;
  }).join('');
}
