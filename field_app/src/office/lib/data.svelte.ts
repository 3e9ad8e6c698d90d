/**
 * What the pages read: live lists of the replica, maps by id, the zone, the clock, the depot that is looked at.
 *
 * Neighbours: `$core` gives the lists, `context.ts` hands this to the pages. Invariant: nothing here writes; a list changes by itself
 * when the core's view changes.
 */
import { fromStore } from 'svelte/store';
import type { Core, Kind, RecordOf, Status } from '$core/types';
import { locale } from '$i18n/office';
import { deviceShown } from './devices';

const TICK_MS = 10_000;
const DEPOT_KEY = 'handover.office.depot';

interface Current<T> {
  readonly current: T;
}

type List<K extends Kind> = Current<RecordOf<K>[]>;
type ById<K extends Kind> = ReadonlyMap<string, RecordOf<K>>;

function byId<T extends { id: string }>(list: Current<readonly T[]>): ReadonlyMap<string, T> {
  return new Map(list.current.map((record) => [record.id, record] as const));
}

function keptDepot(): string | null {
  try {
    return localStorage.getItem(DEPOT_KEY);
  } catch {
    return null;
  }
}

export class OfficeData {
  readonly #status: Current<Status>;
  readonly #lists: { [K in Kind]?: List<K> } = {};
  #depot = $state<string | null>(keptDepot());

  /** The present moment, refreshed every few seconds; for lateness and spans. */
  now = $state(new Date().toISOString());

  readonly asset: ById<'asset'> = $derived.by(() => byId(this.list('asset')));
  readonly customer: ById<'customer'> = $derived.by(() => byId(this.list('customer')));
  readonly device: ById<'device'> = $derived.by(() => byId(this.list('device')));
  readonly person: ById<'person'> = $derived.by(() => byId(this.list('person')));
  readonly rental: ById<'rental'> = $derived.by(() => byId(this.list('rental')));
  readonly conflict: ById<'conflict'> = $derived.by(() => byId(this.list('conflict')));
  readonly handover: ById<'handover'> = $derived.by(() => byId(this.list('handover')));
  readonly depotById: ById<'depot'> = $derived.by(() => byId(this.list('depot')));

  constructor(readonly core: Core) {
    this.#status = fromStore(core.status);
  }

  /** The live list of a kind, from its first reader on. */
  list<K extends Kind>(kind: K): List<K> {
    const known = this.#lists[kind] as List<K> | undefined;
    if (known) return known;
    const made: List<K> = fromStore(this.core.live(kind));
    Object.assign(this.#lists, { [kind]: made });
    return made;
  }

  /** Keeps the clock; returns the way to stop. */
  follow(): () => void {
    const timer = setInterval(() => {
      this.now = new Date().toISOString();
    }, TICK_MS);
    return () => clearInterval(timer);
  }

  get status(): Status {
    return this.#status.current;
  }

  /** How true the word "live" is. `connecting`: nobody is heard yet, or no more; `offline`: and trying to ask failed. */
  get link(): 'live' | 'connecting' | 'offline' {
    const { live, network, problem } = this.status;
    if (live) return 'live';
    return network === 'failing' || (network === 'sending' && problem !== null) ? 'offline' : 'connecting';
  }

  get roles(): readonly string[] {
    return this.status.person?.roles ?? [];
  }

  /** The company itself; its pages are shown once it is `loaded`. */
  get organisation(): RecordOf<'organisation'> {
    const own = this.list('organisation').current[0];
    if (!own) throw new Error('the replica has no organisation yet');
    return own;
  }

  get zone(): string {
    const own = this.list('organisation').current[0]?.zone;
    return own ?? this.status.device?.organisation.zone ?? 'Asia/Shanghai';
  }

  /** False until the first page of records has come. */
  get loaded(): boolean {
    return this.list('organisation').current.length > 0;
  }

  /** Those that work; a closed one is still found by its id. */
  get depots(): readonly RecordOf<'depot'>[] {
    return this.list('depot').current.filter((one) => !one.closed);
  }

  /** The depot that is looked at; null: all of them. */
  get depot(): string | null {
    return this.#depot !== null && this.depotById.has(this.#depot) ? this.#depot : null;
  }

  set depot(id: string | null) {
    this.#depot = id;
    try {
      if (id === null) localStorage.removeItem(DEPOT_KEY);
      else localStorage.setItem(DEPOT_KEY, id);
    } catch {
      // Storage may be forbidden: the choice lasts as long as the page.
    }
  }

  /** Whether a record of this depot is to be shown. */
  inDepot(it: { depot_id: string }): boolean {
    return this.depot === null || it.depot_id === this.depot;
  }

  pack(asset: string): RecordOf<'pack'> | null {
    const code = this.asset.get(asset)?.pack;
    return this.list('pack').current.find((pack) => pack.code === code) ?? null;
  }

  /** "浙A·D3K907" of an asset, or a dash while it is not here. */
  label(asset: string): string {
    return this.asset.get(asset)?.label ?? '—';
  }

  /** What its user called it; an office browser that kept the name we gave it, in the language of the screen. */
  deviceName(id: string): string {
    const device = this.device.get(id);
    return device === undefined
      ? id.slice(0, 8)
      : deviceShown(device, this.person.get(device.person_id ?? ''), locale.current);
  }
}
