/** One worker thread with the user's hook, as seen from outside. */
import { Worker } from 'node:worker_threads';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import type { Call } from '@segment-store/resilience/operation';
import type { Lines } from '@segment-store/store/store';
import type { Rows } from '../lines/rows.ts';
import type { PartRows } from './hook.ts';
import { buffersOf, type Reply, type Task, type WorkerData } from './messages.ts';

interface Waiting {
  resolve(lines: Lines): void;
  reject(error: unknown): void;
}

export class HookThread {
  /** Rejects with CommandError usage when the module cannot be used. */
  readonly ready: Promise<void>;
  readonly #name: string;
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #tasks = 0;
  #ended: Error | undefined;

  /** `name` is what people called the module. */
  constructor(name: string, data: WorkerData) {
    this.#name = name;
    this.#worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: data });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.ready = promise;
    this.ready.catch(() => {}); // another thread's is awaited first
    this.#worker.on('message', (reply: Reply) => {
      if (reply.kind === 'ready') resolve();
      else if (reply.kind === 'unusable') reject(this.#unusable(reply.why));
      else this.#settle(reply);
    });
    this.#worker.on('error', (error) => this.#end(reject, `threw outside of any row (${messageOf(error)})`));
    this.#worker.on('exit', (code) => this.#end(reject, `ended its thread (exit code ${code})`));
  }

  /** Tasks it has not answered. */
  get waiting(): number {
    return this.#waiting.size;
  }

  /** Takes the bytes of `rows` away. Rejects with CommandError failed once the thread has ended; as the call aborts. */
  async transform({ part, rows }: PartRows, { signal }: Call): Promise<Lines> {
    signal.throwIfAborted();
    if (this.#ended !== undefined) throw this.#ended;
    const id = this.#tasks++;
    const { promise, resolve, reject } = Promise.withResolvers<Lines>();
    const abort = () => reject(signal.reason);
    signal.addEventListener('abort', abort);
    this.#waiting.set(id, { resolve, reject });
    const task: Task = { id, part, rows: { ...rows, refused: rows.refused.map(withOwnBytes) } };
    this.#worker.postMessage(task, buffersOf(rows));
    try {
      return await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }

  #settle(reply: Extract<Reply, { readonly id: number }>): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.kind === 'lines') waiting?.resolve(reply.lines);
    else waiting?.reject(reply.error);
  }

  #end(rejectReady: (error: Error) => void, what: string): void {
    rejectReady(this.#unusable(what));
    const wayOut = 'a transform throws for a row it cannot take, and leaves the process alone';
    this.#ended ??= new CommandError(exitCode.failed, `the transform ${this.#name} ${what}: ${wayOut}`);
    for (const { reject } of this.#waiting.values()) reject(this.#ended);
    this.#waiting.clear();
  }

  #unusable(why: string): CommandError {
    const told = why.replace(/ imported from \S+$/, ''); // Node names the file of ours that imports it
    return new CommandError(exitCode.usage, `the transform ${this.#name} cannot be used: ${told}`);
  }
}

/** A message copies all the bytes a view looks into. */
function withOwnBytes(row: Rows['refused'][number]): Rows['refused'][number] {
  return { ...row, raw: Uint8Array.from(row.raw) };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
