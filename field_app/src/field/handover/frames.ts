/**
 * Small frames of the live picture, five a second at most: what the automatic shutter looks at.
 *
 * Neighbours: autoshutter.ts says what they mean. Invariants: nothing is looked at while the page is hidden, a dialog is open or the
 * caller does not want it; `stop` ends it for good.
 */
import { lumaOf } from '$core/imaging';
import { FRAME_WIDTH, type Frame, LOOK_MS } from './autoshutter';

/** Looks again and again. `wanted` is asked before each look. Gives the way to stop. */
export function lookAt(
  video: HTMLVideoElement,
  wanted: () => boolean,
  onframe: (frame: Frame) => void,
): () => void {
  const canvas = document.createElement('canvas');
  const pen = canvas.getContext('2d', { willReadFrequently: true });
  const look = (): void => {
    if (document.hidden || !pen || video.videoWidth === 0) return;
    if (document.querySelector('dialog[open]') || !wanted()) return;
    canvas.width = FRAME_WIDTH;
    canvas.height = Math.max(1, Math.round((FRAME_WIDTH * video.videoHeight) / video.videoWidth));
    const { width, height } = canvas;
    pen.drawImage(video, 0, 0, width, height);
    onframe({ at: performance.now(), luma: lumaOf(pen.getImageData(0, 0, width, height)), width, height });
  };
  const timer = setInterval(look, LOOK_MS);
  return () => clearInterval(timer);
}
