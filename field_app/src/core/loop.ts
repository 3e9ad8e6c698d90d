/**
 * When to exchange and when to send files: one exchange at a time, files in a lane beside it, each with its own back-off.
 *
 * Neighbours: `sync.ts` (one exchange), `blobs.ts` (one file); `core.ts` starts it in the leading tab. Invariants: a failure
 * plans a retry, nothing gives up; files that fail never hold up exchanges, nor the other way round; while it fails, only a
 * person's wish or an opening cuts the waiting short.
 */
import { PUSH_BODY_BYTES_MAX, RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MIN } from '../generated/limits';
import { nextBlob, upload } from './blobs';
import { check } from './compare';
import type { Context, Reason, SyncStatus } from './context';
import type { Deps, Timer } from './deps';
import { CoreError, isAway, problem, problemOf } from './problems';
import { exchange, SENT_AGAIN } from './sync';
import type { Problem } from './types';

const IDLE_MS = 5 * 60_000;
/** So long after an exchange, with nothing else to do, what is here is compared with what the server says. */
const COMPARE_MS = 5000;
const BODY_BYTES_MIN = 32 * 1024;
const IMPATIENT: ReadonlySet<Reason> = new Set(['open', 'foreground', 'retry']);

export interface LoopEvents {
  status(status: SyncStatus): void;
  revoked(problem: Problem): void;
  /** The office wants this device emptied; said with every answer. Awaited: what is shown is gone before anything else. */
  wiping(): Promise<void>;
  outdated(): void;
}

/** Doubling with jitter between half and full: 2 s … 60 s (limits), never shorter than the server asked. */
export function backOff(deps: Pick<Deps, 'random'>, failures: number, atLeastS: number | null): number {
  const full = Math.min(RETRY_DELAY_MS_MAX, RETRY_DELAY_MS_MIN * 2 ** Math.max(0, failures - 1));
  return Math.round(Math.max(full * (0.5 + deps.random() / 2), (atLeastS ?? 0) * 1000));
}

const NOTHING: SyncStatus['sending'] = { what: null, label: '', sent: 0, size: 0 };

/** One thing that runs, fails and is tried again later. */
class Attempt {
  failures = 0;
  running = false;
  retryAt: number | null = null;
  problem: Problem | null = null;
  private timer: Timer | null = null;
  private readonly deps: Deps;

  constructor(deps: Deps) {
    this.deps = deps;
  }

  fail(problem: Problem, again: () => void): void {
    this.failures += 1;
    this.problem = problem;
    this.plan(backOff(this.deps, this.failures, problem.retry_after_s), again);
  }

  succeed(): void {
    this.failures = 0;
    this.problem = null;
    this.cancel();
  }

  plan(ms: number, again: () => void): void {
    this.cancel();
    this.retryAt = this.deps.now() + ms;
    this.timer = this.deps.setTimeout(() => {
      this.retryAt = null;
      this.timer = null;
      again();
    }, ms);
  }

  cancel(): void {
    if (this.timer !== null) this.deps.clearTimeout(this.timer);
    this.timer = null;
    this.retryAt = null;
  }
}

export class Loop {
  private readonly ctx: Context;
  private readonly events: LoopEvents;
  private readonly push: Attempt;
  private readonly lane: Attempt;
  private readonly abort = new AbortController();
  private idle: Timer | null = null;
  private quiet: Timer | null = null;
  private wanted: Reason | null = null;
  private bytesMax = PUSH_BODY_BYTES_MAX;
  private notice: Problem | null = null;
  private sending: SyncStatus['sending'] = NOTHING;
  private stopped = false;

  constructor(ctx: Context, events: LoopEvents) {
    this.ctx = ctx;
    this.events = events;
    this.push = new Attempt(ctx.deps);
    this.lane = new Attempt(ctx.deps);
  }

  /** Something happened that calls for an exchange. */
  kick(reason: Reason): void {
    if (this.stopped) return;
    const impatient = IMPATIENT.has(reason);
    if (this.push.running) {
      this.wanted = reason;
      return;
    }
    if (this.push.retryAt !== null && !impatient) return; // the planned retry will carry it
    this.push.cancel();
    void this.exchanges(reason);
    if (impatient && this.lane.retryAt !== null) {
      this.lane.cancel();
      void this.files();
    }
  }

  stop(): void {
    this.stopped = true;
    this.abort.abort();
    this.push.cancel();
    this.lane.cancel();
    for (const timer of [this.idle, this.quiet]) if (timer !== null) this.ctx.deps.clearTimeout(timer);
  }

  private async exchanges(first: Reason): Promise<void> {
    this.push.running = true;
    let reason: Reason | null = first;
    let answered = false;
    try {
      while (reason !== null && !this.stopped) {
        this.wanted = null;
        const open = this.ctx.outbox.get().filter((row) => !row.proven).length;
        this.show(open > 0 ? { what: 'entries', label: '', sent: 0, size: open } : this.sending);
        const result = await exchange(this.ctx, reason, this.bytesMax);
        this.notice = result.problem;
        // Said "done", then missed: sent again, but with patience, or the two could go round in circles.
        if (result.applied.missedAgain > 0)
          this.lane.fail(problem('blob_hash_mismatch'), () => void this.files());
        if (result.revoked && result.problem) {
          this.stop();
          this.events.revoked(result.problem);
          return;
        }
        if (result.wiping) await this.events.wiping();
        if (result.outdated) this.events.outdated();
        reason = result.again ? reason : this.wanted;
      }
      // Without a receipt that holds nothing is proven: asked for again, with patience, and said.
      const unproven = this.notice?.code === 'receipt_invalid' || this.notice?.code === SENT_AGAIN;
      if (this.notice && unproven) this.push.fail(this.notice, () => this.kick('retry'));
      else this.push.succeed();
      answered = true;
    } catch (fault) {
      this.failed(problemOf(fault, 'server_away'));
    } finally {
      this.push.running = false;
      if (this.sending.what === 'entries') this.sending = NOTHING;
      if (!this.stopped) this.show(this.sending);
    }
    if (this.stopped) return;
    if (answered && this.lane.retryAt === null) void this.files();
    this.planIdle();
    if (answered) this.planCompare();
  }

  private failed(problem: Problem): void {
    if (this.stopped) return;
    if (problem.code === 'device_revoked') {
      this.stop();
      this.events.revoked(problem);
      return;
    }
    if (problem.code === 'body_too_large') this.bytesMax = Math.max(BODY_BYTES_MIN, this.bytesMax / 2);
    this.push.fail(problem, () => this.kick('retry'));
  }

  private async files(): Promise<void> {
    if (this.lane.running || this.stopped) return;
    this.lane.running = true;
    const skip = new Set<string>();
    let finished = 0;
    let trouble: Problem | null = null;
    for (let blob = nextBlob(this.ctx, skip); blob && !this.stopped; blob = nextBlob(this.ctx, skip)) {
      try {
        await upload(this.ctx, blob, {
          signal: this.abort.signal,
          progress: (row, sent) => this.show({ what: 'blob', label: row.label, sent, size: row.size }),
        });
        finished += 1;
        this.lane.succeed();
      } catch (fault) {
        trouble = problemOf(fault, 'server_away');
        skip.add(blob.sha256);
        const reached = fault instanceof CoreError && !isAway(trouble.code);
        if (!reached) break; // nobody there: the next file would fare no better
      }
    }
    this.lane.running = false;
    this.sending = NOTHING;
    if (this.stopped) return;
    if (trouble) this.lane.fail(trouble, () => void this.files());
    else this.lane.succeed();
    this.show(NOTHING);
    if (finished > 0) this.kick('save'); // for the receipt that lets their bytes go
  }

  private show(sending: SyncStatus['sending']): void {
    this.sending = sending;
    const failing = this.push.failures > 0 || this.lane.failures > 0;
    const busy = this.push.running || this.lane.running;
    const times = [this.push.retryAt, this.lane.retryAt].filter((time) => time !== null);
    this.events.status({
      network: busy ? 'sending' : failing ? 'failing' : 'idle',
      nextRetryAt: times.length > 0 ? Math.min(...times) : null,
      problem: this.push.problem ?? this.lane.problem ?? this.notice,
      sending,
    });
  }

  private planCompare(): void {
    const { deps } = this.ctx;
    if (this.quiet !== null) deps.clearTimeout(this.quiet);
    this.quiet = deps.setTimeout(() => {
      this.quiet = null;
      if (this.stopped || this.push.running || this.lane.running) return; // whatever runs now plans it again
      check(this.ctx).then(
        (repaired) => repaired > 0 && this.kick('idle'), // the office is told
        () => undefined, // compared again with a later answer
      );
    }, COMPARE_MS);
  }

  private planIdle(): void {
    const { deps } = this.ctx;
    if (this.idle !== null) deps.clearTimeout(this.idle);
    this.idle = deps.setTimeout(() => this.kick('idle'), IDLE_MS);
  }
}
