/**
 * Light, dark or like the device; normal or large text. Kept on the device and mirrored to `<html>`.
 *
 * Neighbours: tokens.css reads `data-theme` and `data-size`; ThemeSwitch.svelte sets them; each entry's main.ts calls
 * `theme.apply()` once before mounting. Invariant: light unless a person chose otherwise (it must read in full sun).
 */
export const GROUNDS = ['light', 'dark', 'auto'] as const;
export const SIZES = ['normal', 'large'] as const;
export type Ground = (typeof GROUNDS)[number];
export type TextSize = (typeof SIZES)[number];

const KEY = 'handover.look';

/** Reads "dark large"; anything unknown falls back to light and normal. */
export function parseLook(kept: string | null): { ground: Ground; size: TextSize } {
  const [ground, size] = (kept ?? '').split(' ');
  return {
    ground: GROUNDS.find((known) => known === ground) ?? 'light',
    size: SIZES.find((known) => known === size) ?? 'normal',
  };
}

class Theme {
  ground = $state<Ground>('light');
  size = $state<TextSize>('normal');

  /** Read what was kept and show it. */
  apply(): void {
    let kept: string | null = null;
    try {
      kept = localStorage.getItem(KEY);
    } catch {
      // Storage may be forbidden: the defaults stand.
    }
    const look = parseLook(kept);
    this.choose(look.ground, look.size);
  }

  choose(ground: Ground, size: TextSize): void {
    this.ground = ground;
    this.size = size;
    document.documentElement.dataset.theme = ground;
    document.documentElement.dataset.size = size;
    try {
      localStorage.setItem(KEY, `${ground} ${size}`);
    } catch {
      // As above: the choice lasts as long as the page.
    }
  }
}

export const theme = new Theme();
