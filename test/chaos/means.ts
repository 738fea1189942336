/** How things are broken, and mended again. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault as Wrong } from '@segment-store/services/fault-proxy';
import type { WireName } from '@segment-store/stack/wires';
import type { Fault } from './fault.ts';
import { ingest } from './ingest.ts';
import type { Scene } from './scene.ts';
import { until } from './until.ts';

type Begin = Fault['begin'];

export const injected =
  (wire: WireName, wrong: Wrong): Begin =>
  async ({ door }) => {
    await door.inject(wire, wrong);
    return () => door.inject(wire, undefined);
  };

/** SIGSTOP: its connections stay open, and nothing comes. */
export const frozen =
  (...names: readonly string[]): Begin =>
  async ({ door }) => {
    const { parts } = await door.facts();
    const tell = (signal: NodeJS.Signals) => {
      for (const name of names) process.kill(parts[name]?.pid ?? Number.NaN, signal);
    };
    tell('SIGSTOP');
    return async () => tell('SIGCONT');
  };

/** SIGKILL; its supervisor starts it again at the end. */
export const killed =
  (name: string): Begin =>
  async ({ door, recorder }) => {
    await door.kill(name);
    recorder.record({ what: 'ended', part: name });
    return () => door.restart(name);
  };

/** A run is there to be loaded meanwhile. */
export const announced: Begin = async ({ runs }) => {
  await runs.next();
  return async () => {};
};

/** One after the other. */
export const together =
  (...all: readonly Begin[]): Begin =>
  async (scene) => {
    const ends: (() => Promise<unknown>)[] = [];
    for (const begin of all) ends.push(await begin(scene));
    return () => Promise.all(ends.map((end) => end()));
  };

const SLOW_READS: Wrong = { kind: 'drip', bytes: 4_096, everyMs: 40 };
const STARTS_MS = 30_000;

/** What Elasticsearch does by itself beyond the flood stage, for the whole cluster. */
export async function full({ door }: Scene): Promise<() => Promise<unknown>> {
  const { parts } = await door.facts();
  const block = async (isFull: true | null) => {
    const body = JSON.stringify({ persistent: { 'cluster.blocks.read_only_allow_delete': isFull } });
    const headers = { 'content-type': 'application/json' };
    const url = `${parts['elasticsearch-1']?.url}/_cluster/settings`;
    const response = await fetch(url, { method: 'PUT', headers, body });
    if (!response.ok) throw new Error(`Elasticsearch answered ${response.status}: ${await response.text()}`);
  };
  await block(true);
  return () => block(null);
}

export async function killIngestion({ door, runs, recorder }: Scene): Promise<() => Promise<unknown>> {
  await door.inject('s3', SLOW_READS);
  const run = await runs.next();
  const { parts } = await door.facts();
  const index = `${parts['elasticsearch-1']?.url}/segments-members-${run}`;
  const begun = async () => (await fetch(index, { method: 'HEAD' })).ok;
  await until(`the load of ${run} begins`, { withinMs: STARTS_MS, everyMs: 20 }, begun);
  await door.kill('ingestion');
  recorder.record({ what: 'ended', part: 'ingestion' });
  await door.inject('s3', undefined);
  return () => door.restart('ingestion');
}

/** They calculate as soon as they are started. */
export async function killCalculations({ door, recorder }: Scene): Promise<() => Promise<unknown>> {
  await door.restart('calculations');
  const { jobFigures } = await door.facts();
  const file = join(jobFigures, 'compute.prom');
  const isAtWork = async () => existsSync(file) && !readFileSync(file, 'utf8').includes('segment_compute_end_time');
  await until('a calculation begins', { withinMs: STARTS_MS, everyMs: 20 }, isAtWork);
  await door.kill('calculations');
  recorder.record({ what: 'ended', part: 'calculations' });
  return () => door.restart('calculations');
}

export async function rollBack({ door, recorder }: Scene): Promise<() => Promise<unknown>> {
  const { parts, keys } = await door.facts();
  const authorization = `Bearer ${keys.operator}`;
  const url = `${parts['server-2']?.url}/v1/generations`;
  const { live }: { readonly live: { readonly generation: string; readonly epoch: number } } = JSON.parse(
    await (await fetch(url, { headers: { authorization } })).text(),
  );
  const headers = { authorization, 'if-match': `"${live.epoch}"` };
  const response = await fetch(`${url}/rollback`, { method: 'POST', headers });
  if (!response.ok) throw new Error(`the roll back answered ${response.status}: ${await response.text()}`);
  recorder.record({ what: 'rolled back', withdrawn: live.generation });
  return () => ingest('unhold', '--store', `${parts['elasticsearch-1']?.url}`);
}
