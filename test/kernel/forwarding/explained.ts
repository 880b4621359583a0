import type { Signature } from './capture.ts';
import type { Namespace } from './namespace.ts';

/** What `explain --json` prints, as far as tests look. */
export interface Explained {
  readonly arrives: boolean;
  readonly service: { readonly name: string; readonly foundBy: string } | null;
  readonly persistence: { readonly destination: string } | null;
  readonly problems: readonly string[];
  readonly notes: readonly string[];
  readonly shown: string | null;
  readonly destinations: readonly {
    readonly address: string;
    readonly eligible: string;
    readonly share: number | null;
    readonly next: boolean;
    readonly problems: readonly string[];
    readonly hops: readonly ExplainedHop[];
  }[];
}

interface End {
  readonly address: string | null;
  readonly port: number | null;
}

export interface ExplainedHop {
  readonly from: string;
  readonly to: string;
  readonly sourceMac: string | null;
  readonly destinationMac: string | null;
  readonly source: End;
  readonly destination: End;
  readonly outer: { readonly type: string; readonly source: End; readonly destination: End } | null;
  readonly remarks: readonly string[];
}

export async function explain(
  director: Namespace,
  words: string,
): Promise<{ code: number; explained: Explained }> {
  const { code, stdout, stderr } = await director.tryLvsadm(`explain ${words} --json`);
  if (stdout === '') throw new Error(stderr);
  return { code, explained: JSON.parse(stdout) as Explained };
}

/** The hops as a capture would show them. */
export function hopSignatures(hops: readonly ExplainedHop[]): Signature[] {
  return hops.map(({ sourceMac, destinationMac, source, destination, outer }) => {
    const wrapped = outer ? `[${outer.type} ${outerText(outer)}] ` : '';
    return `${sourceMac} > ${destinationMac} ${wrapped}${endText(source)} > ${endText(destination)}`;
  });
}

function outerText({ type, source, destination }: NonNullable<ExplainedHop['outer']>): string {
  return [source, destination]
    .map((end) => (type === 'gue' ? endText(end) : bracketed(end.address)))
    .join(' > ');
}

function endText({ address, port }: End): string {
  return `${bracketed(address)}:${port ?? '?'}`;
}

function bracketed(address: string | null): string {
  return address?.includes(':') ? `[${address}]` : String(address);
}
