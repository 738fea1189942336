import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises';
import { createServer, Socket } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { cacheFolder } from './cache.ts';

const pollMs = 100;
const keepLogsMs = 7 * 24 * 3600 * 1000;

export interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

export interface Recipe {
  /** Names the process, its folder and its log. */
  readonly name: string;
  /** What to run; `folder` is fresh, for its data, and removed when it stops. */
  readonly command: (folder: string) => Promise<Command>;
  /** Resolves to true once it answers; asked again and again until then, a rejection is a "not yet". */
  readonly ready: () => Promise<boolean>;
  readonly readyWithinMs: number;
}

export interface ServerProcess {
  /** Of the server itself: signals sent to it reach no shim. */
  readonly pid: number;
  readonly folder: string;
  readonly logFile: string;
  /** Ends the server and removes its folder. The log goes too, unless `keepLog`. Stopping twice is stopping once. */
  stop(options?: StopOptions): Promise<void>;
}

export interface StopOptions {
  readonly keepLog?: boolean;
}

type LeashProcess = ChildProcessByStdio<Writable, Readable, null>;

/** Starts a server on a leash and waits until it answers. It cannot outlive this process, however this process ends. */
export async function startProcess({ name, command, ready, readyWithinMs }: Recipe): Promise<ServerProcess> {
  const leash = new Leash(name, await newLogFile(name));
  leashes.add(leash);
  try {
    const folder = await leash.fact('folder');
    leash.send(JSON.stringify(await command(folder)));
    const pid = Number(await leash.fact('pid'));
    await leash.until(ready, readyWithinMs);
    leash.loosen();
    return { pid, folder, logFile: leash.logFile, stop: (options) => leash.end(options) };
  } catch (error) {
    await leash.end({ keepLog: true });
    throw error;
  }
}

const leashes = new Set<Leash>();

/** Ends every server this process has started or is starting: what Ctrl-C needs. */
export async function stopAll(options?: StopOptions): Promise<void> {
  await Promise.all([...leashes].map((leash) => leash.end(options)));
}

class Leash {
  readonly logFile: string;
  readonly #name: string;
  readonly #child: LeashProcess;
  readonly #facts: Map<string, string> = new Map();
  readonly #gone: Promise<unknown>;

  constructor(name: string, logFile: string) {
    this.#name = name;
    this.logFile = logFile;
    // A session of its own: Ctrl-C reaches whoever started the servers, and the end of stdin reaches the leash.
    this.#child = spawn(process.execPath, [join(import.meta.dirname, 'leash.ts'), name, logFile], {
      detached: true,
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    this.#child.stdin.on('error', () => {}); // it has gone: fact() and until() report that
    this.#gone = once(this.#child, 'close');
    createInterface({ input: this.#child.stdout }).on('line', (line) => {
      for (const [key, value] of Object.entries(JSON.parse(line))) this.#facts.set(key, String(value));
    });
  }

  send(line: string): void {
    this.#child.stdin.write(`${line}\n`);
  }

  async fact(key: string): Promise<string> {
    await this.until(async () => this.#facts.has(key), 10_000);
    return this.#facts.get(key) ?? '';
  }

  async until(ready: () => Promise<boolean>, withinMs: number): Promise<void> {
    const deadlineAt = performance.now() + withinMs;
    while (!(await ready().catch(() => false))) {
      const exit = this.#facts.get('exit') ?? this.#child.signalCode ?? this.#child.exitCode;
      if (exit !== null) throw await this.#failure(`ended with ${exit} before it was ready`);
      if (performance.now() > deadlineAt) throw await this.#failure(`was not ready within ${withinMs} ms`);
      await delay(pollMs);
    }
  }

  /** From here on it no longer keeps our process alive. */
  loosen(): void {
    for (const part of this.#parts()) part.unref();
  }

  async end({ keepLog = false }: StopOptions = {}): Promise<void> {
    for (const part of this.#parts()) part.ref();
    leashes.delete(this);
    if (!keepLog && this.#child.stdin.writable) this.send('forget');
    this.#child.stdin.end();
    await this.#gone;
    if (this.#child.signalCode) await this.#endWithoutLeash();
  }

  /** Somebody killed the leash, so its work is ours. */
  async #endWithoutLeash(): Promise<void> {
    const [pid, folder] = [this.#facts.get('pid'), this.#facts.get('folder')];
    this.#facts.clear();
    if (pid) process.kill(Number(pid), 'SIGKILL');
    if (folder) await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #parts(): (LeashProcess | Socket)[] {
    const pipes = [this.#child.stdin, this.#child.stdout];
    return [this.#child, ...pipes.filter((pipe) => pipe instanceof Socket)];
  }

  async #failure(what: string): Promise<Error> {
    const log = await readFile(this.logFile, 'utf8').catch(() => '');
    const end = log.trim().split('\n').slice(-20).join('\n');
    return new Error(`${this.#name} ${what}; log ${this.logFile}:\n${end}`);
  }
}

async function newLogFile(name: string): Promise<string> {
  const folder = join(cacheFolder(), 'logs');
  await mkdir(folder, { recursive: true });
  for (const file of await readdir(folder)) await removeWhenOld(join(folder, file));
  const time = new Date()
    .toISOString()
    .replaceAll(/[^\dT]/g, '')
    .slice(0, 15);
  return join(folder, `${name}-${time}-${process.pid}-${Math.trunc(performance.now())}.log`);
}

async function removeWhenOld(file: string): Promise<void> {
  const info = await stat(file).catch(() => undefined);
  if (info && Date.now() - info.mtimeMs > keepLogsMs) await rm(file, { force: true });
}

/** A port nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port on 127.0.0.1');
  return address.port;
}
