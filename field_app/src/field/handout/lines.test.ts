/** What of a rental may go out now: the phone's own work counts at once; a kit's members go along. */
import { expect, test } from 'vitest';
import type { RecordOf, WizardState } from '$core/types';
import { chosenFirst, linesOf } from './lines';

type Known = Parameters<typeof linesOf>[0];

const asset = (id: string, more: object = {}) =>
  ({
    id,
    label: id.toUpperCase(),
    state: 'available',
    rental_id: null,
    kit_members: {},
    ...more,
  }) as unknown as RecordOf<'asset'>;
const started = (id: string, of: string) =>
  ({ id, asset_id: of, state: 'started', type: 'check_out' }) as RecordOf<'handover'>;
const rental = (states: Record<string, string>): Known['rental'] => ({
  id: 'r',
  assets: Object.fromEntries(Object.entries(states).map(([id, state]) => [id, { state }])),
});

test('each line stands as the phone knows it now', () => {
  const lines = linesOf({
    rental: rental({
      a: 'reserved',
      b: 'reserved',
      c: 'out',
      d: 'returned',
      e: 'reserved',
      f: 'reserved',
      g: 'reserved',
      h: 'contested',
    }),
    assets: ['a', 'c', 'd', 'e', 'f', 'h']
      .map((id) => asset(id))
      .concat(asset('b', { state: 'out', rental_id: 'r' })),
    handovers: [started('mine', 'e'), started('theirs', 'f')],
    wizards: [{ handover: 'mine' } as WizardState],
  });
  expect(Object.fromEntries(lines.map((line) => [line.id, line.state]))).toEqual({
    a: 'ready',
    b: 'out',
    c: 'out',
    d: 'returned',
    e: 'begun',
    f: 'ready',
    g: 'unknown',
    h: 'contested',
  });
  expect(lines[0]?.id).toBe('a');
  expect(lines.filter((line) => line.elsewhere).map((line) => line.id)).toEqual(['f']);
  expect(lines.find((line) => line.id === 'e')?.handover).toBe('mine');
});

test('out with somebody else is not out on this rental', () => {
  const [line] = linesOf({
    rental: rental({ a: 'reserved' }),
    assets: [asset('a', { state: 'out', rental_id: 'other' })],
    handovers: [],
    wizards: [],
  });
  expect(line?.state).toBe('ready');
});

test('begins with what was asked for and its kit, else with all that may go', () => {
  const lines = linesOf({
    rental: rental({ body: 'reserved', lens: 'reserved', tripod: 'reserved', gone: 'out' }),
    assets: [
      asset('body', { kit_members: { lens: {}, gone: {} } }),
      asset('lens'),
      asset('tripod'),
      asset('gone'),
    ],
    handovers: [],
    wizards: [],
  });
  expect(chosenFirst(lines, 'body')).toEqual(['body', 'lens']);
  expect(chosenFirst(lines, 'tripod')).toEqual(['tripod']);
  expect(chosenFirst(lines, 'gone')).toEqual(['body', 'lens', 'tripod']);
});
