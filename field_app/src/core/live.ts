/**
 * The live socket: frames keep the replica fresh between exchanges; losing it loses nothing.
 *
 * Neighbours: `apply.ts` applies frames; `loop.ts` is kicked when there is a hole; `opened.ts` passes the pulse on to the other
 * tabs. Invariants: frames are applied one after the other, in the order they came; whatever cannot be applied becomes an
 * exchange; nothing counts as live that has been silent for longer than two of the server's pings.
 */
import type { LiveFrame } from '../generated/types';
import { applyFrame } from './apply';
import type { Context, Reason } from './context';
import type { Deps, Socket, Timer } from './deps';
import { backOff } from './loop';

const PATH = '/api/v1/live';
/** Close codes: the session has run out; the device may no longer listen. */
const NOT_SIGNED_IN = 4401;
const REVOKED = 4403;
/** The server pings about every 25 s. Silent for longer than this: nobody is there, whatever the socket says. */
export const SILENCE_MS = 60_000;

/** Whether something was heard lately. `changed` is called only when that changes. */
export class Pulse {
  private readonly deps: Pick<Deps, 'setTimeout' | 'clearTimeout'>;
  private readonly changed: (live: boolean) => void;
  private timer: Timer | null = null;

  constructor(deps: Pick<Deps, 'setTimeout' | 'clearTimeout'>, changed: (live: boolean) => void) {
    this.deps = deps;
    this.changed = changed;
  }

  beat(): void {
    const before = this.timer;
    if (before !== null) this.deps.clearTimeout(before);
    this.timer = this.deps.setTimeout(() => this.lost(), SILENCE_MS);
    if (before === null) this.changed(true);
  }

  lost(): void {
    if (this.timer === null) return;
    this.deps.clearTimeout(this.timer);
    this.timer = null;
    this.changed(false);
  }

  get beating(): boolean {
    return this.timer !== null;
  }

  stop(): void {
    if (this.timer !== null) this.deps.clearTimeout(this.timer);
    this.timer = null;
  }
}

export interface LiveEvents {
  /** Asks for an exchange. */
  poke(reason: Reason): void;
  /** The server said something, if only that it is there. */
  heard(): void;
  /** The socket is gone. */
  lost(): void;
}

export class Live {
  private readonly ctx: Context;
  private readonly events: LiveEvents;
  private socket: Socket | null = null;
  private timer: Timer | null = null;
  private failures = 0;
  private queue: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(ctx: Context, events: LiveEvents) {
    this.ctx = ctx;
    this.events = events;
  }

  start(): void {
    const { deps } = this.ctx;
    if (!deps.socket || this.stopped || this.socket) return;
    this.timer = null;
    const socket = deps.socket(`${deps.socketBase}${PATH}`);
    this.socket = socket;
    socket.onmessage = (event) => {
      if (this.socket !== socket) return;
      this.failures = 0;
      this.events.heard();
      this.queue = this.queue.then(() => this.take(event.data)).catch(() => this.events.poke('poke'));
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (this.stopped) return;
      this.events.lost();
      if (event.code === REVOKED || event.code === NOT_SIGNED_IN) this.events.poke('poke'); // the exchange renews, or says why
      if (event.code !== REVOKED) this.again();
    };
  }

  /** A socket that is silent for too long is given up and opened anew. */
  silent(): void {
    const socket = this.socket;
    if (!socket || this.stopped) return;
    this.socket = null;
    socket.close();
    this.again();
  }

  /** An exchange came through: what waits to be opened again need not wait. */
  hurry(): void {
    if (this.socket || this.timer === null) return;
    this.ctx.deps.clearTimeout(this.timer);
    this.start();
  }

  private again(): void {
    const { deps } = this.ctx;
    this.failures += 1;
    this.timer = deps.setTimeout(() => this.start(), backOff(deps, this.failures, null));
    // Lost once may be chance; when it cannot be opened again, an exchange finds out whether anybody is there.
    if (this.failures === 2) this.events.poke('poke');
  }

  stop(): void {
    this.stopped = true;
    if (this.timer !== null) this.ctx.deps.clearTimeout(this.timer);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
  }

  /** `{hello}`: the server is there, a planned retry need not wait; `{sync}`: frames were missed; a frame is applied. */
  private async take(data: unknown): Promise<void> {
    const said = JSON.parse(String(data)) as Partial<LiveFrame> & { hello?: number; sync?: boolean };
    if (said.hello !== undefined) this.events.poke('retry');
    else if (said.sync) this.events.poke('poke');
    else if (typeof said.bucket === 'string' && Array.isArray(said.changes)) {
      if ((await applyFrame(this.ctx, said as LiveFrame)) === 'gap') this.events.poke('poke');
    }
  }
}
