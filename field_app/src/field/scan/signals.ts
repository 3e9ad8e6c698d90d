/**
 * What ear and hand are told: a rising tone for a hit, a low double one for a wrong code, a short one for a shot, each with a vibration.
 *
 * Neighbours: `Scan.svelte`, `handover/auto.svelte.ts`. Invariant: a device without sound or vibration stays silent; the screen always says the same in words.
 */
let context: AudioContext | null = null;

/** Call from a touch: browsers let a page sound only then. */
export function readySound(): void {
  try {
    context ??= new AudioContext();
    void context.resume();
  } catch {
    context = null;
  }
}

export function signalHit(): void {
  tone(880, 0, 0.08);
  tone(1320, 0.09, 0.14);
  navigator.vibrate?.(60);
}

/** One short tone: known already, nothing new. */
export function signalAgain(): void {
  tone(660, 0, 0.06);
  navigator.vibrate?.(20);
}

/** A photo was taken. */
export function signalShot(): void {
  tone(1047, 0, 0.06);
  navigator.vibrate?.(40);
}

export function signalWrong(): void {
  tone(196, 0, 0.16);
  tone(196, 0.22, 0.16);
  navigator.vibrate?.([90, 70, 90]);
}

function tone(hertz: number, afterS: number, lengthS: number): void {
  if (context?.state !== 'running') return;
  const from = context.currentTime + afterS;
  const source = new OscillatorNode(context, { type: 'square', frequency: hertz });
  const volume = new GainNode(context, { gain: 0.18 });
  // Without the fade the end of a tone clicks.
  volume.gain.setTargetAtTime(0, from + lengthS - 0.02, 0.008);
  source.connect(volume).connect(context.destination);
  source.start(from);
  source.stop(from + lengthS);
}
