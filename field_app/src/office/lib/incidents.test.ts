/** Incidents and released numbers in words: whoever did what stands in them, in both languages. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { RecordOf } from '$core/types';
import { locale } from '$i18n/office';
import { endsByItself, incidentEnd, incidentText, incidentTitle, inOrder } from './incidents';
import { releasedCount, releasedLines } from './released';

type Incident = RecordOf<'incident'>;

const NAMES = {
  deviceName: () => 'SM-02',
  person: new Map([['p1', { name: '叶总', name_en: 'Ye Chengzhi' }]]),
  zone: 'Asia/Shanghai',
};

function incident(
  type: string,
  detail: Record<string, unknown> = {},
  over: Partial<Incident> = {},
): Incident {
  return {
    id: type,
    depot_id: 'd1',
    device_id: 'dev1',
    type,
    detail,
    at: '2026-11-21T02:00:00Z',
    state: 'open',
    closed_by: null,
    closed_at: null,
    note: '',
    ...over,
  };
}

beforeEach(() => locale.set('zh'));

describe('an incident', () => {
  it('has words for every type the server opens', () => {
    const types = [
      'gap',
      'fork',
      'eviction',
      'damaged_entry',
      'declared_loss',
      'held_differs',
      'rejected_blob',
      'divergence',
      'gate_breach',
      'wiped',
      'imported',
      'clock',
      'quarantine',
      'device_lost',
    ];
    for (const type of types) expect(incidentTitle(incident(type))).not.toContain('设备异常：');
  });

  it('says to which side a clock is off, and by how much', () => {
    const off = (skew_ms: number): string => incidentText(incident('clock', { skew_ms }), NAMES);
    expect(off(3 * 3_600_000)).toContain('设备 SM-02 的时间快 3 小时');
    expect(off(-3 * 3_600_000)).toContain('设备 SM-02 的时间慢 3 小时');
    locale.set('en');
    expect(off(3 * 3_600_000)).toMatch(/SM-02 is 3 h.* fast\. /);
    expect(off(-3 * 3_600_000)).toContain('slow');
  });

  it('that is over says so: no clock is off now, nothing waits', () => {
    const ended = { state: 'closed', closed_at: '2026-11-21T02:30:00Z' } as const;
    const clock = (): string => incidentText(incident('clock', { skew_ms: -3 * 3_600_000 }, ended), NAMES);
    const quarantine = (): string => incidentText(incident('quarantine', { waiting: 0 }, ended), NAMES);
    expect(clock()).toContain('设备 SM-02 的时间曾慢 3 小时');
    expect(clock()).not.toContain('请在设备');
    expect(quarantine()).toContain('都已有决定');
    expect(quarantine()).not.toContain('0 条');
    locale.set('en');
    expect(clock()).toMatch(/clock of device SM-02 was 3 h.* slow\./);
    expect(clock()).not.toContain('Switch on');
    expect(quarantine()).toContain('has been decided on');
    expect(quarantine()).not.toContain('0 record');
  });

  it('names who imported, or the server', () => {
    const detail = { by: 'p1', seq: 9, epoch: 0, entries: 4 };
    expect(incidentText(incident('imported', detail), NAMES)).toContain(
      '叶总 从文件导入了设备 SM-02 的 4 条记录',
    );
    expect(incidentText(incident('imported', { ...detail, by: 'x' }), NAMES)).toContain('服务器管理员');
  });

  it('says what of an emptied device will never come', () => {
    const end = { epoch: 0, proven_seq: 7 };
    expect(incidentText(incident('wiped', end), NAMES)).toContain('已上传到第 7 条');
    const none = incidentText(incident('wiped', { epoch: 0, proven_seq: 0 }), NAMES);
    expect(none).toContain('没有写过记录');
    expect(none).not.toContain('第 0 条');
    const owing = incidentText(incident('wiped', { ...end, missing: [[8, 9]], files: 2 }), NAMES);
    expect(owing).toContain('再也不会送到：第 8–9 条 · 2 个文件');
    expect(incidentText(incident('wiped', { ...end, files: 1 }), NAMES)).toContain('再也不会送到：1 个文件');
  });

  it('says how it ended', () => {
    const closed_at = '2026-11-21T02:30:00Z';
    const closed = { state: 'closed', closed_by: 'p1', closed_at, note: '看过照片' } as const;
    expect(incidentEnd(incident('fork', {}, closed), NAMES)).toMatch(/^叶总 于 .*10:30.* 关闭：看过照片$/);
    expect(incidentEnd(incident('gap', {}, { state: 'closed', closed_at }), NAMES)).toMatch(
      /10:30.* 已自行解除/,
    );
    expect(incidentEnd(incident('gap', {}, { state: 'closed' }), NAMES)).toBe('已自行解除');
    locale.set('en');
    expect(incidentEnd(incident('fork', {}, closed), NAMES)).toMatch(
      /^Ye Chengzhi closed it on .*: 看过照片$/,
    );
  });

  it('is not closed by a note while it is a gap of the present epoch', () => {
    const gap = incident('gap', { missing: [[1, 2]], epoch: 1 });
    expect(endsByItself(gap, { epoch: 1 })).toBe(true);
    expect(endsByItself(gap, { epoch: 2 })).toBe(false);
    expect(endsByItself(incident('fork', { epoch: 1 }), { epoch: 1 })).toBe(false);
  });

  it('stands before those that ended, the newest first', () => {
    const all = [
      incident('a', {}, { state: 'closed', at: '2026-11-21T09:00:00Z' }),
      incident('b', {}, { at: '2026-11-21T01:00:00Z' }),
      incident('c', {}, { at: '2026-11-21T03:00:00Z' }),
    ];
    expect(inOrder(all).map((one) => one.id)).toEqual(['c', 'b', 'a']);
  });
});

describe('released numbers', () => {
  const gap: RecordOf<'released_gap'> = {
    id: 'g1',
    depot_id: 'd1',
    device_id: 'dev1',
    epoch: 0,
    gaps: [{ first: 3, last: 7, by: 'p1', at: '2026-11-21T02:00:00Z', reason: '平板摔坏', entry: 'e1' }],
  };

  it('are said with who, when and why, also when some have come since', () => {
    const proof = {
      device: 'dev1',
      released: [
        [4, 4],
        [6, 7],
      ] as [number, number][],
    };
    expect(releasedCount(proof)).toBe(3);
    const [one, more] = releasedLines(proof, [gap], NAMES);
    expect(one).toMatch(/^第 4 条由 叶总 于 .* 放行：平板摔坏$/);
    expect(more).toMatch(/^第 6 至 7 条由 叶总 /);
  });

  it('are said even when the record that explains them is not here', () => {
    const proof = { device: 'dev2', released: [[4, 5]] as [number, number][] };
    expect(releasedLines(proof, [gap], NAMES)).toEqual([
      expect.stringMatching(/^第 4–5 条不在这里，无法核验/),
    ]);
  });
});
