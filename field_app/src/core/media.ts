/**
 * Photos: the hash of the bytes as the browser first gave them, a small preview, two measures of quality, a stamped copy.
 *
 * Neighbours: `core.ts` offers `capture` and `stamped`; `outbox.ts` uses the hash; `media.worker.ts` does the work beside the
 * screen, `imaging.ts` on the screen's thread where a worker cannot. Invariants: the original bytes are never re-encoded, and are
 * hashed before anything is made of them; a worker that fails is asked once and never again.
 */

import type { Deps } from './deps';
import { hashBytes } from './hashing';
import type { Examined } from './imaging';
import { CoreError } from './problems';
import type { Captured } from './types';

export type Question =
  | { id: number; job: 'capture'; blob: Blob }
  | { id: number; job: 'stamp'; blob: Blob; lines: readonly string[] };

export type Answer =
  | { id: number; job: 'capture'; made: Captured }
  | { id: number; job: 'stamp'; made: Blob }
  /** The picture's fault. */
  | { id: number; fault: string }
  /** The worker's: it cannot draw. */
  | { id: number; unable: true };

/** The part of a Worker that is used. */
export interface Helper {
  postMessage(question: Question): void;
  onmessage: ((event: MessageEvent<Answer>) => void) | null;
  onerror: ((event: ErrorEvent) => void) | null;
  terminate(): void;
}

/** What is done on the screen's own thread. */
export interface Own {
  examine(blob: Blob): Promise<Examined>;
  stamp(blob: Blob, lines: readonly string[]): Promise<Blob>;
}

const hashes = new WeakMap<Blob, string>();

/** SHA-256 of a file's bytes; remembered per Blob object, whose bytes cannot change. */
export async function hashOf(deps: Pick<Deps, 'crypto'>, blob: Blob, bytes: ArrayBuffer): Promise<string> {
  const known = hashes.get(blob);
  if (known) return known;
  const hash = await hashBytes(deps.crypto, bytes);
  hashes.set(blob, hash);
  return hash;
}

/** Where pictures are worked on: a worker made at the first need, else this thread. */
export class Studio {
  private helper: Helper | null = null;
  private alone = false;
  private last = 0;
  private readonly waiting = new Map<number, (answer: Answer) => void>();
  private readonly make: () => Helper;
  private readonly own: () => Promise<Own>;

  constructor(make: () => Helper, own: () => Promise<Own>) {
    this.make = make;
    this.own = own;
  }

  /** Hashes, decodes, shrinks and measures a photo. CoreError `not_an_image` when it cannot be decoded. */
  async capture(deps: Pick<Deps, 'crypto'>, blob: Blob): Promise<Captured> {
    const answer = await this.ask({ id: ++this.last, job: 'capture', blob });
    if ('job' in answer && answer.job === 'capture') {
      hashes.set(blob, answer.made.sha256);
      return answer.made;
    }
    if ('fault' in answer) throw new CoreError('not_an_image', { fault: answer.fault });
    const sha256 = await hashOf(deps, blob, await blob.arrayBuffer());
    const own = await this.own();
    return { sha256, ...(await readable(own.examine(blob))) };
  }

  /** A copy with these lines under it. CoreError `not_an_image` when it cannot be decoded. */
  async stamped(blob: Blob, lines: readonly string[]): Promise<Blob> {
    const answer = await this.ask({ id: ++this.last, job: 'stamp', blob, lines });
    if ('job' in answer && answer.job === 'stamp') return answer.made;
    if ('fault' in answer) throw new CoreError('not_an_image', { fault: answer.fault });
    const own = await this.own();
    return readable(own.stamp(blob, lines));
  }

  private ask(question: Question): Promise<Answer> {
    const { id } = question;
    return new Promise((resolve) => {
      if (this.alone) return resolve({ id, unable: true });
      this.waiting.set(id, resolve);
      try {
        this.helper ??= this.begun();
        this.helper.postMessage(question);
      } catch {
        this.giveUp();
      }
    });
  }

  private begun(): Helper {
    const helper = this.make();
    helper.onmessage = ({ data }) => {
      if ('unable' in data) return this.giveUp();
      this.waiting.get(data.id)?.(data);
      this.waiting.delete(data.id);
    };
    helper.onerror = () => this.giveUp();
    return helper;
  }

  /** From now on this thread does it, also what was asked already. */
  private giveUp(): void {
    this.alone = true;
    this.helper?.terminate();
    this.helper = null;
    for (const [id, resolve] of this.waiting) resolve({ id, unable: true });
    this.waiting.clear();
  }
}

async function readable<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (fault) {
    throw new CoreError('not_an_image', { fault: String(fault) });
  }
}

/** The browser's. */
export const studio = new Studio(
  () => new Worker(new URL('./media.worker.ts', import.meta.url), { type: 'module' }) as Helper,
  () => import('./imaging'),
);
