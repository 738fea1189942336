/** The raw bulk ceiling: bodies made beforehand, sent as they are, nothing looked at but whether all was stored. */
import { readFile } from 'node:fs/promises';
import { gunzipSync } from 'node:zlib';
import type { Cluster } from './cluster.ts';
import { cpuSeconds } from './cpu.ts';
import type { Folder } from './documents.ts';
import { scale } from './scale.ts';

export interface Measured {
  readonly documentsPerSecond: number;
  /** CPU for a megabyte of lines, in milliseconds. */
  readonly clientMs: number;
  readonly elasticsearchMs: number;
}

export interface Setting {
  readonly bytes: number;
  readonly inFlight: number;
}

export const settings: readonly Setting[] = scale.bulkMb.flatMap((mb) =>
  scale.inFlight.map((inFlight) => ({ bytes: mb * 1_000_000, inFlight })),
);

export async function makeBodies({ parts }: Folder, bytes: number): Promise<readonly Buffer[]> {
  const bodies: Buffer[] = [];
  let actions: string[] = [];
  let length = 0;
  for (const part of parts) {
    const lines = gunzipSync(await readFile(part))
      .toString()
      .trimEnd()
      .split('\n');
    for (const line of lines) {
      const action = `{"create":{"_id":"${line.slice(16, line.indexOf('"', 16))}"}}\n${line}\n`;
      if (length + action.length > bytes && length > 0) {
        bodies.push(Buffer.from(actions.join('')));
        [actions, length] = [[], 0];
      }
      actions.push(action);
      length += action.length;
    }
  }
  bodies.push(Buffer.from(actions.join('')));
  return bodies;
}

export interface Sending {
  readonly bodies: readonly Buffer[];
  readonly inFlight: number;
  readonly folder: Folder;
}

/** Into an index of its own, which is removed. */
export async function sendRaw(cluster: Cluster, { bodies, inFlight, folder }: Sending): Promise<Measured> {
  const { index, alias } = await cluster.createIndex();
  const before = { at: performance.now(), client: process.cpuUsage(), elasticsearch: cpuSeconds(cluster.pid) };
  const waiting = bodies.values();
  const path = `/${alias}/_bulk?require_alias=true&filter_path=errors,items.*.status,items.*.error.type`;
  const headers = { 'content-type': 'application/x-ndjson' };
  const lane = async () => {
    for (const body of waiting) {
      const answer = await cluster.pool.request({ method: 'POST', path, body, headers });
      const text = await answer.body.text();
      if (!text.startsWith('{"errors":false'))
        throw new Error(`a bulk of the ceiling was refused: ${text.slice(0, 200)}`);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
  const seconds = (performance.now() - before.at) / 1000;
  const client = process.cpuUsage(before.client);
  const elasticsearch = cpuSeconds(cluster.pid) - before.elasticsearch;
  await cluster.checkCount(index, folder.documents);
  await cluster.remove(index);
  const mb = folder.bytes / 1e6;
  return {
    documentsPerSecond: folder.documents / seconds,
    clientMs: (client.user + client.system) / 1000 / mb,
    elasticsearchMs: (elasticsearch * 1000) / mb,
  };
}

/** Until so long has been spent at it. */
export async function warmUp(cluster: Cluster, folder: Folder, seconds: number): Promise<void> {
  const bodies = await makeBodies(folder, 1_000_000);
  const until = performance.now() + seconds * 1000;
  while (performance.now() < until) await sendRaw(cluster, { bodies, inFlight: 2, folder });
}
