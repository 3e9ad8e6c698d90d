/**
 * A person's way into the office, asked of the server: given, invited, chosen; a PIN that is ended.
 *
 * Neighbours: `server/http/accounts.py`; `../people/Account.svelte`, `../Choose.svelte`. Invariant: nothing of it is kept here.
 */
import { asked, type Fetch, saying } from './api';

const TIMEOUT_MS = 20_000;

export interface AccountState {
  username: string | null;
  password: 'none' | 'own' | 'given' | 'expired';
  until_ms: number | null;
  invited_until_ms: number | null;
  has_pin: boolean;
}

const plain: Fetch = (url, init) => fetch(url, init);
const of = (person: string, what: string): string => `/api/v1/people/${encodeURIComponent(person)}/${what}`;

export const readAccount = (person: string, ask: Fetch): Promise<AccountState> =>
  say('GET', of(person, 'account'), undefined, ask);

export const givePassword = (person: string, username: string, password: string, ask: Fetch) =>
  say<null>('POST', of(person, 'password'), { username, password }, ask);

export const invitePerson = (person: string, username: string, ask: Fetch) =>
  say<{ code: string; until_ms: number }>('POST', of(person, 'invitation'), { username }, ask);

export const resetPin = (person: string, ask: Fetch) =>
  say<null>('POST', of(person, 'pin-reset'), undefined, ask);

/** An own password in place of the present one; without a user name, of whoever is signed in. */
export const choosePassword = (
  username: string | null,
  password: string,
  fresh: string,
  ask: Fetch = plain,
) => say<unknown>('POST', '/api/v1/password', { username, password, fresh }, ask);

/** Whose invitation it is; with a password, it is chosen. */
export const join = (code: string, password: string | null, ask: Fetch = plain) =>
  say<{ username: string; person: { name: string; name_en: string; organisation: { name: string } } }>(
    'POST',
    '/api/v1/join',
    { code, password },
    ask,
  );

/** What the QR code of an invitation says; what stands behind the hash is never sent to a server. */
export const joinAddress = (origin: string, code: string): string => `${origin}/office/#join=${code}`;

/** The code in the page's address; null without one. */
export function joinCode(hash: string): string | null {
  return /^#join=([A-Za-z0-9_-]{20,64})$/.exec(hash)?.[1] ?? null;
}

const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';

/** A password to begin with that is easily said over the phone: four groups of four without look-alikes. */
export function freshPassword(
  random: (into: Uint8Array<ArrayBuffer>) => Uint8Array = (into) => crypto.getRandomValues(into),
): string {
  const letters: string[] = [];
  while (letters.length < 16) {
    for (const byte of random(new Uint8Array(32))) {
      // 248 is the largest multiple of 31 in a byte: beyond it some letters would come more often.
      if (byte < 248 && letters.length < 16) letters.push(LETTERS[byte % LETTERS.length] ?? 'x');
    }
  }
  return [0, 4, 8, 12].map((at) => letters.slice(at, at + 4).join('')).join('-');
}

function say<T>(method: 'GET' | 'POST', url: string, body: unknown, ask: Fetch): Promise<T> {
  return asked(ask, url, method === 'POST' ? saying(body ?? {}) : {}, TIMEOUT_MS);
}
