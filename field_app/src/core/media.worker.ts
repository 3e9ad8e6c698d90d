/**
 * The worker beside the screen: hashes, examines and stamps pictures, so that the shutter never waits for them.
 *
 * Neighbours: `media.ts` asks and is answered, one answer for each question; `imaging.ts` does the work. Invariant: the hash is of
 * the file's own bytes, made before anything is decoded.
 */
import { hashBytes } from './hashing';
import { examine, stamp } from './imaging';
import type { Answer, Question } from './media';

async function answered(question: Question): Promise<Answer> {
  const { id } = question;
  if (!('OffscreenCanvas' in globalThis) || !('createImageBitmap' in globalThis)) return { id, unable: true };
  try {
    if (question.job === 'stamp')
      return { id, job: 'stamp', made: await stamp(question.blob, question.lines) };
    const sha256 = await hashBytes(crypto, await question.blob.arrayBuffer());
    return { id, job: 'capture', made: { sha256, ...(await examine(question.blob)) } };
  } catch (fault) {
    return { id, fault: String(fault) };
  }
}

self.onmessage = (event: MessageEvent<Question>): void => {
  void answered(event.data).then((answer) => self.postMessage(answer));
};
