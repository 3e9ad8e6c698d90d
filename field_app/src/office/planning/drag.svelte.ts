/**
 * Carrying a card to another place: with a mouse by pulling it, with a finger by holding it first, so that a list still scrolls.
 *
 * Neighbours: `TaskChip.svelte` is carried, whatever has `data-drop` takes it, `Carried.svelte` shows it under the pointer. Invariants:
 * one card at a time · Esc, a second finger or a place that does not take it leave everything as it was · after a drop no click follows.
 * Keyboard and menu do the same elsewhere: nothing is reached by dragging alone.
 */
import type { Attachment } from 'svelte/attachments';

const PULL_PX = 6;
const STILL_PX = 10;
const HOLD_MS = 350;
const EDGE_PX = 72;
const STEP_PX = 12;
const STEP_MS = 16;

interface Point {
  x: number;
  y: number;
}

export interface DropRules {
  /** Whether this place would take it. */
  takes: (id: string, target: string) => boolean;
  drop: (id: string, target: string) => void;
}

export class Drag {
  /** What is carried; null: nothing. */
  id = $state<string | null>(null);
  /** The place under the pointer that would take it. */
  over = $state<string | null>(null);
  at = $state.raw<Point>({ x: 0, y: 0 });
  #press: AbortController | null = null;
  #scroll: ReturnType<typeof setInterval> | undefined;

  constructor(readonly rules: DropRules) {}

  /** Makes an element one that can be carried. */
  handle(id: string): Attachment<HTMLElement> {
    return (node) => {
      const pressed = (event: PointerEvent): void => this.#pressed(id, node, event);
      const held = (event: Event): void => {
        if (this.id !== null) event.preventDefault();
      };
      node.addEventListener('pointerdown', pressed);
      // Registered before the finger comes down, or the browser would already be scrolling.
      node.addEventListener('touchmove', held, { passive: false });
      return () => {
        node.removeEventListener('pointerdown', pressed);
        node.removeEventListener('touchmove', held);
      };
    };
  }

  #pressed(id: string, node: HTMLElement, event: PointerEvent): void {
    this.stop();
    if (!event.isPrimary || event.button !== 0) return;
    const from = { x: event.clientX, y: event.clientY };
    const finger = event.pointerType === 'touch';
    const press = new AbortController();
    this.#press = press;
    const lift = (): void => {
      this.id = id;
      this.#move(from, node);
    };
    const timer = finger ? setTimeout(lift, HOLD_MS) : undefined;
    press.signal.addEventListener('abort', () => clearTimeout(timer));
    const listen = <K extends keyof WindowEventMap>(type: K, run: (event: WindowEventMap[K]) => void): void =>
      window.addEventListener(type, run, { signal: press.signal, capture: true });

    listen('pointermove', (to) => {
      if (to.pointerId !== event.pointerId) return;
      const far = Math.hypot(to.clientX - from.x, to.clientY - from.y);
      if (this.id === null && finger && far > STILL_PX) this.stop();
      else if (this.id === null && !finger && far > PULL_PX) lift();
      if (this.id !== null) this.#move({ x: to.clientX, y: to.clientY }, node);
    });
    listen('pointerup', (up) => {
      if (up.pointerId === event.pointerId) this.#release();
    });
    listen('pointerdown', () => this.stop());
    listen('pointercancel', () => this.stop());
    listen('blur', () => this.stop());
    listen('contextmenu', (menu) => {
      if (finger) menu.preventDefault();
    });
    listen('keydown', (key) => {
      if (key.key !== 'Escape' || this.id === null) return;
      key.preventDefault();
      key.stopPropagation();
      swallowClick();
      this.stop();
    });
  }

  #move(to: Point, node: HTMLElement): void {
    this.at = to;
    this.#look();
    clearInterval(this.#scroll);
    const room = roomOf(node);
    const box = room.getBoundingClientRect();
    const step =
      to.y < box.top + EDGE_PX ? -STEP_PX : to.y > Math.min(box.bottom, innerHeight) - EDGE_PX ? STEP_PX : 0;
    if (step === 0) return;
    this.#scroll = setInterval(() => {
      room.scrollTop += step;
      this.#look();
    }, STEP_MS);
  }

  #look(): void {
    const found = document.elementFromPoint(this.at.x, this.at.y)?.closest<HTMLElement>('[data-drop]');
    const target = found?.dataset.drop;
    this.over = target !== undefined && this.id !== null && this.rules.takes(this.id, target) ? target : null;
  }

  #release(): void {
    const { id, over } = this;
    this.stop();
    if (id === null) return;
    swallowClick();
    if (over !== null) this.rules.drop(id, over);
  }

  /** Puts it back. */
  stop(): void {
    this.#press?.abort();
    this.#press = null;
    clearInterval(this.#scroll);
    this.id = null;
    this.over = null;
  }
}

/** The click that follows a release is not one on the card. */
function swallowClick(): void {
  const swallow = (click: Event): void => {
    click.preventDefault();
    click.stopPropagation();
  };
  window.addEventListener('click', swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener('click', swallow, { capture: true }), 100);
}

/** What scrolls around an element. */
function roomOf(node: HTMLElement): Element {
  for (let one = node.parentElement; one !== null; one = one.parentElement) {
    if (one.scrollHeight > one.clientHeight && /auto|scroll/.test(getComputedStyle(one).overflowY))
      return one;
  }
  return document.documentElement;
}
