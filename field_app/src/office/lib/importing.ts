/**
 * Bringing a device's export file to the server: its head is read here, the rest is sent as it is, with progress.
 *
 * Neighbours: `$core/exportfile` writes such files, `server/http/imports.py` takes them in. Invariants: nothing but the head is read
 * here, the rest is sealed to the organisation; every failure is a `CoreError`; a request ends after a bounded time; a file sent again
 * changes nothing.
 */
import { CoreError } from '$core/index';
import { IMPORT_BYTES_MAX } from '$generated/limits';
import type { ImportAnswer } from '$generated/types';
import { isProblem } from './api';

const MAGIC = 'HVX2';
const HEAD_BYTES_MAX = 16 * 1024;
const TIMEOUT_MS = 3_600_000;

export interface ExportHead {
  organisation: string;
  device: string;
  epoch: number;
  /** The newest number the device had written. */
  seq: number;
  at: string;
}

/** Whose file it is, and from when. CoreError `import_unreadable`, `import_version`, `import_too_large`. */
export async function readHead(file: Blob): Promise<ExportHead> {
  if (file.size > IMPORT_BYTES_MAX) throw new CoreError('import_too_large');
  try {
    const start = new Uint8Array(await file.slice(0, 8).arrayBuffer());
    const length = new DataView(start.buffer).getUint32(4);
    const said = new TextDecoder().decode(start.subarray(0, 4));
    if (said !== MAGIC && said.startsWith('HVX')) throw new CoreError('import_version');
    if (said !== MAGIC || length > HEAD_BYTES_MAX) throw new CoreError('import_unreadable');
    const head: unknown = JSON.parse(await file.slice(8, 8 + length).text());
    if (!isHead(head)) throw new CoreError('import_unreadable');
    return head;
  } catch (fault) {
    throw fault instanceof CoreError ? fault : new CoreError('import_unreadable');
  }
}

function isHead(value: unknown): value is ExportHead {
  const head = (value ?? {}) as Partial<Record<keyof ExportHead, unknown>>;
  const texts = [head.organisation, head.device, head.at];
  return texts.every((one) => typeof one === 'string') && typeof head.seq === 'number';
}

interface Sending {
  /** Bytes that have left; all of them: the server reads the file now. */
  onprogress: (sent: number) => void;
  stop: AbortSignal;
  /** `fetch` cannot say how much has left. */
  request?: () => XMLHttpRequest;
}

/** Sends the file and waits for what became of it. CoreError; `network` also when it was stopped. */
export function sendFile(file: Blob, { onprogress, stop, request = () => new XMLHttpRequest() }: Sending) {
  return new Promise<ImportAnswer>((resolve, reject) => {
    const xhr = request();
    xhr.open('POST', '/api/v1/imports');
    xhr.timeout = TIMEOUT_MS;
    xhr.setRequestHeader('X-Handover', '1');
    xhr.setRequestHeader('Content-Type', 'application/octet-stream');
    xhr.upload.onprogress = (event) => onprogress(Math.min(event.loaded, file.size));
    xhr.onload = () => {
      try {
        const said: unknown = JSON.parse(xhr.responseText);
        if (xhr.status === 200) resolve(said as ImportAnswer);
        else reject(isProblem(said) ? new CoreError(said) : new CoreError('server_away'));
      } catch {
        reject(new CoreError(xhr.status === 200 ? 'answer_unreadable' : 'server_away'));
      }
    };
    for (const event of ['error', 'abort', 'timeout'] as const) {
      xhr.addEventListener(event, () => reject(new CoreError('network')));
    }
    stop.addEventListener('abort', () => xhr.abort(), { once: true });
    xhr.send(file);
  });
}
