/** What is asked of the trail follows the company's days, also where the clocks change. */
import { describe, expect, it } from 'vitest';
import { asked, startOf } from './filter';

const NOTHING = { actor: '', device: '', action: '', show: 'all', since: '', until: '' };

describe('a filter', () => {
  it('leaves out what is not chosen', () => {
    expect(asked(NOTHING, null, 'Asia/Shanghai')).toEqual({});
  });

  it('names what is chosen as the route does, whole days in the zone of the company', () => {
    const wanted = { ...NOTHING, actor: 'a', show: 'reads', since: '2026-11-22', until: '2026-11-22' };
    expect(asked(wanted, { kind: 'asset', id: 'x' }, 'Asia/Shanghai')).toEqual({
      actor: 'a',
      show: 'reads',
      kind: 'asset',
      record: 'x',
      since: '2026-11-21T16:00:00.000Z',
      until: '2026-11-22T16:00:00.000Z',
    });
  });

  it('knows the days on which clocks change', () => {
    expect(startOf('2026-03-29', 0, 'Europe/Berlin')).toBe('2026-03-28T23:00:00.000Z');
    expect(startOf('2026-03-29', 1, 'Europe/Berlin')).toBe('2026-03-29T22:00:00.000Z');
    expect(startOf('', 0, 'Europe/Berlin')).toBeNull();
  });
});
