/** What a quick hand chooses while something is still being saved. */
import { describe, expect, it } from 'vitest';
import type { Core, RecordOf, WizardState } from '$core';
import { Session } from './session.svelte';

const HANDOVER = {
  id: 'h',
  asset_id: 'a',
  type: 'check_in',
  state: 'started',
  started_at: '2026-11-22T00:00:00.000Z',
  photos: {},
  waived: {},
  readings: {},
  signatures: {},
  accessories: {},
} as unknown as RecordOf<'handover'>;
const ASSET = { id: 'a', label: 'A', readings: {} } as unknown as RecordOf<'asset'>;
const PACK = { slots: [], meters: [], accessories: [] } as unknown as RecordOf<'pack'>;
const DRAFT = {
  damage: 'd',
  view: 'left',
  part: 'door',
  x: 1,
  y: 2,
  type: null,
  severity: null,
  sizeRange: null,
};

/** A core whose saves last until they are let through. */
function slowCore(): { core: Core; saved: WizardState[]; letGo: () => void } {
  const saved: WizardState[] = [];
  const waiting: (() => void)[] = [];
  const store = (value: unknown): object => ({
    get: () => value,
    subscribe: (tell: (value: unknown) => void) => {
      tell(value);
      return () => undefined;
    },
  });
  const core = {
    live: () => store([]),
    liveOne: () => store(null),
    saveWizard: (state: WizardState) =>
      new Promise<void>((done) => {
        waiting.push(() => {
          saved.push(structuredClone(state));
          done();
        });
      }),
  } as unknown as Core;
  return { core, saved, letGo: () => waiting.shift()?.() };
}

const settled = (): Promise<void> => new Promise((done) => setTimeout(done));

describe('a choice', () => {
  it('touched while another is being saved waits for it, and both stand', async () => {
    const { core, saved, letGo } = slowCore();
    const session = new Session(core, { pack: PACK, handover: HANDOVER, asset: ASSET, wizard: null });
    void session.go({ data: { draft: DRAFT } });
    void session.keep(({ draft }) => draft && { draft: { ...draft, type: 'scratch' } });
    const last = session.keep(({ draft }) => draft && { draft: { ...draft, severity: 'minor_damage' } });
    for (let at = 0; at < 3; at++) {
      letGo();
      await settled();
    }
    await last;
    expect(saved.map((state) => (state.data.draft as typeof DRAFT).type)).toEqual([
      null,
      'scratch',
      'scratch',
    ]);
    expect(session.data.draft).toMatchObject({ type: 'scratch', severity: 'minor_damage' });
  });

  it('that no longer applies changes nothing', async () => {
    const { core, saved, letGo } = slowCore();
    const session = new Session(core, { pack: PACK, handover: HANDOVER, asset: ASSET, wizard: null });
    void session.go({ data: { draft: null } });
    const last = session.keep(({ draft }) => draft && { draft: { ...draft, type: 'scratch' } });
    letGo();
    await last;
    expect(saved).toHaveLength(1);
    expect(session.busy).toBe(false);
  });
});
