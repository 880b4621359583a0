import { describe, expect, it } from 'vitest';
import { alignColumns } from '../../../src/output/table.ts';

describe('a table', () => {
  it('has columns as wide as their widest cell, and nothing at the end of a line', () => {
    expect(
      alignColumns([
        ['a', 'bbb', 'c'],
        ['', 'b → x', ''],
        ['aaaa', 'b', 'cc'],
      ]),
    ).toEqual(['a     bbb    c', '      b → x', 'aaaa  b      cc']);
  });

  it('may have rows that end early', () => {
    expect(alignColumns([['a', 'sedan'], ['bb', 'c', 'd'], ['e']])).toEqual([
      'a   sedan',
      'bb  c      d',
      'e',
    ]);
  });

  it('leaves out a column with nothing in it', () => {
    expect(
      alignColumns([
        ['a', '', 'b'],
        ['c', '', 'd'],
      ]),
    ).toEqual(['a  b', 'c  d']);
    expect(alignColumns([[''], ['']])).toEqual(['', '']);
  });

  it('of no rows has no lines', () => {
    expect(alignColumns([])).toEqual([]);
  });

  it('leaves blanks and line-like cells alone', () => {
    expect(
      alignColumns([
        ['  x', '│'],
        ['yyyy', ''],
      ]),
    ).toEqual(['  x   │', 'yyyy']);
  });
});
