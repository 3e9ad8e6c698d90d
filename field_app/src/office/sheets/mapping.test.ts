import { describe, expect, it } from 'vitest';
import { doubled, examples, missing, width } from './mapping';

const column = (code: string, required: boolean) => ({
  code,
  zh: code,
  en: code,
  required,
  hint_zh: '',
  hint_en: '',
});

describe('a mapping', () => {
  it('names what is chosen twice, once', () => {
    expect(doubled(['a', 'b', 'a', null, 'a', '', ''])).toEqual(['a']);
    expect(doubled([null, null])).toEqual([]);
  });

  it('names what a new row needs and no column fills', () => {
    const columns = [column('a', true), column('b', false), column('c', true)];
    expect(missing(columns, ['b', 'c', null]).map((one) => one.code)).toEqual(['a']);
  });

  it('shows what stands in a column, without its header and without what is empty', () => {
    const head = [['A', 'B'], ['1'], ['', 'x'], ['2', 'y', 'z'], ['3'], ['4']];
    expect(examples(head, 0)).toEqual(['1', '2', '3']);
    expect(examples(head, 2)).toEqual(['z']);
    expect(width(head)).toBe(3);
    expect(width([])).toBe(0);
  });
});
