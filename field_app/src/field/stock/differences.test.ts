/** What is missing, extra or misplaced: the same answers as the server's, from the golden vectors. */
import { describe, expect, it } from 'vitest';
import cases from '../../../../tests/vectors/stock.json';
import { type Counted, countId, differences, type Standing } from './differences';

describe('stock-take', () => {
  it.each(cases.cases.map((one, at) => ({ ...one, at })))('case $at', ({ depot, assets, counts, found }) => {
    expect(differences(depot, assets as Standing[], counts as unknown as Counted[])).toEqual(found);
  });

  it.each(cases.ids)('the id of $found', ({ task, found, id }) => {
    expect(countId(task, found)).toBe(id);
  });
});
