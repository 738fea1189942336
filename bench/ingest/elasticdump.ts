/** elasticdump, fetched when it is measured: too large to be installed with every checkout. */
import { execFile } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import type { Cluster } from './cluster.ts';
import type { Folder } from './documents.ts';

const VERSION = '6.125.1';
/** Its default is 100. */
export const limits: readonly number[] = [100, 1_000, 10_000];

const run = promisify(execFile);

/** Documents a second, its start taken off. It reads plain lines in a form of its own, made beforehand. */
export async function dump(cluster: Cluster, { path, parts }: Folder, limit: number): Promise<number> {
  const { index } = await cluster.createIndex();
  const input = `${path}.elasticdump.json`;
  const all = await Promise.all(parts.map(async (part) => gunzipSync(await readFile(part)).toString()));
  const lines = all.join('').trimEnd().split('\n');
  const seconds = async (documents: readonly string[]) => {
    await writeFile(input, documents.map((line) => `${toDump(index, line)}\n`).join(''));
    const before = performance.now();
    const args = [`--input=${input}`, `--output=${cluster.url}/${index}`, '--type=data', `--limit=${limit}`, '--quiet'];
    await run('npx', ['--yes', `elasticdump@${VERSION}`, ...args, '--noRefresh'], { maxBuffer: 1e9 });
    return (performance.now() - before) / 1000;
  };
  const start = await seconds(lines.slice(0, 1));
  const took = (await seconds(lines.slice(1))) - start;
  const stored = await cluster.count(index);
  if (stored !== lines.length) throw new Error(`elasticdump stored ${stored} of ${lines.length}`);
  await cluster.ask('DELETE', `/${index}`);
  await rm(input);
  return (lines.length - 1) / took;
}

function toDump(index: string, line: string): string {
  const id = line.slice(16, line.indexOf('"', 16));
  return `{"_index":"${index}","_id":"${id}","_source":${line}}`;
}
