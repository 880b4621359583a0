import type { DnsType, HttpProbe, Probe, StatusRange, TextMatch } from '../../model/health.ts';
import { type Notes, note } from './notes.ts';
import type { Statement } from './tree.ts';
import { readFlag, readUnsigned } from './values.ts';
import { splitShellWords } from './words.ts';

/** What a probe needs of its surroundings. */
export interface ProbeContext {
  /** The Host header where the check says none. */
  readonly virtualHost: string | undefined;
  /** Files of `track_file` blocks, by their names. */
  readonly files: ReadonlyMap<string, { readonly path: string; readonly weight: number }>;
  readonly tls: { readonly authority?: string; readonly certificate?: string; readonly key?: string };
}

const DNS_TYPES: readonly DnsType[] = ['A', 'NS', 'CNAME', 'SOA', 'MX', 'TXT', 'AAAA'];

/** The probes that a checker block comes to: several for an HTTP check of several URLs, none where it is left out. */
export function readProbes(block: Statement, context: ProbeContext, notes: Notes): Probe[] {
  const one = (keyword: string) => block.statements.findLast((statement) => statement.keyword === keyword);
  const word = (keyword: string) => one(keyword)?.words[0];
  const refuse = (why: string) => {
    note(notes, 'ignored', block.place, `${block.keyword}: ${why}; keepalived leaves it out`);
    return [];
  };
  switch (block.keyword) {
    case 'TCP_CHECK':
      return [{ kind: 'tcp' }];
    case 'PING_CHECK':
      return [{ kind: 'ping' }];
    case 'SMTP_CHECK': {
      const hello = word('helo_name');
      return [{ kind: 'smtp', ...(hello !== undefined && { hello }) }];
    }
    case 'DNS_CHECK': {
      const type = (word('type') ?? 'SOA').toUpperCase() as DnsType;
      if (!DNS_TYPES.includes(type))
        note(notes, 'changed', block.place, `'${type}' is no type of a DNS check: it becomes SOA`);
      return [{ kind: 'dns', name: word('name') ?? '.', type: DNS_TYPES.includes(type) ? type : 'SOA' }];
    }
    case 'UDP_CHECK':
      return [readUdp(block, notes)];
    case 'MISC_CHECK': {
      const path = one('misc_path');
      const command = path
        ? splitShellWords(path.text)
            .slice(1)
            .flatMap((text, at) => (at === 0 ? splitShellWords(text) : [text]))
        : [];
      if (command.length === 0) return refuse('it has no misc_path');
      const user = word('user');
      const weight = one('misc_dynamic') !== undefined;
      return [{ kind: 'script', command, ...(user !== undefined && { user }), ...(weight && { weight }) }];
    }
    case 'FILE_CHECK': {
      const file = context.files.get(word('track_file') ?? '');
      if (!file) return refuse(`there is no track_file '${word('track_file') ?? ''}'`);
      const weight = Number.parseInt(word('weight') ?? String(file.weight), 10) !== 0;
      return [{ kind: 'file', path: file.path, ...(weight && { weight }) }];
    }
    case 'HTTP_GET':
    case 'SSL_GET': {
      const probes = block.statements
        .filter(({ keyword }) => keyword === 'url')
        .flatMap((url) => readUrl(url, block, context, notes));
      return probes.length === 0 ? refuse('it has no url with a path') : probes;
    }
    default:
      note(notes, 'left-out', block.place, `${block.keyword}: the document has no such check`);
      return [];
  }
}

function readUdp(block: Statement, notes: Notes): Probe {
  const words = (keyword: string) =>
    block.statements.findLast((statement) => statement.keyword === keyword)?.words;
  const payload = words('payload')?.join(' ');
  const reply = words('require_reply');
  for (const { keyword, place } of block.statements) {
    if (/^(min|max)_reply_length$/.test(keyword))
      note(notes, 'left-out', place, `${keyword}: the length of a reply is not looked at`);
  }
  const send =
    payload === undefined
      ? undefined
      : String.fromCharCode(
          ...nibbles(payload).map(([high, low]) => 16 * Number.parseInt(high, 16) + Number.parseInt(low, 16)),
        );
  const expect: TextMatch | undefined = reply && {
    pattern: `^${nibbles(reply.join(' ')).map(bytePattern).join('')}`,
  };
  return { kind: 'udp', ...(send !== undefined && { send }), ...(expect && { expect }) };
}

/** `Ab12f 3` is AB 12 0F 03. */
function nibbles(text: string): [high: string, low: string][] {
  return text
    .split(/\s+/)
    .flatMap((word) => word.match(/[0-9a-fxA-FX]{1,2}/g) ?? [])
    .map((pair) => (pair.length === 1 ? ['0', pair] : [pair[0]!, pair[1]!]));
}

function bytePattern([high, low]: [string, string]): string {
  const all = [...'0123456789abcdef'];
  const of = (digit: string) => (/x/i.test(digit) ? all : [digit.toLowerCase()]);
  const bytes = of(high).flatMap((first) => of(low).map((second) => `\\x${first}${second}`));
  return bytes.length === 1 ? bytes[0]! : bytes.length === 256 ? '[\\x00-\\xff]' : `[${bytes.join('')}]`;
}

function readUrl(url: Statement, check: Statement, context: ProbeContext, notes: Notes): HttpProbe[] {
  const last = (block: Statement, keyword: string) =>
    block.statements.findLast((statement) => statement.keyword === keyword);
  const path = last(url, 'path')?.words[0];
  if (path === undefined) {
    note(notes, 'ignored', url.place, 'a url without a path: keepalived leaves it out');
    return [];
  }
  const host =
    last(url, 'virtualhost')?.words[0] ?? last(check, 'virtualhost')?.words[0] ?? context.virtualHost;
  const digest = readDigest(last(url, 'digest'), notes);
  const body = readBody(url, notes);
  const isTls = check.keyword === 'SSL_GET';
  const serverName = last(check, 'sni_name')?.words[0] ?? host;
  const asksName = isTls && readFlag(last(check, 'enable_sni')?.words ?? ['off']) === true;
  const tls = { ...context.tls, ...(asksName && serverName !== undefined && { serverName }) };
  return [
    {
      kind: isTls ? 'https' : 'http',
      method: 'GET',
      path,
      ...(host !== undefined && { host }),
      status: readStatus(
        url.statements.filter(({ keyword }) => keyword === 'status_code'),
        notes,
      ),
      ...(body && { body }),
      ...(digest !== undefined && { digest: { algorithm: 'md5', value: digest } }),
      ...(last(check, 'http_protocol')?.words[0]?.startsWith('1.1') ? {} : { version: '1.0' as const }),
      ...(isTls && Object.keys(tls).length > 0 && { tls }),
    },
  ];
}

function readDigest(statement: Statement | undefined, notes: Notes): string | undefined {
  const text = statement?.words[0];
  if (statement === undefined || /^[0-9a-f]{32}$/i.test(text ?? '')) return text?.toLowerCase();
  note(notes, 'ignored', statement.place, `'${text ?? ''}' is no MD5 digest`);
  return undefined;
}

function readStatus(statements: readonly Statement[], notes: Notes): StatusRange[] {
  const ranges = statements.flatMap(({ words, place }) =>
    words.flatMap((text) => {
      const [, first = '', last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
      const range = {
        first: readUnsigned(first, 100, 599, false),
        last: readUnsigned(last, 100, 599, false),
      };
      if (range.first !== undefined && range.last !== undefined && range.first <= range.last) {
        return [range as StatusRange];
      }
      note(notes, 'ignored', place, `'${text}' is no status code`);
      return [];
    }),
  );
  return ranges.length > 0 ? ranges : [{ first: 200, last: 299 }];
}

/** A regular expression of PCRE is taken as one of JavaScript's, which it mostly is. */
function readBody(url: Statement, notes: Notes): TextMatch | undefined {
  const regex = url.statements.findLast(({ keyword }) => keyword === 'regex');
  const pattern = regex && splitShellWords(regex.text)[1];
  if (!regex || pattern === undefined) return undefined;
  for (const { keyword, place } of url.statements) {
    if (/^regex_(options|min_offset|max_offset)$/.test(keyword)) {
      note(notes, 'left-out', place, `${keyword}: the document has only the expression itself`);
    }
  }
  try {
    new RegExp(pattern, 's');
  } catch {
    note(
      notes,
      'left-out',
      regex.place,
      `'${pattern}' is no regular expression here; the body is not looked at`,
    );
    return undefined;
  }
  const not = url.statements.some(({ keyword }) => keyword === 'regex_no_match');
  return { pattern, ...(not && { not }) };
}
