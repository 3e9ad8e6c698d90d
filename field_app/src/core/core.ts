/**
 * The composition: one object that keeps the promises of `types.ts` over a device's journal.
 *
 * Neighbours: `opened.ts` (an open journal), `enrol.ts` and `session.ts` (how one comes to have it), `outbox.ts` (saving). The
 * screens know only this. Invariants: nothing is recorded before somebody is unlocked, nothing new while the gate is shut;
 * a rejection is always a `CoreError`.
 */
import type { ActionName, Actions, Kind, LoginAnswer, RosterPerson, WipedRequest } from '../generated/types';
import type { SyncStatus } from './context';
import { Db } from './db';
import { type Deps, isoOf, randomBytes } from './deps';
import { enrol, whoWasI } from './enrol';
import { exportFile } from './exportfile';
import { allowedWhenShut, graceOf, holdsGate, isOpening } from './gate';
import { Http } from './http';
import { uuid7 } from './ids';
import { studio } from './media';
import { Opened } from './opened';
import { save } from './outbox';
import { bestOf, Pictures, prefetch } from './pictures';
import { checkPin, setPin } from './pins';
import { CoreError, problemOf } from './problems';
import { Replica } from './replica';
import { sessionOf, settle, stillSignedIn } from './session';
import { FIRST, factsOf, outboxItems, statusOf } from './status';
import { askToPersist, estimateShown } from './storage';
import { writable } from './store';
import type {
  Captured,
  Core,
  DeviceInfo,
  NewEntry,
  OutboxItem,
  PhoneLock,
  Readable,
  RecordExtra,
  RecordOf,
  Saved,
  Status,
  UnlockResult,
  WizardState,
} from './types';
import { forsake, type LastWord, takeFarewell, wipedBefore } from './wipe';
import { endWizard, saveWizard } from './wizard';

/** How long until a farewell that was not heard is said again. */
const FAREWELL_MS = 60_000;

export type Flavour = 'field' | 'office';

export class CoreImpl implements Core {
  private readonly current = writable<Status>(FIRST);
  private readonly items = writable<OutboxItem[]>([]);
  private readonly steps = writable<WizardState[]>([]);
  readonly status: Readable<Status> = this.current;
  readonly outbox: Readable<OutboxItem[]> = this.items;
  readonly wizards: Readable<WizardState[]> = this.steps;

  private readonly deps: Deps;
  private readonly flavour: Flavour;
  private readonly http: Http;
  private readonly replica = new Replica();
  private readonly pictures = new Pictures();
  private root: Db | null = null;
  private opened: Opened | null = null;
  private hiddenSince: number | null = null;
  private offVisibility: () => void = () => undefined;
  private update: (() => void) | null = null;
  /** Since an opening something was unsent, and the policy wanted it up before new work. */
  private holding = false;
  /** How whoever is unlocked has shown who they are. */
  private proof: 'pin' | 'passkey' = 'pin';
  /** An attempt to send it has failed since. */
  private failed = false;

  constructor(deps: Deps, flavour: Flavour) {
    this.deps = deps;
    this.flavour = flavour;
    this.http = new Http(deps);
    this.replica.reading.subscribe((reading) => this.patch({ reading }));
  }

  // --- opening and closing --------------------------------------------------------------------------------------------
  async start(): Promise<void> {
    if (this.root) return;
    try {
      this.root = await Db.open(this.deps.indexedDB, `handover-${this.flavour}`);
      this.offVisibility = this.deps.onVisibility((hidden) => this.seen(hidden));
      await this.takeLeave();
      const name = await this.root.meta<string>('current');
      if (name && (await this.open(name))) await this.welcome();
      else await this.unknown();
    } catch (fault) {
      this.patch({ problem: problemOf(fault, 'storage_failed') });
      throw fault;
    }
    await this.measureStorage();
  }

  async stop(): Promise<void> {
    this.offVisibility();
    if (this.opened) this.pictures.drop(this.opened.ctx);
    this.opened?.close();
    this.opened = null;
    this.root?.close();
    this.root = null;
  }

  private async open(name: string): Promise<boolean> {
    this.opened?.close();
    this.patch({ live: false, heardAt: null });
    this.opened = await Opened.open(this.deps, this.http, this.replica, name, {
      changed: () => this.refresh(),
      sync: (status) => this.synced(status),
      live: (live) => this.patch({ live, heardAt: this.opened?.ctx.heardAt.get() ?? null }),
      leads: () => this.patch({ leader: true }),
      revoked: (problem) => this.patch({ phase: 'revoked', person: null, problem }),
      wiping: () => this.patch({ phase: 'wiping', person: null }),
      emptied: (said) => void this.wiped(name, said).catch(() => undefined),
      gone: () => void this.emptied().catch(() => undefined),
      outdated: () => this.deps.lookForUpdate(),
    });
    if (!this.opened) return false;
    this.opening();
    this.refresh();
    this.opened.start();
    return true;
  }

  /** A known device: who may go on at once? */
  private async welcome(): Promise<void> {
    if (this.opened?.revoked) return this.patch({ phase: 'revoked' });
    if (this.opened?.wiping) return this.patch({ phase: 'wiping', person: null });
    const session = this.flavour === 'office' && this.root ? await sessionOf(this.deps, this.root) : null;
    this.patch({ phase: session ? 'ready' : 'locked', person: session?.person ?? null });
    if (session) void this.confirmSession();
    // Only now: what is not seen yet must not stand in the way of what is.
    this.replica.whole.catch((fault) => this.patch({ problem: problemOf(fault, 'storage_failed') }));
  }

  private async confirmSession(): Promise<void> {
    if ((await stillSignedIn(this.http)) === 'no') this.lock();
  }

  private async unknown(): Promise<void> {
    if (this.flavour === 'office') {
      const answer = await stillSignedIn(this.http);
      if (typeof answer === 'object') return this.adopt(answer);
      return this.patch({ phase: 'not_enrolled', wiped: await wipedBefore(this.root) });
    }
    const wiped = await wipedBefore(this.root);
    if (wiped) return this.patch({ phase: 'not_enrolled', wiped });
    const eviction = await whoWasI(this.http);
    this.patch({ phase: eviction ? 'evicted' : 'not_enrolled', eviction });
  }

  private seen(hidden: boolean): void {
    const now = this.deps.now();
    if (hidden) {
      this.hiddenSince = now;
      return;
    }
    const limit = this.opened?.ctx.device.policy.opening_hidden_ms ?? 0;
    const again = isOpening(this.hiddenSince, now, limit);
    this.hiddenSince = null;
    if (!this.opened) return;
    if (again) this.opening();
    this.opened.kick(again ? 'open' : 'foreground');
  }

  private opening(): void {
    const ctx = this.opened?.ctx;
    if (!ctx) return;
    if (!holdsGate(ctx.device.policy, factsOf(ctx))) return;
    this.holding = true;
    this.failed = false;
    this.patch({ ...this.gateNow(), opening: statusOf(ctx).unsent });
  }

  // --- people ---------------------------------------------------------------------------------------------------------
  async enrol(code: string): Promise<DeviceInfo> {
    if (!this.root || this.flavour !== 'field') throw new CoreError('not_ready');
    const { name, device } = await enrol(this.deps, this.http, this.root, this.flavour, code.trim());
    await askToPersist(this.deps);
    await this.open(name);
    this.patch({ phase: 'locked', eviction: null, wiped: null, problem: null });
    return device;
  }

  async login(username: string, password: string): Promise<void> {
    if (!this.root || this.flavour !== 'office') throw new CoreError('not_ready');
    await this.adopt(await this.http.plainJson<LoginAnswer>('POST', '/api/v1/login', { username, password }));
  }

  private async adopt(answer: LoginAnswer): Promise<void> {
    if (!this.root) throw new CoreError('not_ready');
    const name = await settle(this.deps, this.http, this.root, answer);
    this.patch({ wiped: null });
    await this.open(name);
    await this.welcome();
  }

  async logout(): Promise<void> {
    const { unsent } = this.current.get();
    if (unsent.entries > 0 || unsent.blobs > 0) throw new CoreError('unsent_work', { ...unsent });
    if (this.flavour === 'office') {
      await this.http.plainJson('POST', '/api/v1/logout', {});
      await this.root?.setMeta('session', null);
    }
    this.lock();
  }

  async unlock(person: string, pin: string): Promise<UnlockResult> {
    return this.admit(person, (ctx) => checkPin(ctx, person, pin));
  }

  async setPin(person: string, pin: string): Promise<UnlockResult> {
    return this.admit(person, (ctx) => setPin(ctx, person, pin));
  }

  async phoneLock(): Promise<PhoneLock | null> {
    const ctx = this.opened?.ctx;
    if (!ctx || this.flavour !== 'field') return null;
    const { phoneLock } = await import('./phonelock');
    return phoneLock(ctx, (person, check) => this.admit(person, check, 'passkey'));
  }

  private async admit(
    person: string,
    check: (ctx: Opened['ctx']) => Promise<UnlockResult>,
    proof: 'pin' | 'passkey' = 'pin',
  ): Promise<UnlockResult> {
    const opened = this.opened;
    const found = opened?.ctx.device.roster.find((one) => one.id === person);
    if (!opened || opened.revoked || opened.wiping || !found) throw new CoreError('not_ready');
    await this.replica.whole; // read while the PIN is typed: behind the lock nothing is missing, and who left is known
    const result = await check(opened.ctx);
    if (result.ok) {
      this.proof = proof;
      this.patch({ phase: 'ready', person: { ...found, has_pin: true }, problem: null });
    }
    return result;
  }

  lock(): void {
    if (this.current.get().phase === 'ready') this.patch({ phase: 'locked', person: null });
  }

  // --- records --------------------------------------------------------------------------------------------------------
  live<K extends Kind>(kind: K, where?: (record: RecordOf<K>) => boolean): Readable<RecordOf<K>[]> {
    return this.replica.live(kind, where);
  }

  liveOne<K extends Kind>(kind: K, id: string): Readable<RecordOf<K> | null> {
    return this.replica.liveOne(kind, id);
  }

  async get<K extends Kind>(kind: K, id: string): Promise<RecordOf<K> | null> {
    await this.replica.whole;
    return this.replica.one(kind, id);
  }

  async record<A extends ActionName>(action: A, args: Actions[A], extra?: RecordExtra): Promise<Saved> {
    const item = { action, args, ...(extra ? { extra } : {}) } as NewEntry;
    const [saved] = await this.recordAll([item]);
    if (!saved) throw new CoreError('storage_failed');
    return saved;
  }

  async recordAll(items: NewEntry[]): Promise<Saved[]> {
    await this.replica.whole; // an entry says which versions were seen: of what is not read yet, it could not
    const { opened } = this;
    const { person } = this.current.get();
    if (!opened || !person || opened.wiping) throw new CoreError('not_ready');
    this.patch(this.gateNow()); // time passes: what grace there was may be over
    const { gate, grace } = this.current.get();
    const held = gate === 'shut' && !items.every((item) => allowedWhenShut(item.action, item.args));
    if (held) throw new CoreError('gate_closed');
    const auth = this.flavour === 'office' ? 'password' : this.proof;
    const actor = { person: person.id, auth, gate: grace ? 'grace' : 'clear' } as const;
    try {
      const saved = await save(opened.ctx, items, actor);
      opened.kick('save');
      return saved;
    } finally {
      if (items.some((item) => item.extra?.blobs?.length)) void this.measureStorage();
    }
  }

  newId(): string {
    return uuid7(this.deps.now(), randomBytes(this.deps, 10));
  }

  now(): string {
    return isoOf(this.deps.now());
  }

  canStartNew(): boolean {
    const { phase, gate } = this.current.get();
    return phase === 'ready' && gate === 'open';
  }

  async wizard(handover: string): Promise<WizardState | null> {
    return this.steps.get().find((step) => step.handover === handover) ?? null;
  }

  async saveWizard(state: WizardState): Promise<void> {
    await saveWizard(this.ready().ctx, state);
  }

  async endWizard(handover: string): Promise<void> {
    await endWizard(this.ready().ctx, handover);
  }

  // --- files, export, update ------------------------------------------------------------------------------------------
  retryNow(): void {
    this.opened?.kick('retry');
  }

  async exportFile(): Promise<Blob> {
    return exportFile(this.ready().ctx);
  }

  async blobUrl(sha256: string, size: 'preview' | 'original'): Promise<string | null> {
    return this.opened ? this.pictures.url(this.opened.ctx, sha256, size) : null;
  }

  async prefetch(shas: string[]): Promise<void> {
    if (this.opened) await prefetch(this.opened.ctx, shas);
  }

  async capture(bytes: Blob): Promise<Captured> {
    return studio.capture(this.deps, bytes);
  }

  async stamped(sha256: string, lines: readonly string[]): Promise<Blob | null> {
    const bytes = await bestOf(this.ready().ctx, sha256).catch(() => null);
    return bytes && studio.stamped(bytes, lines);
  }

  async persist(): Promise<boolean> {
    const kept = await askToPersist(this.deps);
    await this.measureStorage();
    return kept;
  }

  offerUpdate(apply: () => void): void {
    this.update = apply;
    this.patch({ updateWaiting: true });
  }

  applyUpdate(): void {
    this.update?.();
  }

  // --- what is shown --------------------------------------------------------------------------------------------------
  private ready(): Opened {
    if (!this.opened) throw new CoreError('not_ready');
    return this.opened;
  }

  private patch(fields: Partial<Status>): void {
    this.current.update((status) => ({ ...status, ...fields }));
  }

  private synced(status: SyncStatus): void {
    const wasBusy = this.current.get().network === 'sending';
    this.failed ||= this.holding && status.network === 'failing';
    this.patch({ ...status, ...this.gateNow(), heardAt: this.opened?.ctx.heardAt.get() ?? null });
    this.items.set(this.opened ? outboxItems(this.opened.ctx, status.sending) : []);
    if (wasBusy && status.network !== 'sending') void this.measureStorage();
  }

  private refresh(): void {
    const opened = this.opened;
    if (!opened) return;
    const shown = statusOf(opened.ctx);
    const { sending, person, phase } = this.current.get();
    const off = person !== null && this.flavour === 'field' && !this.isOnRoster(person.id);
    if (off) this.lock(); // the office has taken them off the list, or they have left
    this.patch({
      ...shown,
      ...this.gateNow(),
      ...(person && !off ? { person: this.renamed(person) } : {}),
      ...(opened.revoked && phase !== 'revoked' ? { phase: 'revoked' as const, person: null } : {}),
    });
    this.items.set(outboxItems(opened.ctx, sending));
    this.steps.set([...opened.ctx.wizards.get()]);
  }

  /** How the gate stands now. Once what it waited for is up it opens, until the next opening. */
  private gateNow(): Pick<Status, 'gate' | 'grace'> & Partial<Pick<Status, 'opening'>> {
    const ctx = this.opened?.ctx;
    if (!ctx || !this.holding) return { gate: 'open', grace: null };
    const facts = factsOf(ctx);
    if (!holdsGate(ctx.device.policy, facts)) {
      this.holding = false;
      return { gate: 'open', grace: null, opening: null };
    }
    const grace = graceOf(ctx.device.policy, facts, this.failed);
    return { gate: grace ? 'open' : 'shut', grace };
  }

  // --- being emptied --------------------------------------------------------------------------------------------------
  /** Everything is proven: the journal and its key are destroyed, and the office is told until it has heard. */
  private async wiped(name: string, said: WipedRequest): Promise<void> {
    const last: LastWord = {
      name: this.opened?.ctx.device.name ?? '',
      seq: said.seq,
      at: isoOf(this.deps.now()),
    };
    const { root } = this;
    if (!root) return;
    try {
      await forsake(root, { name, said }, last);
    } catch {
      // A store that refuses just now: nothing is destroyed before it is written down that it was.
      this.deps.setTimeout(() => void this.wiped(name, said).catch(() => undefined), FAREWELL_MS);
      return;
    }
    this.opened?.tellGone();
    await this.emptied();
    await this.takeLeave();
  }

  /** What was open here, in this tab or another, is destroyed: the person is told what became of it. */
  private async emptied(): Promise<void> {
    const { opened } = this;
    if (!opened) return;
    const wiped = await wipedBefore(this.root);
    if (this.opened !== opened) return;
    this.pictures.drop(opened.ctx);
    this.opened = null;
    opened.close();
    this.holding = false;
    this.items.set([]);
    this.steps.set([]);
    this.patch({ ...FIRST, phase: 'not_enrolled', wiped });
  }

  private async takeLeave(): Promise<void> {
    const { root } = this;
    if (!root) return;
    if (await takeFarewell(this.deps, this.http, root)) {
      const { wiped } = this.current.get();
      if (wiped && !wiped.told) this.patch({ wiped: { ...wiped, told: true } });
      return;
    }
    this.deps.setTimeout(() => {
      if (this.root === root) void this.takeLeave().catch(() => undefined);
    }, FAREWELL_MS);
  }

  private isOnRoster(person: string): boolean {
    return this.opened?.ctx.device.roster.some((one) => one.id === person) ?? false;
  }

  /** The person as the roster now has them. */
  private renamed(person: RosterPerson): RosterPerson {
    return this.opened?.ctx.device.roster.find((one) => one.id === person.id) ?? person;
  }

  private async measureStorage(): Promise<void> {
    this.patch({ storage: await estimateShown(this.deps) });
  }
}
