/**
 * What the page asks the server about spreadsheets.
 *
 * Neighbours: `server/http/sheets.py`; the components beside this file. Invariants: every failure is a `CoreError` with a problem in both
 * languages; a request ends after a bounded time.
 */
import type { SheetImport, SheetImports, SheetKinds, SheetMapping } from '$generated/types';
import { asked, type Fetch } from '../lib/api';

const TIMEOUT_MS = 180_000;
const ROOT = '/api/v1/sheets';

export const readKinds = (ask: Fetch): Promise<SheetKinds> => call(ask, 'GET', '/kinds');
export const readImports = (ask: Fetch): Promise<SheetImports> => call(ask, 'GET', '/imports');
export const readImport = (ask: Fetch, id: string): Promise<SheetImport> =>
  call(ask, 'GET', `/imports/${encodeURIComponent(id)}`);

/** Sends a file; answered when it has been read. */
export function bring(ask: Fetch, kind: string, file: File): Promise<SheetImport> {
  const about = new URLSearchParams({ kind, name: file.name.slice(0, 200) });
  return call(ask, 'POST', `/imports?${about}`, file);
}

export const sendMapping = (ask: Fetch, id: string, mapping: SheetMapping): Promise<SheetImport> =>
  call(ask, 'POST', `/imports/${encodeURIComponent(id)}/mapping`, JSON.stringify(mapping));
export const start = (ask: Fetch, id: string, what: 'run' | 'undo'): Promise<SheetImport> =>
  call(ask, 'POST', `/imports/${encodeURIComponent(id)}/${what}`);
export const discard = (ask: Fetch, id: string): Promise<void> =>
  call(ask, 'DELETE', `/imports/${encodeURIComponent(id)}`);

/** Addresses of files; the browser fetches them itself. */
export const exportHref = (kind: string, format: string, lang: string): string =>
  `${ROOT}/export/${kind}.${format}?lang=${lang}`;
export const sampleHref = (kind: string, lang: string): string => `${ROOT}/samples/${kind}.xlsx?lang=${lang}`;
export const badHref = (id: string, format: string, lang: string): string =>
  `${ROOT}/imports/${encodeURIComponent(id)}/bad/${format}?lang=${lang}`;

function call<T>(ask: Fetch, method: string, path: string, body?: BodyInit): Promise<T> {
  const type = typeof body === 'string' ? 'application/json' : 'application/octet-stream';
  const brings = body === undefined ? {} : { body, headers: { 'Content-Type': type } };
  return asked(ask, `${ROOT}${path}`, { method, ...brings }, TIMEOUT_MS);
}
