/**
 * What the screens were told, in a log of the simulation's own: the core's opinion of itself is never asked.
 *
 * Neighbours: `phone.ts` writes down every save; `net.ts` tells which answers arrived unharmed; `checkers.ts` compares with the
 * server's bytes at the end. Invariant: an attempt is "saved" only by a promise that resolved, "doubtful" when the app died first.
 */
import type { Saved } from '../src/core/types.ts';
import type { Receipt, SyncAnswer, SyncRequest } from '../src/generated/types.ts';
import { sha256 } from './crypto.ts';

export interface File {
  sha256: string;
  size: number;
  type: string;
  role: string;
}

/** One entry a person wanted to record. */
export interface Attempt {
  phone: string;
  /** The device id it was recorded under. */
  device: string;
  action: string;
  /** The arguments as JSON: what makes it this entry and no other. */
  args: string;
  files: File[];
  /** SHA-256 of each private part without its salt. */
  private: string[];
  state: 'doubtful' | 'saved' | 'failed';
  saved: Saved | null;
  /** The exact body as it lay on the disk when the promise resolved. */
  body: string | null;
  /** The simulation itself destroyed it on the device, before the server had it. */
  destroyed: boolean;
  /** The server was put back behind it after the device had let it go: it must be declared. */
  fellBack: boolean;
  /** The server was put back behind it while the device had it still: a receipt from before may have been on its way. */
  receiptMayBeOut: boolean;
  /** The same of a file of it: the bytes may be missing for ever. */
  filesFellBack: boolean;
  /** Its body was destroyed, its hash was not: the device must declare it. */
  mustBeDeclared: boolean;
  /** Seen on the device's disk at last look. */
  here: boolean;
}

interface Covered {
  epoch: number;
  n: number;
}

export interface Violation {
  checker: string;
  what: string;
}

export class Oracle {
  readonly attempts: Attempt[] = [];
  readonly violations: Violation[] = [];
  /** Device → the furthest receipt that reached it unharmed, by epoch. */
  private readonly covered = new Map<string, Covered[]>();
  /** Device → files of which it was told that the server has all bytes and has looked at them. */
  private readonly confirmed = new Map<string, Set<string>>();
  /** Device → files some receipt that reached it did not name as missing. */
  private readonly notMissing = new Map<string, Set<string>>();
  /** Devices whose store was cleared or put back: nobody is left who could declare what was in it. */
  readonly diskLost = new Set<string>();
  /** Files the server examined and put aside. */
  readonly rejected = new Set<string>();

  violated(checker: string, what: string): void {
    if (this.violations.length < 50) this.violations.push({ checker, what });
  }

  attempt(what: Pick<Attempt, 'phone' | 'device' | 'action' | 'args' | 'files' | 'private'>): Attempt {
    const made: Attempt = {
      ...what,
      state: 'doubtful',
      saved: null,
      body: null,
      destroyed: false,
      fellBack: false,
      receiptMayBeOut: false,
      filesFellBack: false,
      mustBeDeclared: false,
      here: false,
    };
    this.attempts.push(made);
    return made;
  }

  savedOf(device: string): Attempt[] {
    return this.attempts.filter((one) => one.device === device && one.state === 'saved');
  }

  /** An answer to an exchange reached the app whole. */
  exchanged(device: string, request: SyncRequest, answer: SyncAnswer): void {
    const receipt = receiptIn(answer.receipt);
    if (!receipt || receipt.device !== device) return;
    const list = this.covered.get(device) ?? [];
    list.push({ epoch: receipt.epoch, n: receipt.n });
    this.covered.set(device, list);
    if (request.device !== device) return;
    const missing = new Set(receipt.missing);
    const told = this.notMissing.get(device) ?? new Set();
    for (const sha of this.confirmed.get(device) ?? []) if (!missing.has(sha)) told.add(sha);
    this.notMissing.set(device, told);
  }

  /** The server has said that it is done with a file. */
  finished(device: string, sha: string): void {
    const known = this.confirmed.get(device) ?? new Set();
    this.confirmed.set(device, known.add(sha));
  }

  coveredBy(device: string, epoch: number, seq: number): boolean {
    return (this.covered.get(device) ?? []).some((one) => one.epoch >= epoch && one.n >= seq);
  }

  fileCovered(device: string, sha: string): boolean {
    return this.notMissing.get(device)?.has(sha) ?? false;
  }
}

/** What a receipt says; its signature is the core's business. */
export function receiptIn(jws: string): Receipt | null {
  try {
    const [, payload = ''] = jws.split('.');
    return JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Receipt;
  } catch {
    return null;
  }
}

export const bodyHash = (body: string): string => sha256(body);
