/** Whose to-dos stand where, in which order, and what they say. */
import { afterEach, expect, it } from 'vitest';
import { locale } from '$i18n/office';
import { deadlineIn, isOverdue, onTab, sentenceOf, subjectHref, type Todo, waitsForMe } from './todos';

const NOW = '2027-01-20T00:00:00.000Z';
const ME = { person: 'me', roles: ['manager'] };

function todo(id: string, more: Partial<Todo> = {}): Todo {
  return {
    id,
    depot_id: 'd',
    code: 'free',
    params: { text: id },
    subject: null,
    owner_id: null,
    owner_role: null,
    deadline: '2027-01-21T00:00:00.000Z',
    zone: 'Asia/Shanghai',
    state: 'open',
    handed: [],
    rule: null,
    occasion: '',
    opened_by: 'me',
    opened_at: NOW,
    closed_by: null,
    closed_at: null,
    cause_gone: false,
    kept_open: false,
    reason: '',
    ...more,
  };
}

afterEach(() => {
  locale.set('zh');
});

it('shows each on the tabs of whose it is, the most urgent first', () => {
  const mine = todo('mine', { owner_id: 'me' });
  const early = todo('early', { owner_id: 'me', deadline: '2027-01-20T12:00:00.000Z' });
  const role = todo('role', { owner_role: 'manager' });
  const taken = todo('taken', { owner_role: 'manager', owner_id: 'other' });
  const done = todo('done', { owner_id: 'me', state: 'done', closed_at: NOW });
  const all = [mine, early, role, taken, done];
  expect(onTab(all, 'mine', ME)).toEqual([early, mine]);
  expect(onTab(all, 'roles', ME)).toEqual([role, taken]);
  expect(onTab(all, 'all', ME)).toHaveLength(4);
  expect(onTab(all, 'closed', ME)).toEqual([done]);
  expect(all.filter((one) => waitsForMe(one, ME))).toEqual([mine, early, role]);
});

it('knows what is late', () => {
  expect(isOverdue(todo('a'), NOW)).toBe(false);
  expect(isOverdue(todo('a', { deadline: '2027-01-19T23:59:59.000Z' }), NOW)).toBe(true);
  expect(isOverdue(todo('a', { deadline: '2027-01-01T00:00:00.000Z', state: 'done' }), NOW)).toBe(false);
});

it('says it in both languages, with the instant in the zone', () => {
  const due = todo('a', {
    code: 'return_due',
    params: { number: 'R-1', due_at: '2027-01-20T02:00:00.000Z' },
  });
  expect(sentenceOf(due)).toContain('R-1');
  expect(sentenceOf(due)).toContain('10:00');
  locale.set('en');
  expect(sentenceOf(due)).toMatch(/^Rental R-1 is due back on .*10:00/);
  expect(sentenceOf(todo('words of a person'))).toBe('words of a person');
});

it('leads to what it is about, where a page shows it', () => {
  expect(subjectHref({ kind: 'handover', id: 'x' })).toBe('#/handovers/x');
  expect(subjectHref({ kind: 'device', id: 'x' })).toBe('#/devices/all/x');
  expect(subjectHref(null)).toBeNull();
});

it('reckons a deadline in whole minutes', () => {
  expect(deadlineIn(24, '2027-01-20T00:00:30.000Z')).toBe('2027-01-21T00:01:00.000Z');
});
