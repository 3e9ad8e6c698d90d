/**
 * Reads QR codes from a video: by the platform's own detector where there is one, else by zxing compiled to WebAssembly.
 *
 * Neighbour: `QrCamera.svelte` imports this lazily, so that the reader is no part of the first download; the service worker keeps it for
 * offline use. Invariant: nothing is fetched from another origin.
 */
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import wasmUrl from 'zxing-wasm/reader/zxing_reader.wasm?url';

/** The text of a code in the present frame, or null. */
export type Decode = (video: HTMLVideoElement) => Promise<string | null>;

interface Detector {
  detect(source: HTMLVideoElement): Promise<{ rawValue: string }[]>;
}

interface DetectorClass {
  new (options: { formats: string[] }): Detector;
  getSupportedFormats(): Promise<string[]>;
}

/** Wide enough for a code at arm's length, small enough for a slow phone. */
const FRAME_EDGE_PX = 960;

export async function makeDecoder(): Promise<Decode> {
  const native = await nativeDetector();
  if (!native) return zxing();
  let fallback: Decode | null = null;
  return async (video) => {
    if (fallback) return fallback(video);
    try {
      return (await native.detect(video))[0]?.rawValue ?? null;
    } catch {
      // Some phones offer the detector without the service behind it.
      fallback = zxing();
      return fallback(video);
    }
  };
}

async function nativeDetector(): Promise<Detector | null> {
  const made = (globalThis as { BarcodeDetector?: DetectorClass }).BarcodeDetector;
  try {
    if (made && (await made.getSupportedFormats()).includes('qr_code')) {
      return new made({ formats: ['qr_code'] });
    }
  } catch {
    // As above.
  }
  return null;
}

function zxing(): Decode {
  prepareZXingModule({ overrides: { locateFile: () => wasmUrl } });
  const canvas = document.createElement('canvas');
  const context = canvas.getContext('2d', { willReadFrequently: true });
  return async (video) => {
    const { videoWidth, videoHeight } = video;
    if (!context || videoWidth === 0) return null;
    const scale = Math.min(1, FRAME_EDGE_PX / Math.max(videoWidth, videoHeight));
    canvas.width = Math.round(videoWidth * scale);
    canvas.height = Math.round(videoHeight * scale);
    context.drawImage(video, 0, 0, canvas.width, canvas.height);
    const frame = context.getImageData(0, 0, canvas.width, canvas.height);
    const [found] = await readBarcodes(frame, { formats: ['QRCode'], maxNumberOfSymbols: 1 });
    return found?.text || null;
  };
}
