/**
 * The language of the screen: one rune, kept on the device, mirrored to `<html lang>`.
 *
 * Neighbours: index.ts and office.ts read it in `t`, so every text changes at once; LangSwitch.svelte sets it.
 * Invariant: a borrowed language (customer mode) is never kept, and `endBorrow` brings the person's own back.
 */
import { LANG_KEY } from '$core/kept';
import { LANGS, type Lang } from './translate';

function isLang(value: unknown): value is Lang {
  return LANGS.includes(value as Lang);
}

/** The kept language, else the browser's: anything Chinese is zh, anything else en; without a browser zh. */
export function firstLang(kept: string | null, browser: string | undefined): Lang {
  if (isLang(kept)) {
    return kept;
  }
  return browser === undefined || browser.toLowerCase().startsWith('zh') ? 'zh' : 'en';
}

function keptLang(): string | null {
  try {
    return localStorage.getItem(LANG_KEY);
  } catch {
    return null;
  }
}

function keep(lang: Lang): void {
  try {
    localStorage.setItem(LANG_KEY, lang);
  } catch {
    // Storage may be forbidden (private window): the choice then lasts as long as the page.
  }
}

class Locale {
  #own = $state<Lang>('zh');
  #borrowed = $state<Lang | null>(null);

  constructor() {
    this.#own = firstLang(keptLang(), typeof navigator === 'undefined' ? undefined : navigator.language);
    this.#mirror();
  }

  /** The language every text is shown in now. */
  get current(): Lang {
    return this.#borrowed ?? this.#own;
  }

  /** True while a customer's choice stands in for the person's own. */
  get borrowing(): boolean {
    return this.#borrowed !== null;
  }

  /** Choose: kept on the device, or, while borrowing, only for as long as the borrowing lasts. */
  set(lang: Lang): void {
    if (this.#borrowed === null) {
      this.#own = lang;
      keep(lang);
    } else {
      this.#borrowed = lang;
    }
    this.#mirror();
  }

  /** Start a customer's session: the language may change without touching the person's own. */
  borrow(lang: Lang = this.current): void {
    this.#borrowed = lang;
    this.#mirror();
  }

  endBorrow(): void {
    this.#borrowed = null;
    this.#mirror();
  }

  #mirror(): void {
    if (typeof document !== 'undefined') {
      document.documentElement.lang = this.current === 'zh' ? 'zh-CN' : 'en';
    }
  }
}

export const locale = new Locale();
