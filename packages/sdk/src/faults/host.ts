/** The application: a process of its own that no rejection may go unhandled in. */
import { fork } from 'node:child_process';
import { on, once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { createSegmentClient, type SegmentClient } from '../index.ts';
import { hostile } from './hostile.ts';
import { type Kept, measureKept } from './leak.ts';
import { customers, DEADLINE_MS, type Figures, measure, measureCrowds, measureHealing } from './load.ts';
import { STRAINS, type Strain } from './strains.ts';

export interface Host extends AsyncDisposable {
  /** A new client, in place of the one before. */
  connect(baseUrl: string, strain?: Strain): Promise<void>;
  load(reads: Reads, calls: number): Promise<Figures>;
  /** The strain is over. */
  relieve(): Promise<void>;
  /** Milliseconds until all is well, of `withinMs` at most. */
  healing(withinMs: number): Promise<number>;
  kept(calls: number): Promise<Kept>;
}

export type Reads = 'others' | 'crowds' | 'hostile' | 'closing';

interface Asked {
  readonly client: SegmentClient;
  readonly baseUrl: string;
  readonly calls: number;
}

const READS: Readonly<Record<Reads, (asked: Asked) => Promise<Figures>>> = {
  others: ({ client, calls }) => measure({ calls, read: customers(client) }),
  crowds: ({ client, calls }) => measureCrowds(client, calls),
  hostile: ({ client, calls }) => measure({ calls, read: hostile(client) }),
  closing: measureClosing,
};

type Task =
  | { readonly does: 'connect'; readonly baseUrl: string; readonly strain: Strain | undefined }
  | { readonly does: 'load'; readonly reads: Reads; readonly calls: number }
  | { readonly does: 'relieve' }
  | { readonly does: 'healing'; readonly withinMs: number }
  | { readonly does: 'kept'; readonly calls: number };

export async function startHost(): Promise<Host> {
  const child = fork(import.meta.filename, {
    execArgv: ['--unhandled-rejections=strict', '--expose-gc'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  child.on('error', () => 'its exit says more');
  const exit = once(child, 'exit');
  const answer = async () => {
    const [answered] = await Promise.race([once(child, 'message'), exit.then(() => [undefined])]);
    if (answered === undefined) throw new Error(`the application ended with ${child.exitCode ?? child.signalCode}`);
    return answered;
  };
  const ask = (task: Task) => {
    child.send(task);
    return answer();
  };
  await answer();
  return {
    connect: (baseUrl, strain) => ask({ does: 'connect', baseUrl, strain }),
    load: (reads, calls) => ask({ does: 'load', reads, calls }),
    relieve: () => ask({ does: 'relieve' }),
    healing: (withinMs) => ask({ does: 'healing', withinMs }),
    kept: (calls) => ask({ does: 'kept', calls }),
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await exit;
      if (child.exitCode !== 0) throw new Error(`the application ended with ${child.exitCode ?? child.signalCode}`);
    },
  };
}

const clientOf = (baseUrl: string): SegmentClient =>
  createSegmentClient({ baseUrl, deadlineMs: DEADLINE_MS, fallback: ['vip'], maxEntries: 1_000 });

/** Again and again the client is closed while its callers wait, and they go on with another. */
async function measureClosing({ client: first, baseUrl, calls }: Asked): Promise<Figures> {
  let client = first;
  let busy = true;
  const closing = async () => {
    while (busy) {
      await sleep(20);
      await client.close();
      client = clientOf(baseUrl);
    }
  };
  const closed = closing();
  const figures = await measure({ calls, read: (call) => client.lookup(`customer-${call}`) });
  busy = false;
  await closed;
  await client.close();
  return figures;
}

/** Waits for tasks until its parent leaves. */
async function host(): Promise<void> {
  const nothing = () => {};
  let relieve = nothing;
  let baseUrl = 'http://127.0.0.1:1';
  let client = clientOf(baseUrl);
  async function connect(to: string, strain: Strain | undefined): Promise<void> {
    await client.close();
    baseUrl = to;
    client = clientOf(baseUrl);
    relieve = strain === undefined ? nothing : STRAINS[strain]();
  }
  async function work(task: Task): Promise<unknown> {
    if (task.does === 'connect') return connect(task.baseUrl, task.strain);
    if (task.does === 'load') return READS[task.reads]({ client, calls: task.calls, baseUrl });
    if (task.does === 'healing') return measureHealing(client, task.withinMs);
    if (task.does === 'kept') return measureKept(client, task.calls);
    relieve();
    relieve = nothing;
    return undefined;
  }
  process.once('disconnect', () => {
    relieve();
    process.exit();
  });
  await client.lookup('c1'); // what is loaded late is loaded now
  process.send?.('ready');
  for await (const [task] of on(process, 'message')) process.send?.((await work(task)) ?? 'done');
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) await host();
