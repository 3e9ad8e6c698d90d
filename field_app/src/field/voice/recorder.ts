/**
 * One voice note being recorded: asked for, bounded in length and size, ended by the person, a bound or a call.
 *
 * Neighbours: `VoiceNote.svelte` shows it; `entry.ts` makes its entry. Invariants: the microphone is let go whatever ends the
 * recording; what was said until then is kept; the platform comes as an argument, and its every refusal has a name here.
 */
import type { BlobType } from '$generated/types';
import { VOICE_BYTES_MAX, VOICE_SECONDS_MAX } from '../../generated/limits';

/** Why a recording ended. call: a call came, the app was left, or the microphone went away. */
export type Ending = 'person' | 'length' | 'size' | 'call';
/** Why there is no recording. */
export type Trouble = 'denied' | 'none' | 'busy' | 'unable' | 'empty';

export interface Take {
  bytes: Blob;
  type: BlobType;
  seconds: number;
  ending: Ending;
}

export class VoiceError extends Error {
  readonly trouble: Trouble;

  constructor(trouble: Trouble) {
    super(trouble);
    this.trouble = trouble;
  }
}

/** What of the browser is used. */
export interface Platform {
  devices: Pick<MediaDevices, 'getUserMedia'> | undefined;
  Recorder: typeof MediaRecorder | undefined;
  page: Pick<Document, 'addEventListener' | 'removeEventListener' | 'hidden'>;
  now(): number;
}

const KINDS: readonly [string, BlobType][] = [
  ['audio/webm;codecs=opus', 'audio/webm'],
  ['audio/mp4', 'audio/mp4'],
  ['audio/ogg;codecs=opus', 'audio/ogg'],
];
const BITS_PER_SECOND = 32_000;
const SLICE_MS = 500;
/** What a last slice may still bring. */
const SPARE_BYTES = 256 * 1024;

export function browser(): Platform {
  return {
    devices: navigator.mediaDevices as MediaDevices | undefined,
    Recorder: globalThis.MediaRecorder as typeof MediaRecorder | undefined,
    page: document,
    now: () => performance.now(),
  };
}

/** What a refusal of the microphone means. */
export function troubleOf(fault: unknown): Trouble {
  const name = fault instanceof Error || fault instanceof DOMException ? fault.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'denied';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none';
  return name === 'NotReadableError' || name === 'AbortError' ? 'busy' : 'unable';
}

/** A recording under way. */
export class Recording {
  /** What was said, once it has ended. VoiceError `empty`: nothing was. */
  readonly done: Promise<Take>;
  private readonly stream: MediaStream;
  private readonly recorder: MediaRecorder;
  private readonly platform: Platform;
  private readonly startedAt: number;
  private ending: Ending = 'person';

  /** Asks for the microphone and begins. VoiceError: there is none, or it may not be used. */
  static async begin(platform: Platform): Promise<Recording> {
    const { devices, Recorder } = platform;
    const kind = KINDS.find(([asked]) => Recorder?.isTypeSupported(asked));
    if (!devices || !Recorder || !kind) throw new VoiceError('unable');
    let stream: MediaStream;
    try {
      stream = await devices.getUserMedia({ audio: true });
    } catch (fault) {
      throw new VoiceError(troubleOf(fault));
    }
    try {
      const options = { mimeType: kind[0], audioBitsPerSecond: BITS_PER_SECOND };
      return new Recording(platform, stream, new Recorder(stream, options), kind[1]);
    } catch {
      for (const track of stream.getTracks()) track.stop();
      throw new VoiceError('busy');
    }
  }

  private constructor(platform: Platform, stream: MediaStream, recorder: MediaRecorder, type: BlobType) {
    this.platform = platform;
    this.stream = stream;
    this.recorder = recorder;
    this.startedAt = platform.now();
    const said: Blob[] = [];
    this.done = new Promise((resolve, reject) => {
      recorder.onstop = () => {
        this.letGo();
        const bytes = new Blob(said, { type });
        const seconds = Math.min(VOICE_SECONDS_MAX, Math.max(1, Math.round(this.seconds)));
        if (bytes.size < 1 || bytes.size > VOICE_BYTES_MAX) reject(new VoiceError('empty'));
        else resolve({ bytes, type, seconds, ending: this.ending });
      };
    });
    let size = 0;
    recorder.ondataavailable = ({ data }) => {
      if (data.size > 0) said.push(data);
      size += data.size;
      if (size > VOICE_BYTES_MAX - SPARE_BYTES) this.stop('size');
      else if (this.seconds >= VOICE_SECONDS_MAX) this.stop('length');
    };
    recorder.onerror = () => this.stop('call');
    for (const track of stream.getTracks()) track.onended = track.onmute = () => this.stop('call');
    platform.page.addEventListener('visibilitychange', this.left);
    recorder.start(SLICE_MS);
  }

  /** How long it has been going on. */
  get seconds(): number {
    return (this.platform.now() - this.startedAt) / 1000;
  }

  stop(ending: Ending = 'person'): void {
    if (this.recorder.state === 'inactive') return;
    this.ending = ending;
    this.recorder.stop();
  }

  private readonly left = (): void => {
    if (this.platform.page.hidden) this.stop('call');
  };

  private letGo(): void {
    this.platform.page.removeEventListener('visibilitychange', this.left);
    for (const track of this.stream.getTracks()) {
      track.onended = track.onmute = null;
      track.stop();
    }
  }
}
