/**
 * The staff's PIN while a customer's screen is locked: who handed the device over is who takes it back.
 *
 * Neighbours: LeaveSheet.svelte and CustomerThanks.svelte show it on a pad. Invariant: one try at a time, and a refusal says why.
 */
import type { UnlockResult } from '$core';
import { locale } from '$i18n/locale.svelte';
import type { Session } from './session.svelte';
import { t } from './words';

export class PinCheck {
  readonly #session: Session;
  busy = $state(false);
  attempt = $state(0);
  wait = $state(0);
  error = $state<string | undefined>(undefined);

  constructor(session: Session) {
    this.#session = session;
  }

  /** True when it is theirs. */
  pin(pin: string): Promise<boolean> {
    return this.#ask((person) => this.#session.core.unlock(person, pin));
  }

  async #ask(how: (person: string) => Promise<UnlockResult>): Promise<boolean> {
    const person = this.#session.core.status.get().person;
    if (!person || this.busy) return false;
    this.busy = true;
    this.error = undefined;
    try {
      const result = await how(person.id);
      this.attempt += 1;
      if (!result.ok) this.#refused(result);
      return result.ok;
    } catch (fault) {
      this.#session.fail(fault);
      return false;
    } finally {
      this.busy = false;
    }
  }

  #refused(result: Exclude<UnlockResult, { ok: true }>): void {
    if ('needsNetwork' in result) {
      this.error = t('leave.network');
    } else if ('problem' in result) {
      this.error = result.problem[locale.current];
    } else {
      this.error = t('leave.wrong', { left: result.left });
      this.wait = result.waitUntil === null ? 0 : Math.max(0, (result.waitUntil - Date.now()) / 1000);
    }
  }
}
