/**
 * Figures that Prometheus is told in place of an exporter: of what a stack does not have (certificates, AWS's clock, a full
 * disk), or not within minutes. They come from a target of the job they belong to, instance `drill`.
 */
import { once } from 'node:events';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Facts } from '@segment-store/stack/door';

export interface Figures extends AsyncDisposable {
  /** From now on; `text`, in Prometheus's format, is asked for at each scrape. */
  tell(job: string, text: () => string): Promise<void>;
  /** The targets are as they were. */
  forget(): Promise<void>;
}

export async function createFigures({ folder }: Facts): Promise<Figures> {
  const told = new Map<string, () => string>();
  const before = new Map<string, string>();
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(told.get(`${request.url?.slice(1)}`)?.() ?? '');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = `127.0.0.1:${Object(server.address()).port}`;
  const fileOf = (job: string) => join(folder, 'prometheus/targets', `${job}.json`);

  async function forget(): Promise<void> {
    for (const [job, text] of before) await replace(fileOf(job), text);
    before.clear();
    told.clear();
  }

  return {
    async tell(job, text) {
      told.set(job, text);
      if (before.has(job)) return;
      const old = await readFile(fileOf(job), 'utf8');
      before.set(job, old);
      const targets: readonly object[] = JSON.parse(old);
      const own = { targets: [address], labels: { instance: 'drill', __metrics_path__: `/${job}` } };
      await replace(fileOf(job), JSON.stringify([...targets, own]));
    },
    forget,
    async [Symbol.asyncDispose]() {
      await forget();
      server.closeAllConnections();
      server.close();
    },
  };
}

/** Whole: Prometheus reads it as soon as it changes. */
async function replace(file: string, text: string): Promise<void> {
  await writeFile(`${file}.new`, text);
  await rename(`${file}.new`, file);
}

/** A counter that rises by `perSecond` from now on. */
export function rising(perSecond: number): () => number {
  const since = performance.now();
  return () => (perSecond * (performance.now() - since)) / 1_000;
}
