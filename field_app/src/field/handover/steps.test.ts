/** The check-in's state machine: order, resume, the required set equal to the server's, who may go where. */
import { describe, expect, it } from 'vitest';
import type { RecordOf, WizardState } from '$core';
import { isLocked, lockedHandover } from './locked';
import { maySign, onBehalf } from './signers';
import * as s from './steps';

type Authority = RecordOf<'signer_authority'>;

const pack = {
  slots: [
    { id: 'front', required: true },
    { id: 'left', required: true },
    { id: 'cargo', required: false },
  ],
  meters: [{ id: 'odometer' }, { id: 'energy' }],
} as unknown as Parameters<typeof s.missing>[0];

const shot = (slot: string, at = '2026-11-21T01:00:00Z', more: object = {}) => ({
  slot,
  at,
  entry: `e-${slot}`,
  ...more,
});
const reading = { value: 1, at: '', entry: 'e-r' };
const signature = (party: string) => ({ party, entry: `e-${party}` });

function captured(of: {
  photos?: Record<string, object>;
  waived?: Record<string, object>;
  readings?: Record<string, object>;
  signatures?: Record<string, object>;
}): s.Captured {
  return { photos: {}, waived: {}, readings: {}, signatures: {}, ...of } as unknown as s.Captured;
}

const whole = captured({
  photos: { a: shot('front'), b: shot('left') },
  readings: { odometer: reading, energy: reading },
});

function state(step: string, data: Partial<s.HandoverData> = {}): WizardState {
  return { handover: 'h', flow: 'check_in', step, data: { ...s.emptyData(), ...data }, startedAt: '' };
}

const confirmed: Partial<s.HandoverData> = {
  acceptance: 'intact',
  firstAt: '2026-11-21T01:00:00Z',
  secondAt: '2026-11-21T01:00:05Z',
  customer: { phase: 'read', lang: 'zh', documents: { zh: '{}', en: '{}' }, answers: {}, decision: null },
};

describe('the required set', () => {
  it('names what the server names, in its order', () => {
    expect(s.missing(pack, captured({}))).toEqual([
      'slot:front',
      'slot:left',
      'meter:odometer',
      'meter:energy',
      'signature:customer',
      'signature:staff',
    ]);
  });

  it('takes a waived slot for done and asks for no optional one', () => {
    const one = captured({
      photos: { a: shot('front') },
      waived: { left: { reason: 'x', at: '' } },
      readings: { odometer: reading, energy: reading },
      signatures: { c: signature('customer') },
    });
    expect(s.missing(pack, one)).toEqual(['signature:staff']);
  });

  it('leads to the step that supplies it', () => {
    expect(s.stepFor(['slot:left', 'meter:energy'])).toBe('meters');
    expect(s.stepFor(['slot:left', 'signature:staff'])).toBe('photos');
    expect(s.stepFor(['signature:staff'])).toBeNull();
  });
});

describe('the shot list', () => {
  it('goes on in its order, then back to what was left out', () => {
    expect(s.nextSlot(pack.slots, new Set(), null)).toBe('front');
    expect(s.nextSlot(pack.slots, new Set(['front']), 'front')).toBe('left');
    expect(s.nextSlot(pack.slots, new Set(['left', 'cargo']), 'cargo')).toBe('front');
    expect(s.nextSlot(pack.slots, new Set(['front', 'left', 'cargo']), 'cargo')).toBeNull();
  });

  it('shows the newest photo of a slot and never a damage photo', () => {
    const { photos } = captured({
      photos: {
        a: shot('front', '2026-11-21T01:00:00Z'),
        b: shot('front', '2026-11-21T02:00:00Z'),
        c: shot('front', '2026-11-21T03:00:00Z', { damage_id: 'd' }),
      },
    });
    expect(s.photoOf({ photos }, 'front')?.[0]).toBe('b');
    expect(s.doneSlots({ photos, waived: { cargo: { reason: '', at: '' } } })).toEqual(
      new Set(['front', 'cargo']),
    );
  });

  it('reads one meter after the other', () => {
    expect(s.nextMeter(pack.meters, 'odometer')).toBe('energy');
    expect(s.nextMeter(pack.meters, 'energy')).toBeNull();
  });
});

describe('going on after a break', () => {
  it('returns to the same step and the same shot', () => {
    expect(s.resume(state('photos', { slot: 'left' }), pack, captured({}))).toBe('photos');
    expect(s.readData(state('photos', { slot: 'left' }).data).slot).toBe('left');
    expect(s.resume(state('damages'), pack, whole)).toBe('damages');
    expect(s.resume(state('customer', confirmed), pack, whole)).toBe('customer');
  });

  it('never goes further than the records allow', () => {
    expect(
      s.resume(state('review'), pack, captured({ readings: { odometer: reading, energy: reading } })),
    ).toBe('photos');
    expect(s.resume(state('staff', confirmed), pack, captured({}))).toBe('meters');
    expect(s.resume(state('customer'), pack, whole)).toBe('review');
    expect(s.resume(state('staff', confirmed), pack, whole)).toBe('customer');
    const signed = captured({ ...whole, signatures: { c: signature('customer') } });
    expect(s.resume(state('staff', confirmed), pack, signed)).toBe('staff');
  });

  it('survives a state of another shape', () => {
    const broken = {
      ...state('nonsense'),
      data: { entries: 7, customer: 'x', draft: { x: 1 }, acceptance: 'fine' },
    };
    expect(s.stepOf(broken)).toBe('meters');
    expect(s.readData(broken.data)).toEqual(s.emptyData());
  });

  it('reads back exactly what was written', () => {
    const data: s.HandoverData = {
      ...s.emptyData(),
      entries: ['e1'],
      slot: 'front',
      draft: {
        damage: 'd',
        view: 'left',
        part: 'door',
        x: 1,
        y: 2,
        type: 'dent',
        severity: 'minor_damage',
        sizeRange: '5_to_10_cm',
      },
      acceptance: 'minor_damage',
      firstAt: 'a',
      secondAt: 'b',
      customer: {
        phase: 'sign',
        lang: 'en',
        documents: { zh: 'z', en: 'e' },
        answers: { d: 'object' },
        decision: 'reservation',
      },
    };
    expect(s.readData(JSON.parse(JSON.stringify(data)))).toEqual(data);
  });
});

describe('walking', () => {
  it('goes forward to the staff and back only before the confirmation', () => {
    expect(s.after('meters')).toBe('photos');
    expect(s.after('staff')).toBe('staff');
    expect(s.before('meters')).toBeNull();
    expect(s.before('review')).toBe('accessories');
    expect(s.before('customer')).toBeNull();
    expect(s.before('staff')).toBeNull();
  });

  it('suggests the worst of the new damages', () => {
    expect(s.suggested([])).toBe('intact');
    expect(s.suggested([{ severity: 'minor_damage' }])).toBe('minor_damage');
    expect(s.suggested([{ severity: 'minor_damage' }, { severity: 'severe_damage' }])).toBe('severe_damage');
  });
});

describe('the customer', () => {
  it('cannot agree to all while objecting to one', () => {
    expect(s.decisions(['d'], {})).toEqual(['agree', 'reservation', 'refused']);
    expect(s.decisions(['d'], { d: 'object' })).toEqual(['reservation', 'refused']);
    expect(s.allAnswered(['d', 'e'], { d: 'agree' })).toBe(false);
    expect(s.allAnswered([], {})).toBe(true);
  });

  it('keeps the screen locked from being given away to the thanks', () => {
    const customer = confirmed.customer as s.CustomerData;
    expect(isLocked(state('customer', { customer: { ...customer, phase: 'pass' } }))).toBe(false);
    for (const phase of ['given', 'read', 'sign', 'thanks'] as const) {
      const locked = state('customer', { customer: { ...customer, phase } });
      expect(s.readData(locked.data).customer.phase).toBe(phase);
      expect(isLocked(locked)).toBe(true);
      expect(lockedHandover([state('photos'), locked])).toBe('h');
    }
    expect(lockedHandover([state('staff', confirmed)])).toBeNull();
  });
});

it('reads a state stored when the language had a screen of its own as the text it stands on now', () => {
  const former = state('customer', confirmed);
  (former.data.customer as { phase: string }).phase = 'language';
  expect(isLocked(former)).toBe(true);
  expect(s.readData(former.data).customer.phase).toBe('read');
  expect(s.resume(former, pack, whole)).toBe('customer');
});

describe('the two confirmations of a return', () => {
  it('are void with anything recorded since, and stay with a page turned', () => {
    const first = s.firstConfirmation('intact', '2026-11-21T01:00:00Z');
    expect(first).toEqual({ acceptance: 'intact', firstAt: '2026-11-21T01:00:00Z', secondAt: null });
    const void_ = { acceptance: null, firstAt: null, secondAt: null };
    expect(s.withRecord('damages', { shooting: 'd' })).toEqual({ ...void_, shooting: 'd' });
    expect(s.withRecord('meters')).toEqual(void_);
    expect(s.withRecord('review', { slot: 'x' })).toEqual({ slot: 'x' });
    expect(s.withRecord('customer')).toEqual({});
  });
});

it('asks for one number and one percentage on one screen, for anything else one after the other', () => {
  const km = { id: 'odometer', unit: 'km', max: 2_000_000 };
  const charge = { id: 'battery', unit: '%', max: 100 };
  expect(s.pairOf([km, charge])).toEqual({ number: km, level: charge });
  expect(s.pairOf([charge, km])).toEqual({ number: km, level: charge });
  for (const other of [[km], [charge], [km, km], [km, charge, charge], []])
    expect(s.pairOf(other)).toBeNull();
});

describe('who may sign', () => {
  const now = '2026-11-21T01:00:00.000Z';
  const one = (id: string, more: object = {}) =>
    ({
      id,
      state: 'active',
      may: ['check_in'],
      until: null,
      shown_as: '王**',
      role: 'driver',
      ...more,
    }) as Authority;

  it('are those in force for this kind of handover, who have a name still', () => {
    const all = [
      one('c'),
      one('a', { until: '2026-11-22T00:00:00.000Z' }),
      one('over', { until: '2026-11-20T00:00:00.000Z' }),
      one('ended', { state: 'ended' }),
      one('out', { may: ['check_out'] }),
      one('erased', { shown_as: '' }),
    ];
    expect(maySign(all, 'check_in', now).map((each) => each.id)).toEqual(['a', 'c']);
  });

  it('sign for themselves only where the customer is that person', () => {
    expect(onBehalf('owner', { type: 'person' })).toBe('self');
    expect(onBehalf('owner', { type: 'company' })).toBe('entrusted');
    expect(onBehalf('driver', { type: 'person' })).toBe('entrusted');
    expect(onBehalf('owner', null)).toBe('entrusted');
  });
});

it('collects every entry once, also those the state had no time to keep', () => {
  const one = captured({ photos: { a: shot('front') }, signatures: { c: signature('customer') } });
  expect(s.entriesOf(['start', 'e-front'], ['e-front', 'late'], one)).toEqual([
    'start',
    'e-front',
    'late',
    'e-customer',
  ]);
});
