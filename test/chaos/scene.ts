/** What faults are made on, and what is seen of it from outside. */
import { randomUUID } from 'node:crypto';
import { get } from '@segment-store/services/service';
import type { Door } from '@segment-store/stack/door';
import type { Recorder } from './record.ts';
import type { Runs } from './runs.ts';

export interface Scene {
  readonly door: Door;
  readonly runs: Runs;
  readonly recorder: Pick<Recorder, 'record'>;
}

export const SERVERS = ['server-1', 'server-2'] as const;
export type ServerName = (typeof SERVERS)[number];
const PATIENCE_MS = 1_000;

interface Live {
  readonly run: string;
  readonly epoch: number;
}

/** `segments-members-<run>` and its marker. */
const MARKED = /"segments-members-(\d{8}t\d{6}z[-\w]*)":\{"aliases":\{[^}]*"segments-epoch-(\d+)-/;

/** By the aliases of Elasticsearch itself, past the product. @throws Error when it does not say */
export async function liveOf({ door }: Pick<Scene, 'door'>): Promise<Live> {
  const { parts } = await door.facts();
  const text = await get(`${parts['elasticsearch-1']?.url}/_alias/segments-epoch-*`);
  const [, run, epoch] = MARKED.exec(text) ?? [];
  if (run === undefined) throw new Error(`no epoch in ${text.slice(0, 200)}`);
  return { run, epoch: Number(epoch) };
}

/** @throws Error when it does not say, or serves nothing */
export async function servedBy({ door }: Pick<Scene, 'door'>, server: ServerName): Promise<string> {
  const { parts } = await door.facts();
  const response = await fetch(`${parts[server]?.url}/readyz`, { signal: AbortSignal.timeout(PATIENCE_MS) });
  const { generation }: { readonly generation?: string } = JSON.parse(await response.text());
  if (!response.ok || generation === undefined) throw new Error(`${server} is not ready`);
  return generation;
}

/** Both servers serve what is live, and answer for somebody whom nobody has asked about before: store and all. */
export async function isWell(scene: Pick<Scene, 'door'>): Promise<boolean> {
  const { run } = await liveOf(scene);
  const { parts, keys } = await scene.door.facts();
  const each = await Promise.all(
    SERVERS.map(async (server) => {
      if ((await servedBy(scene, server)) !== run) return false;
      const url = `${parts[server]?.url}/v1/customers/${randomUUID()}/segments`;
      const headers = { authorization: `Bearer ${keys.checkout}` };
      const response = await fetch(url, { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
      await response.arrayBuffer();
      return response.ok;
    }),
  );
  return each.every(Boolean);
}
