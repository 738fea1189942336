import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { cacheFolder } from './cache.ts';

const keepLogsMs = 7 * 24 * 3600 * 1000;
const factWithinMs = 10_000;

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
  /** Default: the command's own temp folder. */
  readonly cwd?: string;
  /** Added to our own environment. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface StopOptions {
  /** Default: it is removed. */
  readonly keepLog?: boolean;
}

type LeashProcess = ChildProcessByStdio<Writable, Readable, null>;

const all = new Set<Leashed>();

/** Ends everything this process holds on a leash, also what is only starting: what Ctrl-C needs. */
export async function stopAll(options?: StopOptions): Promise<void> {
  await Promise.all([...all].map((leashed) => leashed.end(options)));
}

/** Our end of a leash: one command that cannot outlive this process, however this process ends. */
export class Leashed {
  readonly name: string;
  readonly logFile: string;
  readonly #leash: LeashProcess;
  readonly #facts: Map<string, string> = new Map();
  readonly #changes: EventEmitter = new EventEmitter();
  readonly #gone: Promise<unknown>;

  private constructor(name: string, logFile: string) {
    this.name = name;
    this.logFile = logFile;
    // A session of its own: Ctrl-C reaches us, and the end of stdin reaches the leash.
    this.#leash = spawn(process.execPath, [join(import.meta.dirname, 'leash.ts'), name, logFile], {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#leash.stdin.on('error', () => {}); // the leash has gone: fact() and until() report that
    this.#gone = once(this.#leash, 'close').finally(() => this.#changes.emit('change'));
    createInterface({ input: this.#leash.stdout }).on('line', (line) => this.#learn(JSON.parse(line)));
    all.add(this);
  }

  /** Starts what `command` says; it is given the fresh temp folder that vanishes with the command. */
  static async start(name: string, command: (folder: string) => Promise<Command>): Promise<Leashed> {
    const leashed = new Leashed(name, await newLogFile(name));
    try {
      const line = JSON.stringify(await command(await leashed.fact('folder')));
      leashed.#leash.stdin.write(`${line}\n`);
      await leashed.fact('pid');
      return leashed;
    } catch (error) {
      await leashed.end();
      throw error;
    }
  }

  get pid(): number {
    return Number(this.#facts.get('pid'));
  }

  get folder(): string {
    return this.#facts.get('folder') ?? '';
  }

  /** Why it ended, or undefined while it runs: an exit code, a signal, or why it could not be started. */
  get exit(): string | undefined {
    return this.#facts.get('exit') ?? (this.#hasLeash() ? undefined : 'the end of its leash');
  }

  /** Resolves when the command has ended, or after `withinMs`, to why it ended. */
  async ended(withinMs: number): Promise<string | undefined> {
    const signal = AbortSignal.timeout(withinMs);
    while (this.exit === undefined && !signal.aborted) await once(this.#changes, 'change', { signal }).catch(() => {});
    return this.exit;
  }

  /** From here on it no longer keeps our process alive. */
  loosen(): void {
    for (const part of this.#parts()) part.unref();
  }

  /** Ends the command and removes its folder; resolves once both are gone. Twice is once. */
  async end({ keepLog = false }: StopOptions = {}): Promise<void> {
    for (const part of this.#parts()) part.ref();
    all.delete(this);
    if (!keepLog && this.#leash.stdin.writable) this.#leash.stdin.write('forget\n');
    this.#leash.stdin.end();
    await this.#gone;
    if (this.#leash.signalCode) await this.#endWithoutLeash();
  }

  log(): Promise<string> {
    return readFile(this.logFile, 'utf8').catch(() => '');
  }

  async fact(key: string): Promise<string> {
    const signal = AbortSignal.timeout(factWithinMs);
    while (!this.#facts.has(key) && !signal.aborted && this.exit === undefined) {
      await once(this.#changes, 'change', { signal }).catch(() => {});
    }
    const fact = this.#facts.get(key);
    if (fact === undefined) throw new Error(`${this.name} did not start: ${this.exit ?? `no ${key}`}`);
    return fact;
  }

  #learn(facts: Record<string, unknown>): void {
    for (const [key, value] of Object.entries(facts)) this.#facts.set(key, String(value));
    this.#changes.emit('change');
  }

  #hasLeash(): boolean {
    return this.#leash.exitCode === null && this.#leash.signalCode === null;
  }

  /** Somebody killed the leash, so its work is ours. */
  async #endWithoutLeash(): Promise<void> {
    const { pid, folder } = this;
    this.#facts.clear();
    if (pid) process.kill(-pid, 'SIGKILL');
    if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #parts(): (LeashProcess | Socket)[] {
    const pipes = [this.#leash.stdin, this.#leash.stdout];
    return [this.#leash, ...pipes.filter((pipe) => pipe instanceof Socket)];
  }
}

async function newLogFile(name: string): Promise<string> {
  const folder = join(cacheFolder(), 'logs');
  await mkdir(folder, { recursive: true });
  for (const file of await readdir(folder)) await removeWhenOld(join(folder, file));
  const time = new Date().toISOString().replaceAll(/[^\dT]/g, '');
  return join(folder, `${name}-${time}-${process.pid}.log`);
}

async function removeWhenOld(file: string): Promise<void> {
  const info = await stat(file).catch(() => undefined);
  if (info && Date.now() - info.mtimeMs > keepLogsMs) await rm(file, { force: true });
}
