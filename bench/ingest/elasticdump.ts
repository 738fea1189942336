/** elasticdump, fetched when it is measured: too large to be installed with every checkout. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { Cluster } from './cluster.ts';
import { childrenCpuSeconds } from './cpu.ts';
import type { Folder } from './documents.ts';
import type { RivalRun } from './rivals.ts';

const PACKAGE = 'elasticdump@6.125.1';

export interface DumpSetting {
  readonly limit: number;
  readonly concurrency: number;
}

/** Its default, 100 × 1, takes many times as long. */
export const dumpSettings: readonly DumpSetting[] = [1_000, 10_000].flatMap((limit) =>
  [1, 4].map((concurrency) => ({ limit, concurrency })),
);

const run = promisify(execFile);

export async function findElasticdump(): Promise<string> {
  const { stdout } = await run('npx', ['--yes', '--package', PACKAGE, '--call', 'command -v elasticdump']);
  return stdout.trim();
}

export interface Dump {
  readonly executable: string;
  readonly cluster: Cluster;
  readonly folder: Folder;
}

/** All lines of the folder, its start with it, into an index of its own, which is removed. */
export async function dump({ executable, cluster, folder }: Dump, setting: DumpSetting): Promise<RivalRun> {
  const input = `${folder.path}.elasticdump.json`;
  if (!existsSync(input)) await writeInput(folder, input);
  const { index } = await cluster.createIndex();
  const where = [`--input=${input}`, `--output=${cluster.url}/${index}`, '--type=data', '--bulkAction=create'];
  const { limit, concurrency } = setting;
  const how = [`--limit=${limit}`, `--concurrency=${concurrency}`, '--throttleInterval=0', '--noRefresh', '--quiet'];
  const before = { at: performance.now(), cpu: childrenCpuSeconds() };
  await run(process.execPath, [executable, ...where, ...how], { maxBuffer: 1e9 });
  const seconds = (performance.now() - before.at) / 1000;
  const cpuSeconds = childrenCpuSeconds() - before.cpu;
  await cluster.checkCount(index, folder.documents);
  await cluster.remove(index);
  return { seconds, cpuSeconds };
}

/** It reads plain lines in a form of its own. The index they name is not the one they go to. */
async function writeInput({ parts }: Folder, path: string): Promise<void> {
  const texts: string[] = [];
  for (const part of parts) {
    const lines = gunzipSync(await readFile(part))
      .toString()
      .trimEnd()
      .split('\n');
    texts.push(lines.map((line) => `${toDump(line)}\n`).join(''));
  }
  await writeFile(path, texts);
}

function toDump(line: string): string {
  const id = line.slice(16, line.indexOf('"', 16));
  return `{"_index":"any","_id":"${id}","_source":${line}}`;
}
