/**
 * How this browser can put the app on the home screen.
 *
 * Neighbours: `main.ts` starts listening before the first screen (the browser tells only once); `enrol/Welcome.svelte` shows the way.
 */
export type InstallWay = 'installed' | 'prompt' | 'ios' | 'wechat' | 'menu';

interface InstallPrompt extends Event {
  prompt(): Promise<unknown>;
}

class Install {
  #offer = $state<InstallPrompt | null>(null);

  /** Keeps the browser's offer for the moment when it makes sense. */
  listen(): void {
    addEventListener('beforeinstallprompt', (event) => {
      event.preventDefault();
      this.#offer = event as InstallPrompt;
    });
    addEventListener('appinstalled', () => {
      this.#offer = null;
    });
  }

  get way(): InstallWay {
    const alone = matchMedia('(display-mode: standalone)').matches;
    return wayOf(navigator.userAgent, alone, this.#offer !== null);
  }

  async ask(): Promise<void> {
    await this.#offer?.prompt();
    this.#offer = null;
  }
}

/** Pure: from what the browser says of itself. */
export function wayOf(userAgent: string, standalone: boolean, offered: boolean): InstallWay {
  if (standalone) return 'installed';
  if (/MicroMessenger/i.test(userAgent)) return 'wechat';
  if (offered) return 'prompt';
  return /iPhone|iPad|iPod/.test(userAgent) ? 'ios' : 'menu';
}

export const install = new Install();
