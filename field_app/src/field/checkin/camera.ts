/**
 * The live camera: opened once for a whole shot list, yielding stills (`takePhoto`) or, where that does not work, frames.
 *
 * Neighbours: Viewfinder.svelte shows its stream. Invariants: what `shoot` yields is never re-encoded afterwards; `close` ends
 * every track; each failure is one of three codes a person can act on.
 */
export type CameraFault = 'camera_denied' | 'camera_missing' | 'camera_lost';

export interface Shot {
  bytes: Blob;
  how: 'still' | 'frame';
}

interface StillCamera {
  takePhoto(): Promise<Blob>;
}

interface TorchTrack {
  getCapabilities?(): MediaTrackCapabilities & { torch?: boolean };
}

declare global {
  interface Window {
    ImageCapture?: new (track: MediaStreamTrack) => StillCamera;
  }
}

const STILL_MS_MAX = 4_000;
const FRAME_QUALITY = 0.92;
const STILL_TYPES = ['image/jpeg', 'image/png', 'image/webp'];

export class CameraError extends Error {
  readonly fault: CameraFault;

  constructor(fault: CameraFault) {
    super(fault);
    this.name = 'CameraError';
    this.fault = fault;
  }
}

function faultOf(error: unknown): CameraFault {
  const name = error instanceof DOMException ? error.name : '';
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'camera_denied';
  return name === 'NotReadableError' || name === 'AbortError' ? 'camera_lost' : 'camera_missing';
}

function within<T>(work: Promise<T>, ms: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('too slow')), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

export class Camera {
  readonly stream: MediaStream;
  readonly hasTorch: boolean;
  #track: MediaStreamTrack;
  #still: StillCamera | null;

  private constructor(stream: MediaStream, track: MediaStreamTrack) {
    this.stream = stream;
    this.#track = track;
    this.#still = window.ImageCapture ? new window.ImageCapture(track) : null;
    this.hasTorch = (track as TorchTrack).getCapabilities?.().torch === true;
  }

  /** Opens the camera that looks away from the person, as sharp as it can. Rejects with `CameraError`. */
  static async open(onlost: () => void): Promise<Camera> {
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraError('camera_missing');
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: { facingMode: { ideal: 'environment' }, width: { ideal: 4096 }, height: { ideal: 3072 } },
      });
    } catch (error) {
      throw new CameraError(faultOf(error));
    }
    const track = stream.getVideoTracks()[0];
    if (!track) throw new CameraError('camera_missing');
    track.addEventListener('ended', onlost);
    return new Camera(stream, track);
  }

  /** One picture. `video` must show this camera's stream. Rejects with `CameraError`. */
  async shoot(video: HTMLVideoElement): Promise<Shot> {
    if (this.#track.readyState !== 'live') throw new CameraError('camera_lost');
    if (this.#still) {
      try {
        const bytes = await within(this.#still.takePhoto(), STILL_MS_MAX);
        if (bytes.size > 0 && STILL_TYPES.includes(bytes.type)) return { bytes, how: 'still' };
      } catch {
        // Some drivers announce stills and cannot: for the rest of this stream frames are taken at once.
      }
      this.#still = null;
    }
    return { bytes: await this.#frame(video), how: 'frame' };
  }

  async #frame(video: HTMLVideoElement): Promise<Blob> {
    const canvas = document.createElement('canvas');
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    const pen = canvas.getContext('2d');
    if (!pen || canvas.width === 0) throw new CameraError('camera_lost');
    pen.drawImage(video, 0, 0);
    return new Promise((resolve, reject) => {
      canvas.toBlob(
        (blob) => (blob ? resolve(blob) : reject(new CameraError('camera_lost'))),
        'image/jpeg',
        FRAME_QUALITY,
      );
    });
  }

  /** Resolves with whether the light is on now. */
  async torch(on: boolean): Promise<boolean> {
    try {
      await this.#track.applyConstraints({ advanced: [{ torch: on } as MediaTrackConstraintSet] });
      return on;
    } catch {
      return false;
    }
  }

  close(): void {
    for (const track of this.stream.getTracks()) track.stop();
  }
}
