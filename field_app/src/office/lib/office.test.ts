/** The office's pure parts: addresses, groups of the board, lateness, pairs and readings, incidents in figures. */
import { describe, expect, it } from 'vitest';
import type { HandoverSignature, RecordOf } from '$core/types';
import { RECORDS } from '../../generated/policies';
import { awaited, groupDue, groupHandovers, lateness, stillOut, unsentDevices } from './board';
import { tabWithWork } from './conflicts';
import { incidentFacts, invitationState, knownIncident, nextName, platformName, rangesText } from './devices';
import {
  filterHandovers,
  inkState,
  otherShots,
  pairs,
  pinnedDamages,
  readingLines,
  searchable,
} from './handovers';
import { may, worksInField } from './may';
import { href, parse } from './router';
import { sizeWord } from './words';

const ZONE = 'Asia/Shanghai';
const NOW = '2026-11-21T02:00:00Z'; // 10:00 on the 21st

type Handover = RecordOf<'handover'>;

function handover(id: string, over: Partial<Handover> = {}): Handover {
  return {
    id,
    type: 'check_in',
    from_depot_id: null,
    to_depot_id: null,
    receiver_id: null,
    asset_id: 'a1',
    rental_id: null,
    customer_id: null,
    depot_id: 'd1',
    task_id: null,
    baseline_id: null,
    state: 'complete',
    actor_id: 'p1',
    device_id: 'dev1',
    started_at: '2026-11-21T01:00:00Z',
    completed_at: '2026-11-21T01:10:00Z',
    zone: ZONE,
    acceptance: 'intact',
    photos: {},
    waived: {},
    readings: {},
    damages: {},
    accessories: {},
    signatures: {},
    flags: {},
    evidence: { declared: 0, received: 0, rejected: 0 },
    supplement_of: null,
    supplements: {},
    gate: {},
    proof: {},
    note: '',
    voices: {},
    ...over,
  };
}

function photo(slot: string, at: string, damage_id?: string): Handover['photos'][string] {
  const base = {
    slot,
    sha256: `${slot}${at}`,
    size: 1,
    type: 'image/jpeg' as const,
    how: 'still' as const,
    source: 'camera' as const,
    width: 4,
    height: 3,
    at,
    entry: 'e',
  };
  return damage_id === undefined ? base : { ...base, damage_id };
}

describe('addresses', () => {
  it('come back as they went out, and nonsense is the board', () => {
    const id = '0190a000-0000-7000-8000-000000000001';
    for (const route of [
      { page: 'board' } as const,
      { page: 'handovers', id: null } as const,
      { page: 'handovers', id } as const,
      { page: 'devices', tab: 'incidents', id: null } as const,
      { page: 'devices', tab: 'all', id } as const,
      { page: 'devices', tab: 'all', id, view: 'quarantine' } as const,
      { page: 'devices', tab: 'incidents', id, view: 'report' } as const,
    ]) {
      expect(parse(href(route))).toEqual(route);
    }
    expect(parse('')).toEqual({ page: 'board' });
    expect(parse('#/handovers/<script>')).toEqual({ page: 'handovers', id: null });
    expect(parse(`#/devices/all/${id}/nowhere`)).toEqual({ page: 'devices', tab: 'all', id });
    expect(parse('#/devices/none')).toEqual({ page: 'devices', tab: 'all', id: null });
  });
});

describe('the board', () => {
  it('puts each handover into one group, newest first', () => {
    const groups = groupHandovers(
      [
        handover('begun', { state: 'started', completed_at: null }),
        handover('early', { completed_at: '2026-11-20T16:30:00Z' }),
        handover('late', { completed_at: '2026-11-21T01:30:00Z' }),
        handover('yesterday', { completed_at: '2026-11-20T15:59:00Z' }),
        handover('incomplete', {
          completed_at: '2026-11-19T01:00:00Z',
          evidence: { declared: 6, received: 3, rejected: 1 },
        }),
        handover('given up', { state: 'abandoned' }),
      ],
      ZONE,
      NOW,
    );
    expect(groups.now.map((one) => one.id)).toEqual(['begun']);
    expect(groups.waiting.map((one) => one.id)).toEqual(['incomplete']);
    expect(groups.done.map((one) => one.id)).toEqual(['late', 'early']);
    expect(awaited(groups.waiting[0] as Handover)).toBe(2);
  });

  it('judges lateness by the moment and by the calendar of the zone', () => {
    const due = (due_at: string, state: 'out' | 'returned' = 'out') => lateness({ state, due_at }, ZONE, NOW);
    expect(due('2026-11-21T01:59:59Z')).toBe('overdue');
    expect(due('2026-11-21T15:59:00Z')).toBe('today');
    expect(due('2026-11-21T16:00:00Z')).toBe('soon');
    expect(due('2026-11-23T15:59:00Z')).toBe('soon');
    expect(due('2026-11-23T16:00:00Z')).toBeNull();
    expect(due('2026-11-01T00:00:00Z', 'returned')).toBeNull();
  });

  it('lists the longest overdue first and only what is still out', () => {
    const rental = (id: string, due_at: string): RecordOf<'rental'> =>
      ({
        ...(RECORDS.rental.defaults as Partial<RecordOf<'rental'>>),
        id,
        number: id,
        customer_id: 'c',
        depot_id: 'd1',
        assets: { a1: { state: 'out' }, a2: { state: 'returned' } },
        starts_at: '2026-11-01T00:00:00Z',
        due_at,
        zone: ZONE,
        state: 'out',
      }) as unknown as RecordOf<'rental'>;
    const groups = groupDue(
      [rental('b', '2026-11-20T00:00:00Z'), rental('a', '2026-11-18T00:00:00Z')],
      ZONE,
      NOW,
    );
    expect(groups.overdue.map((one) => one.id)).toEqual(['a', 'b']);
    expect(stillOut(groups.overdue[0] as RecordOf<'rental'>)).toEqual(['a1']);
  });

  it('names devices with unsent work, the longest silent first', () => {
    const device = (
      id: string,
      entries: number,
      seen: string | null,
      state: 'active' | 'revoked' = 'active',
    ) =>
      ({
        id,
        type: 'field',
        state,
        last_seen_at: seen,
        pending: { entries, blobs: 0, bytes: 0 },
      }) as RecordOf<'device'>;
    const found = unsentDevices([
      device('fresh', 1, '2026-11-21T01:00:00Z'),
      device('old', 2, '2026-11-19T01:00:00Z'),
      device('clean', 0, '2026-11-21T01:00:00Z'),
      device('gone', 5, null, 'revoked'),
    ]);
    expect(found.map((one) => one.id)).toEqual(['old', 'fresh']);
  });
});

describe('handovers', () => {
  const slots = ['front', 'left', 'dial'].map((id) => ({
    id,
    zh: id,
    en: id,
    required: id !== 'dial',
    hint_zh: '',
    hint_en: '',
    view: null,
  }));

  it('finds a plate however it is typed', () => {
    expect(searchable('浙A·D3K907')).toBe(searchable('浙ad3k 907'));
    const all = { text: 'd3k', type: 'all', when: 'any', depot: null } as const;
    const words = (one: Handover): string => (one.id === 'x' ? '浙A·D3K907 城配快运' : '浙A·D6F218');
    const rows = [handover('x'), handover('y')];
    expect(filterHandovers(rows, all, words, ZONE, NOW).map((one) => one.id)).toEqual(['x']);
    expect(filterHandovers(rows, { ...all, text: '', type: 'check_out' }, words, ZONE, NOW)).toEqual([]);
    expect(
      filterHandovers(
        [handover('z', { completed_at: '2026-11-14T15:00:00Z' })],
        { ...all, text: '', when: 'days7' },
        words,
        ZONE,
        NOW,
      ),
    ).toEqual([]);
  });

  it('pairs each slot with the baseline, the latest take leading', () => {
    const now = handover('n', {
      photos: {
        p1: photo('front', '2026-11-21T01:00:00Z'),
        p2: photo('front', '2026-11-21T01:05:00Z'),
        p3: photo('wide', '2026-11-21T01:06:00Z', 'dam'),
      },
      waived: { left: { reason: '墙边', at: NOW } },
    });
    const then = handover('t', { photos: { q1: photo('front', '2026-11-01T00:00:00Z') } });
    const found = pairs(now, then, slots);
    expect(found.map((pair) => [pair.slot, pair.before?.id, pair.after?.id, pair.waived])).toEqual([
      ['front', 'q1', 'p2', null],
      ['left', undefined, undefined, '墙边'],
    ]);
    expect(otherShots(now).map((shot) => shot.id)).toEqual(['p1']);
  });

  it('gives readings with their difference', () => {
    const now = handover('n', { readings: { odometer: { value: 18_412, at: NOW, entry: 'e' } } });
    const then = handover('t', { readings: { odometer: { value: 18_000, at: NOW, entry: 'e' } } });
    const meters = [
      { id: 'odometer', zh: '', en: '', unit: 'km', max: 9, min_out: null, slot: null, monotonic: true },
    ];
    expect(readingLines(now, then, meters)[0]).toMatchObject({ unit: 'km', difference: 412 });
    expect(readingLines(now, null, meters)[0]?.difference).toBeNull();
  });

  it('tells handwriting that was erased, is awaited or never was apart', () => {
    const late = handover('h', { evidence: { declared: 2, received: 1, rejected: 0 } });
    const now = handover('h', { evidence: { declared: 2, received: 2, rejected: 0 } });
    const drawn = { party: 'customer', image_sha256: 'aa' } as HandoverSignature;
    const bare = { party: 'customer' } as HandoverSignature;
    const blob = { size: 1, type: 'image/png', role: 'signature', code: null };
    const proof = (state: 'received' | 'awaited' | 'rejected' | 'erased') => ({
      blobs: [{ ...blob, sha256: 'aa', state }],
    });
    expect(inkState(now, drawn, true, proof('received'))).toBe('here');
    expect(inkState(now, drawn, true, proof('awaited'))).toBe('awaited');
    expect(inkState(now, drawn, true, proof('rejected'))).toBe('rejected');
    expect(inkState(now, drawn, true, proof('erased'))).toBe('erased');
    expect(inkState(now, drawn, false, null)).toBe('erased');
    expect(inkState(late, drawn, true, null)).toBe('awaited');
    expect(inkState(now, { ...drawn, party: 'staff' }, false, null)).toBe('here');
    expect(inkState(now, bare, false, null)).toBe('none');
  });

  it('says of a size whether it was measured or judged by eye', () => {
    expect(sizeWord({ size_mm: 52, size_range: null })).toBe('52 mm measured');
    expect(sizeWord({ size_mm: null, size_range: '5_to_10_cm' })).toBe('5–10 cm, by eye');
    expect(sizeWord({ size_mm: null, size_range: null })).toBeNull();
  });

  it('numbers known damages before new ones and leaves retracted and later ones out', () => {
    const damage = (id: string, over: Partial<RecordOf<'damage'>>): RecordOf<'damage'> => ({
      id,
      asset_id: 'a1',
      depot_id: 'd1',
      handover_id: 'other',
      diagram: null,
      view: 'left',
      part: 'door',
      x: 1,
      y: 1,
      type: 'dent',
      severity: 'minor_damage',
      size_mm: null,
      size_range: null,
      clustered_with: null,
      cluster: {},
      voices: {},
      photos: {},
      state: 'open',
      found_at: '2026-11-01T00:00:00Z',
      found_by: 'p',
      ...over,
    });
    const found = pinnedDamages(handover('n'), [
      damage('new', { handover_id: 'n', found_at: '2026-11-21T01:05:00Z' }),
      damage('old', {}),
      damage('mistake', { handover_id: 'n', state: 'retracted' }),
      damage('later', { found_at: '2026-11-25T00:00:00Z' }),
      damage('elsewhere', { asset_id: 'a2' }),
    ]);
    expect(found.map((one) => [one.damage.id, one.label, one.fresh])).toEqual([
      ['old', '1', false],
      ['new', '2', true],
    ]);
  });
});

describe('devices', () => {
  it('reads incidents, known or not', () => {
    expect(knownIncident('gap')).toBe('gap');
    expect(knownIncident('blob_rejected')).toBe('rejected_blob');
    expect(knownIncident('something new')).toBeNull();
    expect(
      incidentFacts({
        detail: {
          missing: [
            [3, 3],
            [5, 9],
          ],
          epoch: 0,
        },
      }).numbers,
    ).toBe('3, 5–9');
    expect(incidentFacts({ detail: { missing: 'nonsense' } })).toMatchObject({ numbers: '—', n: 0 });
    expect(rangesText(Array.from({ length: 12 }, (_, n) => [n, n] as const))).toMatch(/ …$/);
  });

  it('knows what became of an invitation', () => {
    const expires_at = '2026-11-21T02:30:00Z';
    expect(invitationState({ used_by: null, expires_at }, NOW)).toBe('waiting');
    expect(invitationState({ used_by: null, expires_at }, expires_at)).toBe('expired');
    expect(invitationState({ used_by: 'dev', expires_at }, '2027-01-01T00:00:00Z')).toBe('used');
  });

  it('suggests the next name and reads platforms', () => {
    expect(nextName([])).toBe('SM-01');
    expect(nextName(['SM-02', 'SM-09', 'Office'])).toBe('SM-10');
    expect(
      platformName('Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/141.0 Safari/537.36'),
    ).toBe('Chrome 141 · Android');
    expect(platformName('python client')).toBe('python client');
  });

  it('leads to the list in which something waits for a word', () => {
    expect(tabWithWork(0, 4)).toBe('waiting');
    expect(tabWithWork(2, 4)).toBe('open');
    expect(tabWithWork(0, 0)).toBe('open');
  });

  it('asks the permission table', () => {
    expect(may(['administrator'], 'person.erase')).toBe(true);
    expect(may(['manager'], 'person.erase')).toBe(false);
    expect(may(['finance', 'manager'], 'device.revoke')).toBe(true);
    expect(may(['technician'], 'read.proof')).toBe(false);
    expect(may(['administrator'], 'no.such')).toBe(false);
    expect(worksInField(['technician'])).toBe(true);
    expect(worksInField(['finance'])).toBe(false);
  });
});
