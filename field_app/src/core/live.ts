/**
 * The live socket: frames keep the replica fresh between exchanges; losing it loses nothing.
 *
 * Neighbours: `apply.ts` applies frames; `loop.ts` is kicked when there is a hole. Invariants: frames are applied one after
 * the other, in the order they came; whatever cannot be applied becomes an exchange.
 */
import type { LiveFrame } from '../generated/types';
import { applyFrame } from './apply';
import type { Context, Reason } from './context';
import type { Socket, Timer } from './deps';
import { backOff } from './loop';

const PATH = '/api/v1/live';
/** Close codes: the session has run out; the device may no longer listen. */
const NOT_SIGNED_IN = 4401;
const REVOKED = 4403;

export class Live {
  private readonly ctx: Context;
  private readonly poke: (reason: Reason) => void;
  private socket: Socket | null = null;
  private timer: Timer | null = null;
  private failures = 0;
  private queue: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(ctx: Context, poke: (reason: Reason) => void) {
    this.ctx = ctx;
    this.poke = poke;
  }

  start(): void {
    const { deps } = this.ctx;
    if (!deps.socket || this.stopped || this.socket) return;
    const socket = deps.socket(`${deps.socketBase}${PATH}`);
    this.socket = socket;
    socket.onmessage = (event) => {
      this.failures = 0;
      this.queue = this.queue.then(() => this.take(event.data)).catch(() => this.poke('poke'));
    };
    socket.onclose = (event) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (this.stopped) return;
      if (event.code === REVOKED || event.code === NOT_SIGNED_IN) this.poke('poke'); // the exchange renews, or says why
      if (event.code === REVOKED) return;
      this.failures += 1;
      this.timer = deps.setTimeout(() => this.start(), backOff(deps, this.failures, null));
    };
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
    if (said.hello !== undefined) this.poke('retry');
    else if (said.sync) this.poke('poke');
    else if (typeof said.bucket === 'string' && Array.isArray(said.changes)) {
      if ((await applyFrame(this.ctx, said as LiveFrame)) === 'gap') this.poke('poke');
    }
  }
}
