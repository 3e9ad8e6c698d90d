/** Several assets under one signature: what is on the screen, what is signed, what the office changed, what still stops it. */
import { describe, expect, it } from 'vitest';
import type { Rule } from '$core/leaving';
import type { GateWord } from '$generated/types';
import { changeOf } from './changed';
import { canonical, type HandoverDocument } from './document';
import { current, joined, readJoined } from './group';
import { passable, stops } from './passing';
import { together, type Whereabouts } from './receipt';
import type { StepId } from './steps';

describe('the member on the screen', () => {
  const at = (step: StepId) => ({ step });

  it('is the one asked for while it is being captured, then what is open, then the first for all', () => {
    const first = at('staff');
    const second = at('photos');
    expect(current(second, [first, second])).toBe(second);
    expect(current(first, [first, second])).toBe(second);
    const third = at('customer');
    expect(current(third, [first, third])).toBe(first);
  });

  it('is the one asked for when it was given up, or is alone', () => {
    const gone = at('photos');
    const left = at('customer');
    expect(current(gone, [left])).toBe(left);
    expect(current(gone, [])).toBe(gone);
  });
});

describe('what is signed', () => {
  const doc = (id: string) => canonical({ format: 'handover-document-v1', language: 'zh', handover: { id } });
  const ids = (docs: HandoverDocument[]) => docs.map((one) => one.handover.id);

  it("is one asset's document as it stands", () => {
    expect(joined([doc('a')], 'zh')).toBe(doc('a'));
    expect(ids(readJoined(doc('a')))).toEqual(['a']);
  });

  it('is several as one, in their order, the same bytes every time', () => {
    const text = joined([doc('b'), doc('a')], 'zh');
    expect(text).toBe(joined([doc('b'), doc('a')], 'zh'));
    expect(ids(readJoined(text))).toEqual(['b', 'a']);
    expect(text).toContain(doc('b'));
    expect(() => readJoined('{"format":"handover-bundle-v1","documents":[{}]}')).toThrow();
  });
});

describe('what the office changed', () => {
  type Known = Parameters<typeof changeOf>[0];
  const handover = {
    asset_id: 'a',
    type: 'check_out',
    started_at: '2026-11-22T08:00:00Z',
  } as Known['handover'];
  const rental = (more: object = {}) =>
    ({ state: 'approved', assets: { a: {} }, ...more }) as unknown as Known['rental'];
  const task = (more: object) =>
    ({ state: 'open', assignee_id: 'me', changed: {}, ...more }) as unknown as Known['task'];
  const said = (more: Partial<Known>) =>
    changeOf({ handover, task: null, rental: rental(), person: 'me', ...more });

  it('is nothing while all is as it was', () => {
    expect(said({})).toBeNull();
    expect(said({ task: task({}) })).toBeNull();
    expect(said({ task: task({ assignee_id: null }) })).toBeNull();
    expect(
      said({ task: task({ assignee_id: 'you', changed: { at: '2026-11-22T07:00:00Z', from: 'him' } }) }),
    ).toBeNull();
  });

  it('names the rental before the task', () => {
    expect(said({ rental: rental({ state: 'cancelled' }) })?.what).toBe('rental');
    expect(said({ rental: rental({ assets: {} }) })?.what).toBe('removed');
    const back = { ...handover, type: 'check_in' } as Known['handover'];
    expect(said({ handover: back, rental: rental({ assets: {} }) })).toBeNull();
  });

  it('tells of a task cancelled, or given to somebody else', () => {
    const cancelled = task({ state: 'cancelled', changed: { reason: '客户改期' } });
    expect(said({ task: cancelled })).toMatchObject({ what: 'cancelled', reason: '客户改期' });
    const changed = { at: '2026-11-22T08:30:00Z', from: 'me', to: 'you' };
    expect(said({ task: task({ assignee_id: 'you', changed }) })).toMatchObject({
      what: 'reassigned',
      to: 'you',
    });
    expect(said({ task: task({ state: 'done', assignee_id: 'you', changed }) })).toBeNull();
  });
});

describe('a gate that says stop', () => {
  const word = {
    verdict: 'stop',
    reasons: [
      { rule: 'asset_locked', level: 'stop', params: {} },
      { rule: 'service_overdue', level: 'warn', params: {} },
      { rule: 'meter_low', level: 'stop', params: {} },
    ],
  } as GateWord;
  const rules = [
    { code: 'asset_locked', passable: false },
    { code: 'meter_low', passable: true },
  ] as Rule[];

  it('stops for what no reason was given for', () => {
    expect(stops(word, null)).toEqual(['asset_locked', 'meter_low']);
    expect(stops(word, { reason: 'x', rules: ['meter_low'] })).toEqual(['asset_locked']);
  });

  it('is passed only where every rule that stops it lets it', () => {
    expect(passable(['meter_low'], rules)).toBe(true);
    expect(passable(['meter_low', 'asset_locked'], rules)).toBe(false);
    expect(passable(['nobody_knows_it'], rules)).toBe(false);
  });
});

it('a receipt of several says uploaded only when all of it is', () => {
  const one = (state: Whereabouts['state']): Whereabouts => ({
    state,
    entries: 5,
    photos: 2,
    entriesLeft: 1,
    photosLeft: 0,
  });
  expect(together([one('sent'), one('sent')])).toMatchObject({ state: 'sent', entries: 10, photos: 4 });
  expect(together([one('local'), one('local')]).state).toBe('local');
  expect(together([one('sent'), one('local')])).toMatchObject({ state: 'sending', entriesLeft: 2 });
});
