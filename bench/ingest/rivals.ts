/** Other ways to load the same files, each in a process of its own: `node rivals.ts <way> <url> <target> <terms> <file…>`. */
import { spawn } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';
import { Client } from '@elastic/elasticsearch';
import type { Folder } from './documents.ts';
import { scale } from './scale.ts';

/** `strings` and `objects`: `helpers.bulk` of the official client. `batches`: 125 parsed documents a bulk, as Logstash. */
export type Way = 'strings' | 'objects' | 'batches';

export interface Terms {
  readonly flushBytes: number;
  readonly concurrency: number;
}

const swept: readonly Terms[] = scale.bulkMb.flatMap((mb) =>
  scale.inFlight.map((concurrency) => ({ flushBytes: mb * 1_000_000, concurrency })),
);

export const termsOf: Readonly<Record<Way, readonly Terms[]>> = {
  strings: swept,
  objects: swept,
  batches: scale.inFlight.map((concurrency) => ({ flushBytes: 0, concurrency })),
};

export interface RivalRun {
  /** From the first line to the last answer. */
  readonly seconds: number;
  /** Of its process, meanwhile. */
  readonly cpuSeconds: number;
}

export interface Rival extends Terms {
  readonly way: Way;
  readonly url: string;
  /** Index or alias. */
  readonly target: string;
  readonly folder: Folder;
}

export async function runRival({ way, url, target, folder, flushBytes, concurrency }: Rival): Promise<RivalRun> {
  const args = [import.meta.filename, way, url, target, JSON.stringify({ flushBytes, concurrency }), ...folder.parts];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  for await (const chunk of child.stdout) text += chunk;
  if (text === '') throw new Error(`loading ${folder.kind} lines as ${way} failed: what it says is above`);
  return JSON.parse(text);
}

interface Task extends Terms {
  readonly client: Client;
  readonly target: string;
  readonly files: readonly string[];
}

const ways: Readonly<Record<Way, (task: Task) => Promise<void>>> = {
  strings: (task) => helped(task, lines(task.files), idOf),
  objects: (task) => helped(task, objects(task.files), (document: { customer_id: string }) => document.customer_id),
  batches: inBatches,
};

/** Lines of the files, one file after the other, as a user of the helper would read them. */
async function* lines(files: readonly string[]): AsyncGenerator<string> {
  for (const file of files) {
    const input = createReadStream(file).pipe(createGunzip({ chunkSize: 256 * 1024 }));
    yield* createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  }
}

async function* objects(files: readonly string[]): AsyncGenerator<{ customer_id: string }> {
  for await (const line of lines(files)) yield JSON.parse(line);
}

const idOf = (line: string): string => line.slice(16, line.indexOf('"', 16));

async function helped<D>(
  { client, target, flushBytes, concurrency }: Task,
  datasource: AsyncGenerator<D>,
  id: (document: D) => string,
): Promise<void> {
  const { failed } = await client.helpers.bulk<D>({
    datasource,
    flushBytes,
    concurrency,
    index: target,
    ...short,
    onDocument: (document) => ({ create: { _id: id(document) } }),
  });
  if (failed > 0) throw new Error(`helpers.bulk failed ${failed} documents`);
}

/** The shortest answer that the helper can work with, as ours asks for: a fifth less CPU than with whole answers. */
const short = { filter_path: 'errors,items.*.status,items.*.error.type' };

const BATCH = 125;

async function inBatches({ client, target, files, concurrency }: Task): Promise<void> {
  const source = batchesOf(objects(files));
  const worker = async () => {
    for (let batch = await source.next(); !batch.done; batch = await source.next()) {
      const operations = batch.value.flatMap((one) => [{ create: { _id: one.customer_id } }, one]);
      const { errors } = await client.bulk({ index: target, operations, ...short });
      if (errors) throw new Error('a batch was refused');
    }
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
}

async function* batchesOf<T>(items: AsyncIterable<T>): AsyncGenerator<readonly T[]> {
  let batch: T[] = [];
  for await (const item of items) {
    if (batch.push(item) < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

async function main([way = '', node = '', target = '', text = '', ...files]: readonly string[]): Promise<void> {
  const run = Object.entries(ways).find(([name]) => name === way)?.[1];
  if (run === undefined) throw new Error(`no way to load: ${way}`);
  const client = new Client({ node });
  const { flushBytes, concurrency }: Terms = JSON.parse(text);
  const before = { at: performance.now(), cpu: process.cpuUsage() };
  await run({ client, target, files, flushBytes, concurrency });
  const { user, system } = process.cpuUsage(before.cpu);
  const seconds = (performance.now() - before.at) / 1000;
  process.stdout.write(JSON.stringify({ seconds, cpuSeconds: (user + system) / 1e6 } satisfies RivalRun));
}

if (process.argv[1] === import.meta.filename) await main(process.argv.slice(2));
