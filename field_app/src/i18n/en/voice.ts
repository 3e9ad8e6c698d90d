/** English: voice notes. Neighbour: ../zh/voice.ts defines keys and parameters. */
import type { voice as zh } from '../zh/voice';

export const voice: Readonly<Record<keyof typeof zh, string>> = {
  'voice.title': 'Voice note',
  'voice.begin': 'Record a voice note',
  'voice.stop': 'Stop recording',
  'voice.running': 'Recording {time} of at most {most}',
  'voice.play': 'Play voice note {time}',
  'voice.pause': 'Pause voice note',
  'voice.by': '{who} · {at}',
  'voice.drop': 'Delete this voice note',
  'voice.kept': 'Recorded',
  'voice.cutLength':
    'At {most} the recording stopped; what was said is kept. Record another one to say more.',
  'voice.cutSize':
    'The recording reached the size it may have and stopped; what was said is kept. Record another one to say more.',
  'voice.cutCall':
    'A call or another app interrupted the recording; what was said until then is kept. Record another one to go on.',
  'voice.denied':
    'The microphone is not allowed, so nothing was recorded; everything else is safe. Allow it in the browser’s settings for this site, or type instead.',
  'voice.none':
    'This device has no microphone to use, so nothing was recorded; everything else is safe. Type instead.',
  'voice.busy':
    'A call or another app holds the microphone, so nothing was recorded; everything else is safe. Try again after it, or type instead.',
  'voice.unable': 'This browser cannot record; everything else is safe. Type instead.',
  'voice.empty':
    'No sound was recorded, so nothing was saved; everything else is safe. Record again, or type instead.',
  'voice.full':
    'There are {n} voice notes here already and no more can be added; all of them are safe. Type instead.',
  'voice.away': 'This voice note is not uploaded yet, or cannot be reached now; try again with a network.',
  'dictate.title': 'Dictation',
  'dictate.off': 'No dictation',
  'dictate.on': 'Use dictation',
  'dictate.about':
    'With it, the notes of a fault and of a task have a button that writes down what you say. The maker of the phone or browser does the listening and may be sent your voice; it needs a network. If you do not want that, leave it off and record a voice note: that stays within your company.',
  'dictate.begin': 'Dictate',
  'dictate.stop': 'Stop dictating',
  'dictate.failed':
    'Dictation did not work; what is written is all there. Try again with a network, allow the microphone, or record a voice note.',
  'voice.inPlace': 'See the voice note',
};
