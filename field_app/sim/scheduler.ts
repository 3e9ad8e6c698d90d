/**
 * Simulated time: what runs next is decided here alone — timers, packets on their way, and each step of the databases.
 *
 * Neighbours: `disk.ts` (fake-indexeddb queues its steps with `setImmediate`, which is taken over here), `host.ts` (time stands
 * still while the server works). Invariants: between two steps every promise has settled; what belongs to a life that has ended
 * is never run, so nothing a crashed app had begun has an effect any more; a fuse ends a life before a chosen step.
 */
import { AsyncLocalStorage } from 'node:async_hooks';

/** One run of an app on its device, from its start to its crash. */
export interface Life {
  name: string;
  dead: boolean;
  /** So many steps until `burn`; null: none. */
  fuse: number | null;
  burn(): void;
}

interface Task {
  at: number;
  order: number;
  life: Life | null;
  run(): unknown;
}

const realImmediate = globalThis.setImmediate;
/** How long one step of a database takes. ms. */
const STEP_MS = 0.05;

export const lives = new AsyncLocalStorage<Life | null>();

/** Lets all promises settle. */
export const settled = (): Promise<void> => new Promise((resolve) => realImmediate(() => resolve()));

export class Scheduler {
  /** ms since 1970. */
  now: number;
  steps = 0;
  private readonly timers: Task[] = [];
  private immediates: Task[] = [];
  private head = 0;
  private order = 0;
  private readonly quiet: () => Promise<void>;

  /** `quiet` resolves when nothing outside simulated time is under way. */
  constructor(now: number, quiet: () => Promise<void>) {
    this.now = now;
    this.quiet = quiet;
    const take = (run: () => unknown): void => {
      this.immediates.push({ at: 0, order: 0, life: lives.getStore() ?? null, run });
    };
    globalThis.setImmediate = take as unknown as typeof setImmediate;
  }

  /** Gives the platform's own `setImmediate` back. */
  end(): void {
    globalThis.setImmediate = realImmediate;
  }

  /** Runs later, for the life that is running now (or the one given). Returns what cancels it. */
  after(ms: number, run: () => unknown, life: Life | null = lives.getStore() ?? null): () => void {
    const task: Task = { at: this.now + Math.max(0, ms), order: this.order++, life, run };
    push(this.timers, task);
    return () => {
      task.run = () => undefined;
    };
  }

  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.after(ms, resolve));
  }

  /** Runs until `holds`, or nothing is left, or the time is over. True when it holds. */
  async until(holds: () => boolean, ms: number): Promise<boolean> {
    const end = this.now + ms;
    for (;;) {
      await this.quiet();
      if (holds()) return true;
      const task = this.take(end);
      if (!task) {
        this.now = Math.max(this.now, end);
        return holds();
      }
      this.steps += 1;
      if (task.life?.dead) continue;
      lives.run(task.life, task.run);
    }
  }

  private take(end: number): Task | null {
    const timer = this.timers[0];
    const step = this.immediates[this.head];
    if (step && !(timer && timer.at <= this.now)) {
      this.head += 1;
      if (this.head > 1000) {
        this.immediates = this.immediates.slice(this.head);
        this.head = 0;
      }
      this.now += STEP_MS;
      this.burn(step.life);
      return step;
    }
    if (!timer || timer.at > end) return null;
    this.now = Math.max(this.now, timer.at);
    return pop(this.timers);
  }

  private burn(life: Life | null): void {
    if (!life || life.dead || life.fuse === null) return;
    life.fuse -= 1;
    if (life.fuse <= 0) {
      life.fuse = null;
      life.burn();
    }
  }
}

const before = (a: Task, b: Task): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

function push(heap: Task[], task: Task): void {
  let at = heap.push(task) - 1;
  while (at > 0) {
    const parent = (at - 1) >> 1;
    const above = heap[parent] as Task;
    if (!before(task, above)) break;
    heap[at] = above;
    heap[parent] = task;
    at = parent;
  }
}

function pop(heap: Task[]): Task {
  const first = heap[0] as Task;
  const last = heap.pop() as Task;
  if (heap.length === 0) return first;
  let at = 0;
  for (;;) {
    let child = 2 * at + 1;
    if (child >= heap.length) break;
    if (child + 1 < heap.length && before(heap[child + 1] as Task, heap[child] as Task)) child += 1;
    if (!before(heap[child] as Task, last)) break;
    heap[at] = heap[child] as Task;
    at = child;
  }
  heap[at] = last;
  return first;
}
