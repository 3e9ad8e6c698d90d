/**
 * The entry of a voice note, saved like any other: in one transaction with the bytes, and with what it is about where that is new.
 *
 * Neighbours: `recorder.ts` makes the take; the screens that offer one.
 */
import type { ArgsOf, NewEntry } from '$core';
import { tv } from '$i18n/voice';
import type { Take } from './recorder';

export type About = Pick<ArgsOf<'voice.add'>, 'about' | 'about_id' | 'depot_id'>;

export function voiceEntry(about: About, take: Take, name: string): NewEntry {
  return {
    action: 'voice.add',
    args: { ...about, seconds: take.seconds },
    extra: {
      blobs: [{ bytes: take.bytes, type: take.type, role: 'voice' }],
      label: `${name} ${tv('voice.title')}`,
    },
  };
}

/** Seconds as a clock shows them. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}
