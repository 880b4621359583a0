import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Wanted, wantedOf } from '../../../src/plan/table/wanted.ts';
import { readDocuments } from '../../../src/syntax/document/document.ts';
import { formatProblem } from '../../../src/syntax/document/place.ts';
import { documentOf, formatDocument, formatExport } from '../../../src/syntax/document/text.ts';
import { SEED, wantedDocument } from './documents.ts';

const read = (...texts: string[]) =>
  readDocuments(texts.map((text, index) => ({ file: `${'ab'[index]}.yaml`, text })));

function wanted(...texts: string[]): Wanted {
  const found = read(...texts);
  if (found.kind === 'problems') throw new Error(found.problems.map(formatProblem).join('\n'));
  return found.wanted;
}

function problems(...texts: string[]): string[] {
  const found = read(...texts);
  return found.kind === 'problems' ? found.problems.map(formatProblem) : [];
}

/** One service with these lines about it. */
const service = (...lines: string[]) =>
  `services:\n  - address: 10.0.0.1:80\n${[...lines, 'destinations: []'].map((line) => `    ${line}\n`).join('')}`;
const destination = (text: string) =>
  `services:\n  - address: 10.0.0.1:80\n    destinations:\n      - ${text}\n`;

describe('a document', () => {
  it('is read as it was written, in YAML and in JSON, 500 by chance', () => {
    fc.assert(
      fc.property(wantedDocument, (document) => {
        expect(wanted(formatDocument(document))).toEqual(document);
        expect(wanted(JSON.stringify(documentOf(document), undefined, '\t'))).toEqual(document);
      }),
      { seed: SEED, numRuns: 500 },
    );
  });

  it('may leave out everything that has a default, which is ipvsadm’s', () => {
    expect(wanted('services: [{ address: 10.0.0.1:80, destinations: [10.0.0.11] }]')).toEqual({
      timeouts: {},
      daemons: [],
      services: [
        {
          protocol: 'tcp',
          address: '10.0.0.1',
          port: 80,
          scheduler: 'wlc',
          schedulerFlags: [],
          persistenceTimeout: 0,
          persistenceMask: '255.255.255.255',
          persistenceEngine: '',
          onePacket: false,
          destinations: [
            {
              address: '10.0.0.11',
              port: 80,
              forwarding: 'direct',
              weight: 1,
              upperThreshold: 0,
              lowerThreshold: 0,
              tunnel: { type: 'ipip', port: 0, checksum: 'none' },
            },
          ],
        },
      ],
    });
  });

  const spellings: [string, string, object][] = [
    [
      'an IPv6 address with a port',
      'services: [{ address: "[2001:DB8::0:1]:443", destinations: [] }]',
      { address: '2001:db8::1', port: 443 },
    ],
    [
      'an address and a port',
      'services:\n- address: 2001:db8::1\n  port: 443\n  destinations: []',
      { address: '2001:db8::1', port: 443 },
    ],
    [
      'a mark',
      'services: [{ fwmark: 0x10, family: ipv6, destinations: [] }]',
      { fwmark: 16, family: 'inet6', persistenceMask: 128 },
    ],
    ['upper case', service('protocol: UDP'), { protocol: 'udp' }],
    ['persistence without a time', service('persistence: true'), { persistenceTimeout: 360 }],
    ['no persistence', service('persistence: false'), { persistenceTimeout: 0 }],
    ['persistence in minutes', service('persistence: 5m'), { persistenceTimeout: 300 }],
    [
      'a prefix length',
      service('persistence: { mask: 24 }'),
      { persistenceTimeout: 360, persistenceMask: '255.255.255.0' },
    ],
    [
      'flags in one word',
      service('scheduler: sh', 'schedulerFlags: sh-port,sh-fallback'),
      { schedulerFlags: ['sh-fallback', 'sh-port'] },
    ],
    [
      'flags by number',
      service('scheduler: mh', 'schedulerFlags: [flag-2]'),
      { schedulerFlags: ['mh-port'] },
    ],
  ];
  it.each(spellings)('takes %s', (_name, text, expected) => {
    expect(wanted(text).services[0]).toMatchObject(expected);
  });

  const destinations: [string, object][] = [
    ['{ address: 10.0.0.11:8080, forwarding: nat }', { port: 8080, forwarding: 'masquerade' }],
    ['{ address: 10.0.0.11, forwarding: DR, weight: 0 }', { forwarding: 'direct', weight: 0 }],
    [
      '{ address: 10.0.0.11, tunnel: gre }',
      { forwarding: 'tunnel', tunnel: { type: 'gre', port: 0, checksum: 'none' } },
    ],
    ['{ address: 10.0.0.11, tunnel: "gue:6080" }', { tunnel: { type: 'gue', port: 6080, checksum: 'none' } }],
    [
      '{ address: 10.0.0.11, tunnel: { type: gue, port: 6080, checksum: remote } }',
      { tunnel: { type: 'gue', port: 6080, checksum: 'remote' } },
    ],
    ['{ address: 2001:db8::11, forwarding: tunnel }', { address: '2001:db8::11' }],
  ];
  it.each(destinations)('takes destination %s', (text, expected) => {
    expect(wanted(destination(text)).services[0]?.destinations[0]).toMatchObject(expected);
  });

  it('fills in what the kernel would choose for a sync daemon', () => {
    expect(wanted('daemons: [{ role: master, interface: eth0 }]').daemons).toEqual([
      { role: 'master', interface: 'eth0', syncId: 0, group: '224.0.0.81', port: 8848, ttl: 1 },
    ]);
  });

  it('may use anchors, several documents in a text, and a schema', () => {
    const text =
      '$schema: x\nservices:\n- address: 10.0.0.1:80\n  destinations: &d [10.0.0.11]\n- address: 10.0.0.1:80\n  protocol: sctp\n  destinations: *d\n---\nservices:\n- { fwmark: 1, destinations: [] }\n';
    expect(wanted(text).services.map(({ destinations }) => destinations.length)).toEqual([1, 1, 0]);
  });
});

describe('what is wrong is told with its line:', () => {
  const mistakes: [string, string, string[]][] = [
    [
      'a misspelt key',
      destination('{ address: 10.0.0.11, wieght: 3 }'),
      ["a.yaml:4: unknown key 'wieght': did you mean 'weight'?"],
    ],
    [
      'a key in another manner',
      service('scheduler_flags: []'),
      ["a.yaml:3: unknown key 'scheduler_flags': did you mean 'schedulerFlags'?"],
    ],
    [
      'an unknown key',
      'nonsense: 1\n',
      ["a.yaml:1: unknown key 'nonsense': the document has $schema, timeouts, daemons, services"],
    ],
    [
      'a key twice',
      service('scheduler: rr', 'scheduler: wlc'),
      ['a.yaml:4: not valid YAML: Map keys must be unique'],
    ],
    [
      'brackets without quotes',
      'services:\n  - address: [2001:db8::1]:443\n    destinations: []\n',
      [
        'a.yaml:2: not valid YAML: Unexpected scalar at node end (an address in brackets needs quotes: "[2001:db8::1]:443")',
      ],
    ],
    [
      'half of JSON',
      '{ "services": [\n',
      [
        'a.yaml:2: not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]',
        'a.yaml:2: not valid YAML: Flow map must end with a }',
      ],
    ],
    ['nothing', '# empty\n', ['a.yaml:1: there is nothing in it; an empty table is `services: []`']],
    [
      'a service twice',
      `${service()}  - address: 10.0.0.1:80\n    destinations: []\n`,
      ['a.yaml:4: service tcp 10.0.0.1:80 is at a.yaml:2 already'],
    ],
    [
      'a destination twice',
      'services:\n- address: 10.0.0.1:80\n  destinations:\n  - 10.0.0.11\n  - 10.0.0.11:80\n',
      ['a.yaml:5: destination 10.0.0.11:80 of tcp 10.0.0.1:80 is at a.yaml:4 already'],
    ],
    [
      'no destinations',
      'services:\n- address: 10.0.0.1:80\n',
      ['a.yaml:2: the service has no destinations; write destinations: [] if that is meant'],
    ],
    [
      'no port',
      'services: [{ address: 10.0.0.1, destinations: [] }]',
      ['a.yaml:1: the service has no port: 10.0.0.1:80, or port 0 for all of them'],
    ],
    ['two ports', service('port: 81'), ["a.yaml:2: the port is 80 here and 81 in 'port'"]],
    [
      'no address',
      'services: [{ destinations: [] }]',
      ["a.yaml:1: the service has neither 'address' nor 'fwmark'"],
    ],
    [
      'a mark with a port',
      'services: [{ fwmark: 1, port: 80, destinations: [] }]',
      ["a.yaml:1: 'port' does not go with 'fwmark'"],
    ],
    [
      'a name for an address',
      'services: [{ address: "web:80", destinations: [] }]',
      ["a.yaml:1: 'web:80' is not an address, such as 10.0.0.1:80 or [2001:db8::1]:443"],
    ],
    [
      'a protocol',
      service('protocol: tpc'),
      ["a.yaml:3: protocol must be one of tcp, udp, sctp, not 'tpc': did you mean 'tcp'?"],
    ],
    [
      'a flag of another scheduler',
      service('scheduler: sh', 'schedulerFlags: [mh-port]'),
      ["a.yaml:4: 'mh-port' is no flag of scheduler sh: did you mean 'sh-port'?"],
    ],
    [
      'a weight',
      destination('{ address: 10.0.0.11, weight: -1 }'),
      ["a.yaml:4: weight must be a whole number from 0 to 2147483647, not '-1'"],
    ],
    [
      'thresholds',
      destination('{ address: 10.0.0.11, lowerThreshold: 2 }'),
      ['a.yaml:4: lowerThreshold 2 is above upperThreshold 0'],
    ],
    [
      'GUE without a port',
      destination('{ address: 10.0.0.11, tunnel: gue }'),
      ['a.yaml:4: a gue tunnel needs a port: gue:6080'],
    ],
    [
      'another family',
      destination('2001:db8::11'),
      [
        'a.yaml:4: 2001:db8::11 is of another address family than its service, which takes forwarding: tunnel',
      ],
    ],
    ['a multicast server', destination('224.0.0.1'), ['a.yaml:4: 224.0.0.1 is not an address of one server']],
    [
      'a key without a value',
      service('scheduler:'),
      ["a.yaml:3: 'scheduler' has no value; leave it out for the default"],
    ],
    [
      'a timeout of 0',
      'timeouts: { tcp: 0 }',
      ['a.yaml:1: tcp must not be 0: the kernel takes that for "as it was"'],
    ],
    ['an unknown anchor', 'services: *x\n', ["a.yaml:1: there is no anchor '&x' before this"]],
    [
      'a short message of a backup',
      'daemons: [{ role: backup, interface: lo, maxLength: 99 }]',
      ["a.yaml:1: maxLength must be a whole number from 1024 to 65507, not '99'"],
    ],
    [
      'a sync daemon and two families',
      'daemons:\n- { role: master, interface: lo }\nservices:\n- address: 10.0.0.1:80\n  destinations:\n  - { address: 2001:db8::1, tunnel: gre }\n',
      [
        'a.yaml:6: [2001:db8::1]:80 is of another address family than tcp 10.0.0.1:80, which the kernel does not allow beside a sync daemon (a.yaml:2)',
      ],
    ],
  ];
  it.each(mistakes)('%s', (_name, text, expected) => {
    expect(problems(text)).toEqual(expected);
  });

  it('all of it at once', () => {
    expect(problems(service('protocol: x', 'scheduler: A B', 'onePacket: 1'))).toHaveLength(3);
  });

  it('with both places when two files say the same service', () => {
    expect(problems(service(), `\n${service()}`)).toEqual([
      'b.yaml:3: service tcp 10.0.0.1:80 is at a.yaml:2 already',
    ]);
  });

  it('and a tree that contains itself is refused', () => {
    expect(problems('services: &a [*a]\n')).toEqual(['a.yaml:1: this is nested too deeply']);
  });
});

describe('several files', () => {
  it('are put together', () => {
    const both = wanted(service(), 'timeouts: { udp: 30 }\nservices: [{ fwmark: 1, destinations: [] }]');
    expect(both).toMatchObject({ timeouts: { udp: 30 }, services: [{ port: 80 }, { fwmark: 1 }] });
  });
});

describe('what the kernel would take though nobody means it', () => {
  const doubts = (text: string) => {
    const found = read(text);
    return found.kind === 'wanted' ? found.doubts.map(formatProblem) : ['problems'];
  };

  it('is a doubt', () => {
    expect(doubts('services: [{ address: 10.0.0.1:0, destinations: [] }]')[0]).toMatch(
      /^a.yaml:1: a service for all ports/,
    );
    expect(doubts(service('onePacket: true'))).toEqual(['a.yaml:2: onePacket is for UDP and firewall marks']);
    expect(doubts(destination('10.0.0.11:8080'))[0]).toMatch(
      /^a.yaml:4: forwarding direct cannot change the port/,
    );
    expect(
      doubts('services: [{ address: 10.0.0.1:0, persistence: { withoutTimeout: true }, destinations: [] }]'),
    ).toEqual([]);
    expect(doubts(service('persistence: 32d'))).toEqual(['a.yaml:2: persistence is at most 2678400 seconds']);
  });

  it('a scheduler that Linux does not have is a hint', () => {
    const found = read(service('scheduler: wllc'));
    expect(found.kind === 'wanted' && found.hints.map(formatProblem)).toEqual([
      "a.yaml:3: 'wllc' is no scheduler that comes with Linux: did you mean 'wlc'?",
    ]);
  });
});

describe('a table as a document', () => {
  it('has services and destinations by number', () => {
    const text =
      'services: [{ address: 10.0.0.10:80, destinations: [10.0.0.11, 10.0.0.9] }, { address: 10.0.0.9:80, destinations: [] }]';
    const sorted = wantedOf(wanted(text) as never).services;
    expect(sorted.map((item) => 'address' in item && item.address)).toEqual(['10.0.0.9', '10.0.0.10']);
    expect(sorted[1]!.destinations.map(({ address }) => address)).toEqual(['10.0.0.9', '10.0.0.11']);
  });
});

describe('what is large', () => {
  const list = (count: number) => Array.from({ length: count }, (_, n) => `10.1.${n >> 8}.${n & 255}`);

  it('a list that thousands of services have in common is read once', () => {
    const services = Array.from(
      { length: 4000 },
      (_, n) => `- { address: "10.2.0.1:${n + 1}", destinations: *d }`,
    );
    const text = `services:\n- { address: "10.3.0.1:1", destinations: &d [${list(20).join(', ')}] }\n${services.join('\n')}\n`;
    const read = wanted(text);
    expect(read.services).toHaveLength(4001);
    expect(new Set(read.services.map(({ destinations }) => destinations.length))).toEqual(new Set([20]));
  });

  it.each([5, 9, 12, 40])('aliases of aliases, %i levels deep, are refused at once', (levels) => {
    const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x]'];
    for (let n = 1; n <= levels; n++) {
      lines.push(`a${n}: &a${n} [${Array.from({ length: 9 }, () => `*a${n - 1}`).join(', ')}]`);
    }
    expect(problems(`${lines.join('\n')}\n`).length).toBeGreaterThan(0);
  });

  it('a few thousand aliases of a list of a few thousand are refused, with the reason', () => {
    const text = `x: &d [${list(5000).join(', ')}]\ny: [${Array.from({ length: 5000 }, () => '*d').join(', ')}]\n`;
    expect(problems(text)).toEqual(['a.yaml:1: its aliases make more than 5000000 pieces of it']);
  });

  it('tens of thousands of keys are told apart, and a key twice is found', () => {
    const keys = Array.from({ length: 40_000 }, (_, n) => `k${n}: 1`);
    const text = ['services: []', 'timeouts:', ...keys.map((key) => `  ${key}`), '  k7: 2', ''].join('\n');
    expect(problems(text)).toEqual(['a.yaml:40003: not valid YAML: Map keys must be unique']);
  });

  it('nesting without end is told as such', () => {
    expect(problems(`${'['.repeat(100_000)}\n`)[0]).toMatch(/this is nested too deeply$/);
    expect(problems(`services: ${'['.repeat(50)}${']'.repeat(50)}\n`)[0]).toMatch(
      /this is nested too deeply$/,
    );
  });
});

describe('JSON on one line', () => {
  it('has columns in its problems', () => {
    expect(
      problems(
        '{"services":[{"address":"10.0.0.1:80","destinations":[{"address":"10.0.0.11","wieght":3}]}]}',
      ),
    ).toEqual(["a.yaml:1:78: unknown key 'wieght': did you mean 'weight'?"]);
  });
});

describe('an exported document', () => {
  const table = wanted('services:\n- { address: "10.0.0.1:80", destinations: [10.0.0.11, 10.0.0.12] }\n');
  const text = formatExport(table);

  it('is read back as it was', () => {
    expect(wanted(text)).toEqual(table);
  });

  it('is refused wherever it was cut', () => {
    const first = text.indexOf('\n') + 1;
    for (let length = first; length < text.length - 1; length++) {
      expect(problems(text.slice(0, length)).join(), `${length}`).toMatch(/was cut off/);
    }
  });
});

describe('a text by chance', () => {
  const PIECES = [
    'services:',
    'daemons:',
    'timeouts:',
    '- ',
    '  ',
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    "'",
    '&a ',
    '*a',
    '!!str ',
    '|',
    '>',
    '#',
    '---',
    '\n',
    '\n  ',
    '\t',
    'address: 10.0.0.1:80',
    'destinations: [10.0.0.11]',
    'fwmark: 1',
    'weight: -1',
    'port: 010',
    'true',
    '.nan',
    '.inf',
    '1e400',
    '0x10',
    '~',
    '\u0000',
    '\u2028',
    '\ud800',
    '__proto__: 1',
    'constructor: x',
    'é',
  ];
  it('ends in a table or in problems with a place and a message, 10,000 of them', () => {
    const piece = fc.oneof(
      { weight: 9, arbitrary: fc.constantFrom(...PIECES) },
      { weight: 1, arbitrary: fc.string({ maxLength: 6 }) },
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 14 }), (parts) => {
        const read = readDocuments([{ file: 'a.yaml', text: parts.join('') }]);
        if (read.kind === 'wanted') return;
        expect(read.problems.length).toBeGreaterThan(0);
        for (const problem of read.problems) {
          expect(formatProblem(problem)).toMatch(/^a\.yaml:[1-9]\d*(:[1-9]\d*)?: \S/);
          expect(problem.message).not.toMatch(/undefined|\[object|NaN |TypeError/);
        }
      }),
      { numRuns: 10_000, seed: SEED },
    );
  });
});
