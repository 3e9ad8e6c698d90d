/**
 * The automatic shutter at work on one camera: on or off (remembered on this device, off at first), paused by a touch, what it waits for.
 *
 * Neighbours: autoshutter.ts decides, frames.ts looks, Viewfinder.svelte releases. Invariants: without a touch on its switch it is
 * never on · paused, it takes nothing · the shutter by hand works in every state.
 */
import { readySound, signalShot } from '../scan/signals';
import { AutoShutter, type Word } from './autoshutter';
import { lookAt } from './frames';

const KEPT = 'handover.autoshutter';

function kept(): boolean {
  try {
    return localStorage.getItem(KEPT) === 'on';
  } catch {
    return false;
  }
}

export class AutoRun {
  on: boolean = $state(kept());
  paused: boolean = $state(false);
  /** What it waits for; null while it does not look. */
  word: Word | null = $state(null);
  /** 0–1 of the hold. */
  progress: number = $state(0);
  #shutter = new AutoShutter();

  get running(): boolean {
    return this.on && !this.paused;
  }

  toggle(): void {
    this.on = !this.on;
    this.paused = false;
    this.#rest();
    this.#shutter = new AutoShutter();
    if (this.on) readySound(); // only a touch may make the page sound
    try {
      localStorage.setItem(KEPT, this.on ? 'on' : 'off');
    } catch {
      // not remembered: it is off again next time
    }
  }

  pause(): void {
    this.paused = true;
    this.#rest();
  }

  goOn(): void {
    this.paused = false;
  }

  /** A shot was taken, by itself or by hand. */
  taken(): void {
    this.#shutter.taken();
    this.#rest();
    if (this.on) signalShot();
  }

  /** The same view may be taken again: the last shot did not count, or is to be replaced. */
  again(): void {
    this.#shutter.again();
    this.#rest();
  }

  /** Looks at the picture while it is wanted, and calls `release` when it is time. Gives the way to stop. */
  follow(video: HTMLVideoElement, wanted: () => boolean, release: () => void): () => void {
    const stop = lookAt(
      video,
      () => {
        const look = this.running && wanted();
        if (!look && this.word !== null) this.#rest();
        return look;
      },
      (frame) => {
        const { word, progress } = this.#shutter.see(frame);
        this.word = word;
        this.progress = progress;
        if (word === 'fire') release();
      },
    );
    return () => {
      stop();
      this.#rest();
    };
  }

  #rest(): void {
    this.word = null;
    this.progress = 0;
  }
}
