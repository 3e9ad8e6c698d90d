/** A recording on a platform of our own: it ends by a person, a bound or a call, and every refusal has its name. */
import { describe, expect, it } from 'vitest';
import { VOICE_BYTES_MAX, VOICE_SECONDS_MAX } from '../../generated/limits';
import { clock } from './entry';
import { type Platform, Recording, troubleOf, VoiceError } from './recorder';

class Track {
  onended: (() => void) | null = null;
  onmute: (() => void) | null = null;
  stopped = false;
  stop(): void {
    this.stopped = true;
  }
}

class FakeRecorder {
  static last: FakeRecorder;
  static kinds: readonly string[] = ['audio/mp4'];
  static isTypeSupported(kind: string): boolean {
    return FakeRecorder.kinds.includes(kind);
  }
  state = 'inactive';
  onstop: (() => void) | null = null;
  ondataavailable: ((event: { data: Blob }) => void) | null = null;
  onerror: (() => void) | null = null;
  constructor() {
    FakeRecorder.last = this;
  }
  start(): void {
    this.state = 'recording';
  }
  stop(): void {
    this.state = 'inactive';
    this.onstop?.();
  }
  says(bytes: number): void {
    this.ondataavailable?.({ data: new Blob([new Uint8Array(bytes)]) });
  }
}

function stage(refusal?: string) {
  const track = new Track();
  const page = Object.assign(new EventTarget(), { hidden: false });
  const at = { ms: 0 };
  const devices = {
    getUserMedia: async () => {
      if (refusal) throw new DOMException('', refusal);
      return { getTracks: () => [track] };
    },
  };
  const platform = { devices, Recorder: FakeRecorder, page, now: () => at.ms } as unknown as Platform;
  return { platform, track, page, at };
}

describe('a recording', () => {
  it('keeps what was said until the person stops, and lets the microphone go', async () => {
    const { platform, track, at } = stage();
    const recording = await Recording.begin(platform);
    at.ms = 6_800;
    FakeRecorder.last.says(1_000);
    recording.stop();
    expect(await recording.done).toMatchObject({ type: 'audio/mp4', seconds: 7, ending: 'person' });
    expect((await recording.done).bytes.size).toBe(1_000);
    expect(track.stopped).toBe(true);
  });

  it('ends at the length and at the size it may have', async () => {
    const long = stage();
    const first = await Recording.begin(long.platform);
    long.at.ms = VOICE_SECONDS_MAX * 1000 + 400;
    FakeRecorder.last.says(10);
    expect(await first.done).toMatchObject({ seconds: VOICE_SECONDS_MAX, ending: 'length' });
    const second = await Recording.begin(stage().platform);
    FakeRecorder.last.says(VOICE_BYTES_MAX - 10);
    expect(await second.done).toMatchObject({ seconds: 1, ending: 'size' });
  });

  it('keeps what was said before a call, a lost microphone or another app', async () => {
    const lost = stage();
    const first = await Recording.begin(lost.platform);
    FakeRecorder.last.says(5);
    lost.track.onended?.();
    expect(await first.done).toMatchObject({ ending: 'call' });
    const left = stage();
    const second = await Recording.begin(left.platform);
    FakeRecorder.last.says(5);
    left.page.hidden = true;
    left.page.dispatchEvent(new Event('visibilitychange'));
    expect(await second.done).toMatchObject({ ending: 'call' });
    expect(left.track.stopped).toBe(true);
  });

  it('of nothing is none', async () => {
    const recording = await Recording.begin(stage().platform);
    recording.stop();
    await expect(recording.done).rejects.toEqual(new VoiceError('empty'));
  });

  it('says what a refusal means', async () => {
    const meant = {
      NotAllowedError: 'denied',
      SecurityError: 'denied',
      NotFoundError: 'none',
      NotReadableError: 'busy',
      OtherError: 'unable',
    };
    for (const [name, trouble] of Object.entries(meant)) {
      await expect(Recording.begin(stage(name).platform)).rejects.toMatchObject({ trouble });
      expect(troubleOf(new DOMException('', name))).toBe(trouble);
    }
    const { platform } = stage();
    await expect(Recording.begin({ ...platform, devices: undefined })).rejects.toMatchObject({
      trouble: 'unable',
    });
    await expect(Recording.begin({ ...platform, Recorder: undefined })).rejects.toMatchObject({
      trouble: 'unable',
    });
    FakeRecorder.kinds = ['audio/strange'];
    await expect(Recording.begin(platform)).rejects.toMatchObject({ trouble: 'unable' });
  });
});

it('time is told as a clock tells it', () => {
  expect([0, 7.9, 60, 119].map(clock)).toEqual(['0:00', '0:07', '1:00', '1:59']);
});
