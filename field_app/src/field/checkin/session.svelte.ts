/**
 * One open check-in as the screens see it: its records live, its wizard state, and the one way to write.
 *
 * Neighbours: Wizard.svelte makes and disposes it; `steps.ts` decides; the core stores. Invariants: `write` moves the wizard on only
 * with the entries, in their transaction; the screen changes after it resolved; one write at a time.
 */
import type { Core, NewEntry, Problem, Readable, RecordOf, WizardState } from '$core';
import { CoreError, problem } from '$core';
import { fmt } from '$i18n/fmt';
import { locale } from '$i18n/locale.svelte';
import type { Lang } from '$i18n/translate';
import { distance } from './overage';
import { type CheckinData, entriesOf, firstState, readData, resume, type StepId } from './steps';

type Pack = RecordOf<'pack'>;

/** What a check-in cannot be shown without. */
export interface Ground {
  handover: RecordOf<'handover'>;
  asset: RecordOf<'asset'>;
  pack: Pack;
  wizard: WizardState | null;
}

/** A change of the wizard's state: where to, and what of its data changes. */
export interface Move {
  step?: StepId;
  data?: Partial<CheckinData>;
}

/** Loads what a check-in stands on; null when this device does not know the handover, its asset or its pack. */
export async function loadGround(core: Core, handoverId: string): Promise<Ground | null> {
  const handover = await core.get('handover', handoverId);
  if (handover === null) return null;
  const [asset, wizard] = await Promise.all([core.get('asset', handover.asset_id), core.wizard(handoverId)]);
  if (asset === null) return null;
  const packs = await first(core.live('pack', (pack) => pack.code === asset.pack));
  const pack = packs[0];
  return pack === undefined ? null : { handover, asset, pack, wizard };
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
  readonly pack: Pack;
  handover: RecordOf<'handover'> = $state.raw() as RecordOf<'handover'>;
  asset: RecordOf<'asset'> = $state.raw() as RecordOf<'asset'>;
  baseline: RecordOf<'handover'> | null = $state.raw(null);
  rental: RecordOf<'rental'> | null = $state.raw(null);
  customer: RecordOf<'customer'> | null = $state.raw(null);
  texts: RecordOf<'contract_text'>[] = $state.raw([]);
  /** Open damages of the asset, found before and in this check-in. */
  open: RecordOf<'damage'>[] = $state.raw([]);
  step: StepId = $state('meters');
  data: CheckinData = $state.raw(readData({}));
  busy = $state(false);
  problem: Problem | null = $state.raw(null);
  /** Readings as they stood when this check-in began: the asset's own change when it is complete. */
  readonly #before: Record<string, number>;
  readonly #startedAt: string;
  readonly #stops: (() => void)[] = [];

  constructor(core: Core, ground: Ground) {
    const { handover, asset, pack, wizard } = ground;
    this.core = core;
    this.id = handover.id;
    this.pack = pack;
    this.handover = handover;
    this.asset = asset;
    const state = wizard ?? firstState(handover.id, handover.started_at);
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
    if (handover.customer_id) {
      this.#follow(core.liveOne('customer', handover.customer_id), (found) => {
        this.customer = found;
      });
    }
    this.#follow(
      core.live('damage', (damage) => damage.asset_id === asset.id && damage.state === 'open'),
      (found) => {
        this.open = found;
      },
    );
    this.#follow(
      core.live('contract_text', (text) => text.use === 'check_in'),
      (found) => {
        this.texts = found;
      },
    );
  }

  #follow<T>(from: Readable<T>, take: (value: T) => unknown): void {
    this.#stops.push(from.subscribe(take));
  }

  dispose(): void {
    for (const stop of this.#stops) stop();
  }

  /** Damages carried forward. */
  get known(): RecordOf<'damage'>[] {
    return this.open.filter((damage) => damage.handover_id !== this.id);
  }

  /** Damages found in this check-in, in the order of finding. */
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

  /** The last reading before this check-in: the check-out's, else the asset's. */
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

  /** How the sync centre calls an entry of this check-in. */
  label(what: string): string {
    return `${fmt.plate(this.asset.label)} · ${what}`;
  }

  #state(move: Move): WizardState {
    const data: CheckinData = { ...this.data, ...move.data };
    return {
      handover: this.id,
      flow: 'check_in',
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
    }
  }

  /** Records entries and moves on, in one transaction. Resolves with whether it became durable; a failure is shown. */
  write(items: NewEntry[], move: Move | null): Promise<boolean> {
    return this.#alone(async () => {
      const last = items.length - 1;
      const wizard = move === null ? null : this.#state(move);
      const marked = items.map(
        (item, at): NewEntry =>
          at === last ? ({ ...item, extra: { ...item.extra, wizard } } as NewEntry) : item,
      );
      const saved = await this.core.recordAll(marked);
      const ids = saved.map((each) => each.id);
      this.#moved(move ?? {}, ids);
    });
  }

  /** Moves on without an entry. */
  go(move: Move): Promise<boolean> {
    return this.#alone(async () => {
      await this.core.saveWizard(this.#state(move));
      this.#moved(move);
    });
  }

  /** Every entry this check-in is made of, also those recorded just before a crash. */
  entries(): string[] {
    const waiting = this.core.outbox
      .get()
      .flatMap((item) => (item.type === 'entry' && item.handover === this.id ? [item.id] : []));
    return entriesOf(this.data.entries, waiting, this.handover);
  }
}
