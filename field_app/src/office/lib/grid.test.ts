import { describe, expect, it } from 'vitest';
import type { CustomField } from '$generated/types';
import { editOf } from '../assets/edit';
import { choicesFrom, choicesText, codeOf, customFits, customInput, customValue } from './customfields';
import { dayOf, endOfDay } from './days';
import { type GridColumn, joined, Ordered, SearchIndex, windowOf } from './grid';

interface Row {
  id: string;
  name: string;
  km: number;
}

const columns: GridColumn<Row>[] = [
  { id: 'name', title: 'n', value: (row) => row.name },
  { id: 'km', title: 'k', value: (row) => row.km, text: (row) => `${row.km} km` },
];
const row = (id: string, name: string, km: number): Row => ({ id, name, km });

describe('search', () => {
  const rows = [row('1', '浙Ａ·D3K907', 12), row('2', 'Sony FX3', 7)];

  it('finds every word in any column, whatever its case and width', () => {
    const index = new SearchIndex(columns);
    expect(index.search(rows, '浙a d3k')).toEqual([rows[0]]);
    expect(index.search(rows, '7 KM sony')).toEqual([rows[1]]);
    expect(index.search(rows, 'fx3 12')).toEqual([]);
    expect(index.search(rows, '  ')).toBe(rows);
  });

  it('reads a record again only when it is another object', () => {
    let read = 0;
    const counted = [{ ...(columns[0] as GridColumn<Row>), value: (one: Row) => `${one.name}${++read}` }];
    const index = new SearchIndex(counted);
    index.search(rows, 'x');
    index.search([...rows], 'y');
    expect(read).toBe(2);
    index.search([row('1', 'new', 1), rows[1] as Row], 'y');
    expect(read).toBe(3);
    index.anew();
    expect(index.ahead([row('4', 'y', 1), row('5', 'z', 1)], 1)).toBe(true);
  });

  it('does not keep who types waiting: of unread rows it looks at some, says how many it passed, and finds them when read', () => {
    const many = Array.from({ length: 10 }, (_, at) => row(`${at}`, `n${at}`, 1));
    const index = new SearchIndex(columns);
    expect(index.search(many, 'n', 4)).toHaveLength(4);
    expect(index.passed).toBe(6);
    while (index.ahead(many, 3));
    expect(index.search(many, 'n', 4)).toHaveLength(10);
    expect(index.passed).toBe(0);
  });
});

describe('order', () => {
  it('is kept while rows change, come and go, and equals a sort from nothing', () => {
    const kept = new Ordered(columns[1] as GridColumn<Row>, false, 'zh');
    let rows = [row('1', 'a', 5), row('2', 'b', 3), row('3', 'c', 9)];
    for (const next of [rows, [...rows, row('4', 'd', 4)], rows.slice(1), rows.with(0, row('1', 'a', 10))]) {
      rows = next;
      const again = new Ordered(columns[1] as GridColumn<Row>, false, 'zh').of(rows);
      expect(kept.of(rows).map((one) => one.km)).toEqual(again.map((one) => one.km));
    }
  });

  it('orders words by the language and figures by size, however they are written', () => {
    const names = ['浙A·B0010', '沪A·D9', '浙A·B9', 'b 2', 'B 10', '', '浙A', '浙A·B00011', '9'];
    const rows = names.map((name, at) => row(`${at}`, name, at));
    const expected = ['', '9', '沪A·D9', '浙A', '浙A·B9', '浙A·B0010', '浙A·B00011', 'b 2', 'B 10'];
    const column = columns[0] as GridColumn<Row>;
    expect(new Ordered(column, false, 'zh').of(rows).map((one) => one.name)).toEqual(expected);
    expect(new Ordered(column, true, 'zh').of(rows).map((one) => one.name)).toEqual(expected.toReversed());
  });

  it('counts figures inside text', () => {
    const rows = [row('1', 'B-14', 0), row('2', 'B-2', 0)];
    expect(new Ordered(columns[0] as GridColumn<Row>, false, 'en').of(rows).map((one) => one.name)).toEqual([
      'B-2',
      'B-14',
    ]);
  });
});

it('keeps only what is in sight in the document', () => {
  expect(windowOf(0, 440, 44, 50_000)).toEqual({ first: 0, count: 22 });
  expect(windowOf(44 * 49_995, 440, 44, 50_000).count).toBeLessThan(30);
  expect(windowOf(0, 440, 44, 3)).toEqual({ first: 0, count: 3 });
});

it('says a day as the end of that day where the organisation is', () => {
  expect(endOfDay('2027-01-31', 'Asia/Shanghai')).toBe('2027-01-31T15:59:59.000Z');
  expect(endOfDay('2027-07-01', 'Europe/Berlin')).toBe('2027-07-01T21:59:59.000Z');
  expect(dayOf(endOfDay('2027-01-31', 'Asia/Shanghai'), 'Asia/Shanghai')).toBe('2027-01-31');
  expect(dayOf(null, 'Asia/Shanghai')).toBe('');
});

describe('fields of one’s own', () => {
  const field = (type: CustomField['type']): CustomField => ({
    id: 'x',
    belongs_to: 'asset',
    code: 'own',
    zh: '车主',
    en: 'Owner',
    type,
    choices: [],
    order: 0,
    active: true,
    in_field: false,
  });

  it('turn text into a value of their type, and nothing into none', () => {
    expect(customValue(field('number'), '12.5')).toBe(12.5);
    expect(customValue(field('yes_no'), 'no')).toBe(false);
    expect(customValue(field('text'), '')).toBeNull();
    expect(customInput(field('yes_no'), { custom: { own: true } })).toBe('yes');
    expect(customFits(field('number'), '1e5')).toBe(false);
    expect(codeOf('Own er!', '0000-abcdef')).toBe('own_er_abcdef');
  });

  it('keep a choice’s id while its words stay', () => {
    const first = choicesFrom('红 / Red\n蓝', []);
    expect(first.map((one) => one.id)).toEqual(['c1', 'c2']);
    expect(choicesText(first)).toBe('红 / Red\n蓝');
    expect(choicesFrom('蓝 / Blue\n绿', first).map((one) => one.id)).toEqual(['c2', 'c3']);
  });
});

it('writes one field of an asset, or empties it', () => {
  const own = { code: 'own', type: 'number' } as CustomField;
  const edit = (column: string, text: string) => editOf('a', column, text, 'Asia/Shanghai', [own]);
  expect(edit('model', '')).toEqual({ asset_id: 'a', model: '' });
  expect(edit('battery_health_pct', '77')).toEqual({ asset_id: 'a', battery_health_pct: 77 });
  expect(edit('battery_health_pct', '')).toEqual({ asset_id: 'a', empty: 'battery_health_pct' });
  expect(edit('service_due_at', '2027-01-31')).toEqual({
    asset_id: 'a',
    service_due_at: '2027-01-31T15:59:59.000Z',
  });
  expect(edit('custom.own', '3')).toEqual({ asset_id: 'a', custom: { own: 3 } });
});

describe('rows put together from several records', () => {
  it('stay the same object while their parts do', () => {
    const join = joined((one: Row, n: number) => ({ one, n }));
    const [a, b] = [row('1', 'a', 1), row('2', 'b', 2)];
    const first = join('1', a, 0);
    expect(join('1', a, 0)).toBe(first);
    expect(join('2', b, 0)).toEqual({ one: b, n: 0 });
    expect(join('1', a, 1)).toEqual({ one: a, n: 1 });
    expect(join('1', { ...a }, 1)).not.toBe(first);
  });
});
