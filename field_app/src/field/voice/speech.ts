/**
 * Dictation where the platform offers it: words into a text field, only after somebody chose it on this device.
 *
 * Neighbours: `Dictate.svelte` and `DictateSetting.svelte` show it. Invariants: off until chosen, since the platform may send the voice to
 * its maker; nothing is offered where the platform has none, or without a network; the platform comes as an argument.
 */
export interface Heard {
  results: ArrayLike<ArrayLike<{ transcript: string }> & { isFinal: boolean }>;
  resultIndex: number;
}

export interface Recogniser {
  lang: string;
  continuous: boolean;
  interimResults: boolean;
  onresult: ((event: Heard) => void) | null;
  onend: (() => void) | null;
  onerror: ((event: { error: string }) => void) | null;
  start(): void;
  stop(): void;
}

/** What of the browser is used. */
export interface Platform {
  Recogniser: (new () => Recogniser) | undefined;
  online(): boolean;
  kept: Pick<Storage, 'getItem' | 'setItem'>;
}

const KEY = 'handover.dictation';

export function browser(): Platform {
  const made = globalThis as unknown as Record<string, new () => Recogniser>;
  return {
    Recogniser: made.SpeechRecognition ?? made.webkitSpeechRecognition,
    online: () => navigator.onLine,
    kept: localStorage,
  };
}

export function isChosen({ kept }: Platform): boolean {
  try {
    return kept.getItem(KEY) === 'on';
  } catch {
    return false; // storage may be forbidden: then nothing was chosen
  }
}

export function choose({ kept }: Platform, on: boolean): void {
  try {
    kept.setItem(KEY, on ? 'on' : 'off');
  } catch {
    // As above: it stays off.
  }
}

/** Whether the button is shown now. */
export function isOffered(platform: Platform): boolean {
  return platform.Recogniser !== undefined && isChosen(platform) && platform.online();
}

/** Listens until stopped or silent; each finished phrase is handed over as it comes. Resolves with whether it ended well. */
export function listen(
  platform: Platform,
  lang: 'zh' | 'en',
  onphrase: (text: string) => void,
): { stop(): void; done: Promise<boolean> } {
  const { Recogniser } = platform;
  if (!Recogniser) return { stop: () => undefined, done: Promise.resolve(false) };
  const recogniser = new Recogniser();
  recogniser.lang = lang === 'zh' ? 'zh-CN' : 'en-GB';
  recogniser.continuous = true;
  recogniser.interimResults = false;
  let well = true;
  const done = new Promise<boolean>((resolve) => {
    recogniser.onresult = ({ results, resultIndex }) => {
      for (let at = resultIndex; at < results.length; at += 1) {
        const text = results[at]?.isFinal ? (results[at]?.[0]?.transcript ?? '').trim() : '';
        if (text !== '') onphrase(text);
      }
    };
    // Silence is no failure: nobody said anything.
    recogniser.onerror = ({ error }) => {
      well = error === 'no-speech' || error === 'aborted';
    };
    recogniser.onend = () => resolve(well);
    try {
      recogniser.start();
    } catch {
      resolve(false);
    }
  });
  return { stop: () => recogniser.stop(), done };
}

/** A text with a phrase after it. */
export function joined(text: string, phrase: string, most: number): string {
  const gap = text === '' || /[\s。，！？]$/.test(text) || /^[\u3400-\u9fff]/.test(phrase) ? '' : ' ';
  return `${text}${gap}${phrase}`.slice(0, most);
}
