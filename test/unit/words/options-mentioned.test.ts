import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderSelf } from '../../../src/ipvsadm/usage.ts';
import { OPTIONS, OWN_OPTIONS } from '../../../src/syntax/ipvsadm/options.ts';

/** Every option is told wherever a user looks for it. */
const root = new URL('../../../', import.meta.url);
const manual = readFileSync(new URL('man/lvsadm.8', root), 'utf8').replaceAll('\\&', '');
const usage = renderSelf('help', 'lvsadm', '1.0.0');

describe.each([...OPTIONS, ...OWN_OPTIONS])('option --$long', ({ long, letter }) => {
  it('is in the man page', () => {
    expect(manual).toMatch(new RegExp(`^\\.It Fl (.* , )?-${long}( |$)`, 'm'));
    if (letter) expect(manual).toMatch(new RegExp(`^\\.It Fl (. , )*${letter}( |$)`, 'm'));
  });

  it('is in the usage', () => {
    expect(usage).toMatch(new RegExp(`--${long}\\b`));
    if (letter) expect(usage).toMatch(new RegExp(`(^|[ ,])-${letter}[ ,]`, 'm'));
  });
});
