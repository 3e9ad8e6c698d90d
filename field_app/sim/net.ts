/**
 * The network between the devices and the server: everything a real one does to a request, an answer, a socket.
 *
 * Neighbours: `phone.ts` gives its `fetch` and `socket` to the core; `host.ts` is the server; `oracle.ts` is told which answers
 * arrived unharmed. Invariants: a packet on its way does not care whether its sender still lives; frames of a socket stay in order;
 * cookies are kept beside the databases and survive them.
 */
import type { Socket } from '../src/core/deps.ts';
import type { Fault, Weather } from './faults.ts';
import type { Host, HttpAnswer, Said } from './host.ts';
import type { Random } from './random.ts';
import { type Life, lives, type Scheduler } from './scheduler.ts';

/** What a device is to the network. */
export interface Station {
  name: string;
  online: boolean;
  cookies: Map<string, string>;
  /** An answer came to the app as the server gave it. */
  answered(path: string, status: number, headers: Headers, body: Uint8Array, sent: Uint8Array): void;
}

interface Packet {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Uint8Array;
}

const RATES: [Fault, number][] = [
  ['request_lost', 0.04],
  ['answer_lost', 0.05],
  ['request_duplicated', 0.04],
  ['request_delayed', 0.03],
  ['request_cut', 0.03],
  ['answer_cut', 0.03],
  ['request_flipped', 0.015],
  ['answer_flipped', 0.02],
  ['server_error', 0.03],
  ['stalled', 0.02],
];

export class Net {
  private readonly sockets = new Map<number, SimSocket>();
  readonly host: Host;
  readonly scheduler: Scheduler;
  readonly random: Random;
  readonly weather: Weather;
  private readonly log: (line: string) => void;

  constructor(
    host: Host,
    scheduler: Scheduler,
    random: Random,
    weather: Weather,
    log: (line: string) => void,
  ) {
    this.host = host;
    this.scheduler = scheduler;
    this.random = random;
    this.weather = weather;
    this.log = log;
    host.onFrames = (frames) => {
      for (const [number, said] of frames) this.sockets.get(number)?.arrive(said);
    };
  }

  now(): number {
    return Math.floor(this.scheduler.now);
  }

  delay(): number {
    return this.random.chance(0.1) ? this.random.int(200, 4000) : this.random.int(5, 80);
  }

  // --- requests -------------------------------------------------------------------------------------------------------
  fetch(station: Station, url: string, init: RequestInit): Promise<Response> {
    const packet: Packet = {
      method: init.method ?? 'GET',
      path: url,
      headers: init.headers as Record<string, string>,
      body: bytesOf(init.body),
    };
    return new Promise((resolve, reject) => {
      const life = lives.getStore() ?? null;
      const signal = init.signal;
      const lost = (after: number): void => {
        this.scheduler.after(after, () => reject(new TypeError('simulated: no answer')), life);
      };
      signal?.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      if (!station.online) {
        this.weather.count('offline');
        return this.random.chance(0.8) ? lost(this.random.int(1, 300)) : undefined;
      }
      const fault = this.draw();
      if (fault) this.log(`net ${station.name} ${packet.method} ${packet.path.slice(0, 20)} ${fault}`);
      this.send(station, packet, fault, life, resolve, lost);
    });
  }

  private draw(): Fault | null {
    let found: Fault | null = null;
    for (const [fault, rate] of RATES) if (this.weather.strikes(fault, rate)) found ??= fault;
    return found;
  }

  private send(
    station: Station,
    packet: Packet,
    fault: Fault | null,
    life: Life | null,
    resolve: (response: Response) => void,
    lost: (after: number) => void,
  ): void {
    const { scheduler, random } = this;
    const back = (answer: HttpAnswer, changed: Uint8Array | null): void => {
      if (!station.online && random.chance(0.5)) lost(random.int(1, 2000));
      else
        scheduler.after(this.delay(), () => resolve(this.response(station, packet, answer, changed)), life);
    };
    if (fault) this.weather.count(fault);
    const unheard = fault === 'server_error' && random.chance(0.5);
    if (fault === 'request_lost') lost(random.int(1, 9000));
    if (unheard) back(badGateway(random), null);
    if (fault === 'stalled' || fault === 'request_lost' || unheard) return;
    const late = fault === 'request_delayed';
    const on = (): Promise<void> => this.deliver(station, packet, fault, back, lost);
    scheduler.after(late ? random.int(5_000, 240_000) : this.delay(), on, null);
    if (fault === 'request_duplicated')
      scheduler.after(
        random.int(1, 60_000),
        () => this.deliver(station, packet, 'answer_lost', back, () => undefined),
        null,
      );
  }

  private async deliver(
    station: Station,
    packet: Packet,
    fault: Fault | null,
    back: (answer: HttpAnswer, changed: Uint8Array | null) => void,
    lost: (after: number) => void,
  ): Promise<void> {
    const { random } = this;
    const body = fault === 'request_flipped' ? flipped(packet.body, random) : packet.body;
    const cut = fault === 'request_cut' ? random.int(0, Math.max(0, body.length - 1)) : null;
    const answer = await this.ask(station, { ...packet, body }, cut);
    this.log(`srv ${station.name} ${packet.method} ${packet.path.slice(0, 30)} ${answer.status}`);
    if (fault === 'answer_lost' || fault === 'request_cut') return lost(random.int(1, 9000));
    if (fault === 'server_error') return back(badGateway(random), null);
    const bytes = Buffer.from(answer.body, 'base64');
    if (fault === 'answer_flipped') return back(answer, spoiltReceipt(bytes, random));
    if (fault !== 'answer_cut') return back(answer, null);
    // Half of what is cut ends in a broken connection, half is passed on by some proxy as if it were whole.
    if (random.chance(0.5) || bytes.length === 0) return lost(random.int(1, 9000));
    back(answer, bytes.subarray(0, random.int(0, bytes.length - 1)));
  }

  private ask(station: Station, packet: Packet, cut: number | null): Promise<HttpAnswer> {
    const cookie = cookieOf(station);
    return this.host.call<HttpAnswer>('http', {
      now: this.now(),
      method: packet.method,
      path: packet.path,
      headers: { ...packet.headers, ...(cookie ? { cookie } : {}) },
      body: Buffer.from(packet.body).toString('base64'),
      cut,
    });
  }

  private response(
    station: Station,
    packet: Packet,
    answer: HttpAnswer,
    changed: Uint8Array | null,
  ): Response {
    const headers = new Headers();
    for (const [name, value] of answer.headers) {
      if (name.toLowerCase() === 'set-cookie') keepCookie(station, value);
      else headers.append(name, value);
    }
    const body = changed ?? Buffer.from(answer.body, 'base64');
    if (!changed) station.answered(packet.path, answer.status, headers, body, packet.body);
    const empty = answer.status === 204 || answer.status === 304 || body.length === 0;
    return new Response(empty ? null : new Uint8Array(body), { status: answer.status, headers });
  }

  // --- sockets --------------------------------------------------------------------------------------------------------
  socket(station: Station): Socket {
    const socket = new SimSocket(this, lives.getStore() ?? null);
    if (!station.online) {
      this.scheduler.after(this.random.int(1, 3000), () => socket.drop(1006), null);
      return socket;
    }
    this.scheduler.after(this.delay(), () => this.connect(station, socket), null);
    return socket;
  }

  private async connect(station: Station, socket: SimSocket): Promise<void> {
    if (socket.over) return;
    // The number is known before the answer's frames are handed out: they carry it.
    this.opened += 1;
    const number = this.opened;
    socket.number = number;
    this.sockets.set(number, socket);
    await this.host.call('socket', { now: this.now(), cookie: cookieOf(station) });
    if (socket.over) this.forget(number);
  }

  private opened = 0;

  /** A new server process has counted nothing yet. */
  reset(): void {
    this.opened = 0;
    this.sockets.clear();
  }

  forget(number: number): void {
    if (!this.sockets.delete(number)) return;
    this.scheduler.after(0, () => this.host.call('hang_up', { socket: number }), null);
  }

  /** Some sockets are lost. */
  dropSockets(life: Life | null): void {
    for (const socket of [...this.sockets.values()]) if (socket.life === life) socket.drop(1006);
  }
}

export class SimSocket implements Socket {
  onopen: Socket['onopen'] = null;
  onmessage: Socket['onmessage'] = null;
  onclose: Socket['onclose'] = null;
  onerror: Socket['onerror'] = null;
  over = false;
  number = 0;
  private last = 0;
  readonly life: Life | null;
  private readonly net: Net;

  constructor(net: Net, life: Life | null) {
    this.net = net;
    this.life = life;
  }

  /** The server said something: it takes its time, and nothing overtakes. */
  arrive(said: Said): void {
    const { scheduler } = this.net;
    this.last = Math.max(this.last, scheduler.now + this.net.delay());
    const hear = (): void => {
      if (this.over) return;
      if (typeof said === 'string') this.onmessage?.({ data: said } as MessageEvent);
      else this.drop(said.close);
    };
    scheduler.after(this.last - scheduler.now, hear, this.life);
  }

  drop(code: number): void {
    if (this.over) return;
    this.close();
    this.net.scheduler.after(0, () => this.onclose?.({ code } as CloseEvent), this.life);
  }

  close(): void {
    this.over = true;
    if (this.number) this.net.forget(this.number);
  }
}

function bytesOf(body: BodyInit | null | undefined): Uint8Array {
  if (typeof body === 'string') return new TextEncoder().encode(body);
  if (body instanceof ArrayBuffer) return new Uint8Array(body);
  if (ArrayBuffer.isView(body)) return new Uint8Array(body.buffer, body.byteOffset, body.byteLength);
  return new Uint8Array();
}

function flipped(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = new Uint8Array(bytes);
  if (changed.length > 0) {
    const at = random.int(0, changed.length - 1);
    changed[at] = (changed[at] ?? 0) ^ (1 << random.int(0, 6));
  }
  return changed;
}

/** A byte of the receipt is changed: what is signed must be noticed. (TLS guards the rest of an answer.) Null: it has none. */
function spoiltReceipt(bytes: Uint8Array, random: Random): Uint8Array | null {
  const at = Buffer.from(bytes).indexOf('"receipt":"');
  if (at < 0) return null;
  const changed = new Uint8Array(bytes);
  const place = at + 11 + random.int(0, 200);
  changed[place] = changed[place] === 65 ? 66 : 65;
  return changed;
}

function badGateway(random: Random): HttpAnswer {
  const page = Buffer.from('<html>Bad gateway</html>').toString('base64');
  return { status: random.pick([500, 502, 503, 504]), headers: [['content-type', 'text/html']], body: page };
}

const cookieOf = (station: Station): string =>
  [...station.cookies].map(([name, value]) => `${name}=${value}`).join('; ');

function keepCookie(station: Station, line: string): void {
  const [pair = ''] = line.split(';');
  const at = pair.indexOf('=');
  const value = pair.slice(at + 1);
  if (value === '' || value === '""') station.cookies.delete(pair.slice(0, at));
  else station.cookies.set(pair.slice(0, at), value);
}
