/**
 * The server: the real application in a Python process of its own, asked one command at a time over a pipe.
 *
 * Neighbour: `tests/support/piped_app.py` says what each command does. Invariant: simulated time stands still while it works.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export type Said = string | { close: number };

export interface Dump {
  journal: JournalRow[];
  quarantine: { device: string; epoch: number; seq: number; hash: string; body: string; reason: string }[];
  members: { bucket: string; kind: string; id: string; version: number; data: Record<string, unknown> }[];
  losses: { device: string; epoch: number; seq: number; hash: string }[];
  epochs: { device: string; epoch: number; base_seq: number; genesis: string }[];
  devices: { id: string; type: string; state: string; epoch: number; seq: number; hash: string }[];
  blobs: { sha256: string; size: number; state: string; code: string | null; found: string | null }[];
}

export interface JournalRow {
  device: string;
  epoch: number;
  seq: number;
  hash: string;
  /** base64 of the exact bytes. */
  body: string;
  entry_id: string | null;
  state: string;
  code: string | null;
  repeat_of: boolean | number;
  private: (string | null)[];
}

export interface HttpAnswer {
  status: number;
  headers: [string, string][];
  body: string;
}

export interface Ground {
  organisation: string;
  depots: string[];
  people: string[];
  pin: string;
  assets: string[];
}

export class Host {
  private readonly child: ChildProcess;
  private readonly waiting: ((line: string) => void)[] = [];
  private rest = '';
  private busy = 0;
  private ended: Error | null = null;
  private idle: (() => void)[] = [];
  /** What live sockets got because of a command. */
  onFrames: (frames: [number, Said][]) => void = () => undefined;

  constructor(python = process.env.HANDOVER_PYTHON ?? 'python') {
    this.child = spawn(python, ['-m', 'tests.support.piped_app'], {
      cwd: ROOT,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => this.read(text));
    this.child.on('exit', (code) => this.gone(new Error(`the server's process ended with ${code}`)));
    this.child.on('error', (fault) => this.gone(fault));
  }

  /** One command. Rejects with what the server's process said went wrong. */
  async call<T>(op: string, args: Record<string, unknown> = {}): Promise<T> {
    if (this.ended) throw this.ended;
    this.busy += 1;
    try {
      const line = await new Promise<string>((resolve) => {
        this.waiting.push(resolve);
        this.child.stdin?.write(`${JSON.stringify({ op, ...args })}\n`);
      });
      if (this.ended) throw this.ended;
      const answer = JSON.parse(line) as T & { fault?: string; frames: [number, Said][] };
      if (answer.fault) throw new Error(`${op}: ${answer.fault}`);
      this.onFrames(answer.frames);
      return answer;
    } finally {
      this.busy -= 1;
      if (this.busy === 0) for (const run of this.idle.splice(0)) run();
    }
  }

  /** Resolves when no command is under way. */
  async quiet(): Promise<boolean> {
    if (this.busy === 0) return false;
    await new Promise<void>((resolve) => this.idle.push(resolve));
    return true;
  }

  end(): void {
    this.child.removeAllListeners('exit');
    this.child.stdin?.end();
  }

  private read(text: string): void {
    this.rest += text;
    const lines = this.rest.split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.waiting.shift()?.(line);
  }

  private gone(fault: Error): void {
    this.ended = fault;
    for (const run of this.waiting.splice(0)) run('{}');
  }
}
