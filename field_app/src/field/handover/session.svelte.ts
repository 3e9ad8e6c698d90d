/**
 * One open handover as the screens see it: its records live, its wizard state, and the one way to write.
 *
 * Neighbours: Wizard.svelte makes and disposes it; `steps.ts` decides; the core stores. Invariants: `write` moves the wizard on only
 * with the entries, in their transaction; the screen changes after it resolved; one write at a time.
 */
import type { Core, NewEntry, Problem, Readable, RecordOf, WizardState } from '$core';
import { CoreError, problem } from '$core';
import { kitOf, mayLeave, rulesInForce } from '$core/leaving';
import type { GateWord, HandoverType } from '$generated/types';
import { fmt } from '$i18n/fmt';
import { locale } from '$i18n/locale.svelte';
import type { Lang } from '$i18n/translate';
import { fetchDrawing } from '$ui/diagrams/drawings.svelte';
import { withFormer } from './former';
import { keptReceipt } from './lastreceipt';
import { distance } from './overage';
import { maySign } from './signers';
import { entriesOf, firstState, type HandoverData, readData, resume, type StepId, withRecord } from './steps';

type Pack = RecordOf<'pack'>;

/** What a handover cannot be shown without. */
export interface Ground {
  handover: RecordOf<'handover'>;
  asset: RecordOf<'asset'>;
  pack: Pack;
  wizard: WizardState | null;
}

/** A change of the wizard's state: where to, and what of its data changes. */
export interface Move {
  step?: StepId;
  data?: Partial<HandoverData>;
}

/** What is to be recorded of one handover, and where its wizard goes with it. */
export interface Part {
  session: Session;
  items: NewEntry[];
  move: Move | null;
}

/** Loads what a handover stands on; null when this device does not know the handover, its asset or its pack. */
export async function loadGround(core: Core, handoverId: string): Promise<Ground | null> {
  const kept = keptReceipt(() => sessionStorage, core.status.get().device?.device ?? '', handoverId);
  const handover = (await core.get('handover', handoverId)) ?? kept?.handover ?? null;
  if (handover === null) return null;
  const [known, wizard] = await Promise.all([core.get('asset', handover.asset_id), core.wizard(handoverId)]);
  const asset = known ?? kept?.asset ?? null;
  if (asset === null) return null;
  const packs = await first(core.live('pack', (pack) => pack.code === asset.pack));
  const pack = packs[0];
  if (pack === undefined) return null;
  // The names of parts stand in what is signed: every drawing they come from is here before the first screen is.
  await Promise.all([pack.diagram, ...(await diagramsOf(core, asset.id))].map(fetchDrawing));
  return { handover, asset, pack: withFormer(pack, handover), wizard };
}

/** The drawings an asset's damages were pinned on. */
async function diagramsOf(core: Core, asset: string): Promise<string[]> {
  const damages = await core.live('damage', (damage) => damage.asset_id === asset).get();
  return [...new Set(damages.flatMap((damage) => damage.diagram ?? []))];
}

const FIRST_MS_MAX = 3_000;

/** The first list a live query yields that is not empty, or what it has after a while. */
function first<T>(from: Readable<T[]>): Promise<T[]> {
  return new Promise((resolve) => {
    let stop: (() => void) | null = null;
    let over = false;
    const finish = (value: T[]): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      stop?.();
      resolve(value);
    };
    const timer = setTimeout(() => finish(from.get()), FIRST_MS_MAX);
    stop = from.subscribe((value) => value.length > 0 && finish(value));
    if (over) stop();
  });
}

export class Session {
  readonly core: Core;
  readonly id: string;
  readonly flow: HandoverType;
  readonly pack: Pack;
  handover: RecordOf<'handover'> = $state.raw() as RecordOf<'handover'>;
  asset: RecordOf<'asset'> = $state.raw() as RecordOf<'asset'>;
  baseline: RecordOf<'handover'> | null = $state.raw(null);
  rental: RecordOf<'rental'> | null = $state.raw(null);
  customer: RecordOf<'customer'> | null = $state.raw(null);
  texts: RecordOf<'contract_text'>[] = $state.raw([]);
  /** The task it is done for, as the office has it now. */
  task: RecordOf<'task'> | null = $state.raw(null);
  /** What the gate reads beside asset, rental and customer; of a check-out only. */
  #rules: RecordOf<'gate_rule'>[] = $state.raw([]);
  #related: RecordOf<'asset'>[] = $state.raw([]);
  /** Who may sign for the customer, as the office has recorded it; names are masked. */
  #authorities: RecordOf<'signer_authority'>[] = $state.raw([]);
  /** All that one signature closes, this one among them; empty: this one alone. */
  mates: readonly Session[] = $state.raw([]);
  /** Open damages of the asset, found before and in this handover. */
  open: RecordOf<'damage'>[] = $state.raw([]);
  step: StepId = $state('meters');
  data: HandoverData = $state.raw(readData({}));
  busy = $state(false);
  problem: Problem | null = $state.raw(null);
  /** Readings as they stood when this handover began: the asset's own change when it is complete. */
  readonly #before: Record<string, number>;
  readonly #startedAt: string;
  readonly #stops: (() => void)[] = [];
  /** The choices that wait for one another. */
  #choices: Promise<unknown> = Promise.resolve();
  /** Told when what is being saved has been. */
  #waiting: (() => void)[] = [];

  constructor(core: Core, ground: Ground) {
    const { handover, asset, pack, wizard } = ground;
    this.core = core;
    this.id = handover.id;
    this.flow = handover.type;
    this.pack = pack;
    this.handover = handover;
    this.asset = asset;
    const state = wizard ?? firstState(handover.id, handover.started_at, handover.type);
    this.step = resume(state, pack, handover);
    this.data = readData(state.data);
    this.#startedAt = state.startedAt;
    this.#before = Object.fromEntries(Object.entries(asset.readings).map(([meter, at]) => [meter, at.value]));
    this.#follow(core.liveOne('handover', handover.id), (found) => {
      if (found !== null) this.handover = found;
    });
    this.#follow(core.liveOne('asset', asset.id), (found) => {
      if (found !== null) this.asset = found;
    });
    if (handover.baseline_id) {
      this.#follow(core.liveOne('handover', handover.baseline_id), (found) => {
        this.baseline = found;
      });
    }
    if (handover.rental_id) {
      this.#follow(core.liveOne('rental', handover.rental_id), (found) => {
        this.rental = found;
      });
    }
    if (handover.task_id) {
      this.#follow(core.liveOne('task', handover.task_id), (found) => {
        this.task = found;
      });
    }
    if (this.flow === 'check_out') this.#followGate();
    if (handover.customer_id) {
      this.#follow(core.liveOne('customer', handover.customer_id), (found) => {
        this.customer = found;
      });
      this.#follow(
        core.live('signer_authority', (one) => one.customer_id === handover.customer_id),
        (found) => {
          this.#authorities = found;
        },
      );
    }
    this.#follow(
      core.live('damage', (damage) => damage.asset_id === asset.id && damage.state === 'open'),
      (found) => {
        this.open = found;
      },
    );
    this.#follow(
      core.live('contract_text', (text) => text.use === this.flow),
      (found) => {
        this.texts = found;
      },
    );
  }

  #followGate(): void {
    const { core, asset } = this;
    this.#follow(core.live('gate_rule'), (found) => {
      this.#rules = found;
    });
    this.#follow(
      core.live('asset', (one) => one.id === asset.kit_id || one.id in (asset.kit_members ?? {})),
      (found) => {
        this.#related = found;
      },
    );
  }

  #follow<T>(from: Readable<T>, take: (value: T) => unknown): void {
    this.#stops.push(from.subscribe(take));
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
  }

  /** The handovers one signature closes, without those given up; alone: this one. */
  get members(): Session[] {
    const all = this.mates.length > 0 ? this.mates : [this];
    return all.filter((one) => one.handover.state !== 'abandoned');
  }

  /** The rules of the gate as they stand. */
  get rules(): ReturnType<typeof rulesInForce> {
    return rulesInForce(this.#rules);
  }

  /** What the gate says of a check-out now, its own readings included; null for a check-in. */
  get word(): GateWord | null {
    if (this.flow !== 'check_out') return null;
    const least = this.pack.meters.flatMap(({ id, min_out: min }) => (min === null ? [] : [[id, min]]));
    const known = {
      asset: this.asset,
      rental: this.rental,
      customer: this.customer,
      damages: this.known,
      limits: Object.fromEntries(least) as Record<string, number>,
      readings: Object.fromEntries(
        Object.entries(this.handover.readings).map(([meter, { value }]) => [meter, value]),
      ) as Record<string, number>,
      ...kitOf(this.asset, (id) => this.#related.find((one) => one.id === id)),
    };
    return mayLeave(known, this.rules, this.core.now());
  }

  /** What of the accessories was wrong already when this handover began. */
  accessoryBefore(id: string): 'present' | 'missing' | 'damaged' {
    if (this.flow === 'check_in') return this.baseline?.accessories[id]?.state ?? 'present';
    return this.asset.accessories_missing?.[id] ? 'missing' : 'present';
  }

  /** Who may sign this kind of handover for the customer now. */
  get signers(): RecordOf<'signer_authority'>[] {
    return maySign(this.#authorities, this.flow, this.core.now());
  }

  /** How an accessory stands: as said in this handover, else as it was before. */
  accessory(id: string): 'present' | 'missing' | 'damaged' {
    return this.handover.accessories[id]?.state ?? this.accessoryBefore(id);
  }

  /** Entries for what was wrong before and nobody has spoken of since: it is carried forward by name. */
  accessoriesForward(): NewEntry[] {
    return this.pack.accessories.flatMap((item): NewEntry[] => {
      const state = this.accessoryBefore(item.id);
      if (state === 'present' || this.handover.accessories[item.id]) return [];
      const args = { handover_id: this.id, accessory: item.id, state };
      return [{ action: 'accessory.report', args, extra: { label: this.label(this.name(item)) } }];
    });
  }

  /** Damages carried forward. */
  get known(): RecordOf<'damage'>[] {
    return this.open.filter((damage) => damage.handover_id !== this.id);
  }

  /** Damages found in this handover, in the order of finding. */
  get found(): RecordOf<'damage'>[] {
    return this.open
      .filter((damage) => damage.handover_id === this.id)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The text in force: the newest version. */
  get text(): RecordOf<'contract_text'> | null {
    const byVersion = (a: { version: string }, b: { version: string }): number =>
      b.version.localeCompare(a.version, 'en', { numeric: true });
    return [...this.texts].sort(byVersion)[0] ?? null;
  }

  /** The last reading before this handover: the counterpart's, else the asset's. */
  lastReading(meter: string): number | null {
    return this.baseline?.readings[meter]?.value ?? this.#before[meter] ?? null;
  }

  /** Distance driven by a reading of the odometer. */
  driven(meter: string, value: number | null): ReturnType<typeof distance> {
    return distance(value, this.lastReading(meter), this.rental?.km_included ?? null);
  }

  /** A pack's word in the person's language. */
  name(item: { zh: string; en: string }, lang: Lang = locale.current): string {
    return item[lang];
  }

  /** How the sync centre calls an entry of this handover. */
  label(what: string): string {
    return `${fmt.plate(this.asset.label)} · ${what}`;
  }

  #state(move: Move): WizardState {
    const data: HandoverData = { ...this.data, ...move.data };
    return {
      handover: this.id,
      flow: this.flow,
      step: move.step ?? this.step,
      data: { ...data },
      startedAt: this.#startedAt,
    };
  }

  #moved(move: Move, entries: readonly string[] = []): void {
    const data = { ...this.data, ...move.data };
    this.data = { ...data, entries: [...data.entries, ...entries] };
    this.step = move.step ?? this.step;
  }

  /** A problem the screens show until it is closed. */
  fail(fault: unknown): void {
    this.problem =
      fault instanceof CoreError
        ? fault.problem
        : problem('storage_failed', { fault: fault instanceof Error ? fault.message : String(fault) });
  }

  async #alone(work: () => Promise<void>): Promise<boolean> {
    if (this.busy) return false;
    this.busy = true;
    this.problem = null;
    try {
      await work();
      return true;
    } catch (fault) {
      this.fail(fault);
      return false;
    } finally {
      this.busy = false;
      for (const tell of this.#waiting.splice(0)) tell();
    }
  }

  /**
   * A choice that is no entry yet. Touched while something is being saved it waits its turn: a quick hand loses nothing. `change` is
   * given what was chosen before it; null: it no longer applies.
   */
  keep(change: (data: HandoverData) => Partial<HandoverData> | null): Promise<unknown> {
    this.#choices = this.#choices.then(async () => {
      while (this.busy) await new Promise<void>((tell) => this.#waiting.push(tell));
      const data = change(this.data);
      if (data !== null) await this.go({ data });
    });
    return this.#choices;
  }

  /** Records entries and moves on, in one transaction. Resolves with whether it became durable; a failure is shown. */
  write(items: NewEntry[], move: Move | null): Promise<boolean> {
    const data = items.length > 0 && move !== null ? withRecord(this.step, move.data) : move?.data;
    return this.together([{ session: this, items, move: move && { ...move, ...(data ? { data } : {}) } }]);
  }

  /** The same for several handovers in one transaction: all of it or nothing. A part without entries only shows its move. */
  together(parts: readonly Part[]): Promise<boolean> {
    return this.#alone(async () => {
      const marked = parts.map(({ session, items, move }) => {
        const wizard = move === null ? null : session.#state(move);
        return items.map(
          (item, at): NewEntry =>
            at === items.length - 1 ? ({ ...item, extra: { ...item.extra, wizard } } as NewEntry) : item,
        );
      });
      const saved = await this.core.recordAll(marked.flat());
      let from = 0;
      for (const { session, items, move } of parts) {
        session.#moved(
          move ?? {},
          saved.slice(from, from + items.length).map((each) => each.id),
        );
        from += items.length;
      }
    });
  }

  /** Moves on without an entry. */
  go(move: Move): Promise<boolean> {
    return this.#alone(async () => {
      await this.core.saveWizard(this.#state(move));
      this.#moved(move);
    });
  }

  /** Every entry this handover is made of, also those recorded just before a crash. */
  entries(): string[] {
    const waiting = this.core.outbox
      .get()
      .flatMap((item) => (item.type === 'entry' && item.handover === this.id ? [item.id] : []));
    return entriesOf(this.data.entries, waiting, this.handover);
  }
}
