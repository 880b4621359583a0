import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPlain } from '../../../src/syntax/document/plain.ts';
import { documentOf, formatExport } from '../../../src/syntax/document/text.ts';
import { parseAnyYaml } from '../../../src/syntax/document/yaml.ts';
import { SEED, wantedDocument } from '../plan/documents.ts';

/** Holds against the library what was read without it; returns whether it was. */
function compare(text: string): boolean {
  const tree = readPlain(text, 'a.yaml');
  if (tree) expect({ text, trees: [tree], problems: [] }).toEqual({ text, ...parseAnyYaml(text, 'a.yaml') });
  return tree !== undefined;
}

const PIECES = [
  ...[
    '\n',
    ' ',
    '  ',
    '\t',
    '#',
    ' # x',
    ':',
    ': ',
    ',',
    '-',
    '- ',
    '{',
    '}',
    '[',
    ']',
    '"',
    "'",
    '\\',
    '...',
    '---',
  ],
  ...[
    '&a',
    '*a',
    '!',
    '|',
    '>',
    '?',
    '010',
    '0x1',
    '1e3',
    '-0',
    '.5',
    '-',
    '~',
    'null',
    'True',
    'a',
    'a: b',
    '\r\n',
  ],
  ...['é', '\0', '\u2028', '%', '@', '`', '<<: ', '"\\u0041"', "'it''s'", '\n  ', '\n- ', '\nservices:\n'],
];

/** Texts with up to three pieces put in, taken out or put in another's place. */
const mutated = fc
  .tuple(
    wantedDocument,
    fc.constantFrom('yaml', 'json', 'line', 'small'),
    fc.array(fc.tuple(fc.nat(), fc.nat(4), fc.constantFrom(...PIECES)), { minLength: 1, maxLength: 3 }),
  )
  .map(([document, form, changes]) => {
    let text = write(document, form);
    for (const [where, length, piece] of changes) {
      const at = where % (text.length + 1);
      text = text.slice(0, at) + piece + text.slice(at + length);
    }
    return text;
  });

type Written = Parameters<typeof formatExport>[0];

function write(document: Written, form: string): string {
  if (form === 'yaml') return formatExport(document);
  if (form === 'json') return JSON.stringify(documentOf(document), undefined, '\t');
  if (form === 'line') return JSON.stringify(documentOf(document));
  return [
    '# by hand',
    'timeouts: { tcp: 15m, "udp": 3 } # short',
    'services:',
    '- address: "10.0.0.1:80"',
    '  destinations:',
    '    - 10.0.0.2',
    "    - { address: 10.0.0.3:80, weight: 1, forwarding: 'nat' }",
    '  scheduler: wrr',
    '-   fwmark: 3',
    '    destinations: []',
    '...',
    '',
  ].join('\n');
}

describe('plain YAML, read without the library', () => {
  it('is what we write, in YAML and JSON, with the same places', () => {
    fc.assert(
      fc.property(wantedDocument, fc.constantFrom('yaml', 'json', 'line', 'small'), (document, form) => {
        expect(compare(write(document, form))).toBe(true);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('is never read otherwise than the library reads it, 5,000 changed texts by chance', () => {
    let read = 0;
    fc.assert(
      fc.property(mutated, (text) => {
        if (compare(text)) read++;
      }),
      { seed: SEED, numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(500);
  });

  it.each([
    'a: 1\na: 2',
    'a: &x 1\nb: *x',
    '[1, 2,]',
    'a: |\n  b',
    'a: b\n c',
    '- a\n - b',
    'a: 010',
    '{"a": 1, "a": 2}',
    'a: b: c',
    'a:\n\tb: 1',
    '',
    'services:',
  ])('leaves %j to the library', (text) => {
    expect(readPlain(text, 'a.yaml')).toBeUndefined();
  });
});
