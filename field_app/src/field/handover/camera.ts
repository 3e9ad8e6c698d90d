/**
 * The live camera: opened once for a whole shot list, yielding stills (`takePhoto`) or, where that does not work, frames.
 *
 * Neighbours: Viewfinder.svelte shows its stream. Invariants: what `shoot` yields is never re-encoded afterwards; `close` ends
 * every track; what a track does not claim to have is not offered; each failure is one of three codes a person can act on.
 */
export type CameraFault = 'camera_denied' | 'camera_missing' | 'camera_lost';

export interface Shot {
  bytes: Blob;
  how: 'still' | 'frame';
}

interface StillCamera {
  takePhoto(): Promise<Blob>;
  getPhotoCapabilities?(): Promise<{ imageWidth?: Range; imageHeight?: Range }>;
}

export interface Range {
  min: number;
  max: number;
  step: number;
}

/** What a track may be able to do beside pictures, where the platform says so (mediacapture-image). */
interface Abilities {
  torch?: boolean;
  zoom?: Range;
  focusMode?: string[];
}

interface AbleTrack {
  getCapabilities?(): MediaTrackCapabilities & Abilities;
  getSettings(): MediaTrackSettings & { zoom?: number };
}

declare global {
  interface Window {
    ImageCapture?: new (track: MediaStreamTrack) => StillCamera;
  }
}

/** `zoom`: asked for with the camera, else some platforms keep it from the page. */
const VIDEO = {
  facingMode: { ideal: 'environment' },
  width: { ideal: 4096 },
  height: { ideal: 3072 },
  zoom: true,
} as MediaTrackConstraints;
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

/** Resolves when a video that shows nothing yet has its first picture. */
function firstFrame(video: HTMLVideoElement): Promise<void> {
  return new Promise((resolve) => video.addEventListener('loadeddata', () => resolve(), { once: true }));
}

export class Camera {
  readonly stream: MediaStream;
  readonly hasTorch: boolean;
  /** null: it cannot. */
  readonly zoom: Range | null;
  readonly canFocus: boolean;
  #track: MediaStreamTrack;
  #still: StillCamera | null;

  private constructor(stream: MediaStream, track: MediaStreamTrack) {
    this.stream = stream;
    this.#track = track;
    this.#still = window.ImageCapture ? new window.ImageCapture(track) : null;
    const able: Abilities = (track as AbleTrack).getCapabilities?.() ?? {};
    this.hasTorch = able.torch === true;
    this.zoom = able.zoom && able.zoom.max > able.zoom.min ? able.zoom : null;
    this.canFocus =
      able.focusMode?.includes('single-shot') === true &&
      'pointsOfInterest' in (navigator.mediaDevices.getSupportedConstraints?.() ?? {});
  }

  /** How far it is zoomed now. */
  get zoomed(): number {
    return (this.#track as AbleTrack).getSettings().zoom ?? this.zoom?.min ?? 1;
  }

  /** Opens the camera that looks away from the person, as sharp as it can. Rejects with `CameraError`. */
  static async open(onlost: () => void): Promise<Camera> {
    if (!navigator.mediaDevices?.getUserMedia) throw new CameraError('camera_missing');
    let stream: MediaStream;
    try {
      stream = await navigator.mediaDevices.getUserMedia({
        audio: false,
        video: VIDEO,
      });
    } catch (error) {
      throw new CameraError(faultOf(error));
    }
    const track = stream.getVideoTracks()[0];
    if (!track) throw new CameraError('camera_missing');
    track.addEventListener('ended', onlost);
    const camera = new Camera(stream, track);
    await camera.#weigh();
    return camera;
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

  /** A still that is no larger than the live picture is only slower than it: frames are taken then. */
  async #weigh(): Promise<void> {
    try {
      const { width = 0, height = 0 } = this.#track.getSettings();
      const most = await this.#still?.getPhotoCapabilities?.();
      const pixels = (most?.imageWidth?.max ?? 0) * (most?.imageHeight?.max ?? 0);
      if (pixels > 0 && pixels <= width * height) this.#still = null;
    } catch {
      // it does not say: the still is tried
    }
  }

  async #frame(video: HTMLVideoElement): Promise<Blob> {
    // On a slow phone the shutter can be pressed before the picture has come: it is taken when it does.
    if (video.videoWidth === 0) await within(firstFrame(video), STILL_MS_MAX).catch(() => {});
    const { videoWidth: width, videoHeight: height } = video;
    if (width === 0) throw new CameraError('camera_lost');
    if ('OffscreenCanvas' in window) {
      const canvas = new OffscreenCanvas(width, height);
      canvas.getContext('2d')?.drawImage(video, 0, 0);
      return canvas.convertToBlob({ type: 'image/jpeg', quality: FRAME_QUALITY });
    }
    const canvas = document.createElement('canvas');
    canvas.width = width;
    canvas.height = height;
    canvas.getContext('2d')?.drawImage(video, 0, 0);
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
    return (await this.#set({ torch: on })) && on;
  }

  /** Brings nearer or further, within `zoom`. */
  async zoomTo(value: number): Promise<void> {
    await this.#set({ zoom: value });
  }

  /** Makes sharp what lies there; 0–1 from the picture's left and top. */
  async focusAt(x: number, y: number): Promise<void> {
    await this.#set({ pointsOfInterest: [{ x, y }], focusMode: 'single-shot' });
  }

  async #set(wanted: object): Promise<boolean> {
    try {
      await this.#track.applyConstraints({ advanced: [wanted as MediaTrackConstraintSet] });
      return true;
    } catch {
      return false; // what it said it could and cannot: the picture goes on as it was
    }
  }

  close(): void {
    for (const track of this.stream.getTracks()) track.stop();
  }
}
