import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Comparison } from './comparison.ts';
import { generatedSequences } from './generated.ts';
import type { Sequence } from './sequence.ts';
import { ADDRESSES } from './themes/addresses.ts';
import { DAEMONS } from './themes/daemons.ts';
import { GRAMMAR } from './themes/grammar.ts';
import { LISTINGS } from './themes/listings.ts';
import { MATRIX } from './themes/matrix.ts';
import { NUMBERS } from './themes/numbers.ts';
import { RESTORES } from './themes/restores.ts';
import { SERVERS } from './themes/servers.ts';
import { SERVICES } from './themes/services.ts';
import { TEXTS } from './themes/texts.ts';

const THEMES: Readonly<Record<string, readonly Sequence[]>> = {
  services: SERVICES,
  servers: SERVERS,
  grammar: GRAMMAR,
  matrix: MATRIX,
  addresses: ADDRESSES,
  numbers: NUMBERS,
  texts: TEXTS,
  listings: LISTINGS,
  restores: RESTORES,
  daemons: DAEMONS,
  generated: generatedSequences(),
};

let comparison: Comparison;

beforeAll(async () => {
  comparison = await Comparison.begin();
});

afterAll(async () => {
  await comparison.end();
  process.stdout.write(
    `compat: ${comparison.identical} sequences identical, ${comparison.commands} commands\n`,
  );
});

describe.each(Object.entries(THEMES))('%s', (_, sequences) => {
  test.each(sequences)('$name', async (sequence) => {
    const { ours, reference } = await comparison.run(sequence);
    expect(ours).toBe(reference);
  });
});
