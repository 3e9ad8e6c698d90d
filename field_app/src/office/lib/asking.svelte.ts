/**
 * The question that is open over an incident, wherever its card stands.
 *
 * Neighbours: incident cards ask, Asked.svelte shows it once for the whole office. Invariant: a card that comes and goes (with the width
 * of the screen, or because somebody else closed the incident) takes no question with it, nor what was typed.
 */
import type { RecordOf } from '$core/types';

export interface Question {
  how: 'close' | 'release';
  incident: RecordOf<'incident'>;
}

export class Asking {
  open = $state(false);
  question = $state.raw<Question | null>(null);

  ask(how: Question['how'], incident: RecordOf<'incident'>): void {
    this.question = { how, incident };
    this.open = true;
  }
}
