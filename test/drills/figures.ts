/**
 * Figures that Prometheus is told in place of an exporter: of what a stack does not have (certificates, AWS's clock, a full
 * disk), or not within minutes. They come from a target of the job they belong to, instance `drill`.
 */
import { once } from 'node:events';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import type { Facts } from '@segment-store/stack/door';

export interface Figures {
  /** From now on; `text`, in Prometheus's format, is asked for at each scrape. */
  tell(job: string, text: () => string): Promise<void>;
  /** What this part told is told no more. */
  forget(): Promise<void>;
}

/** Drills at the same time have a part each. */
export interface AllFigures extends Figures, AsyncDisposable {
  part(): Figures;
}

interface Told {
  readonly job: string;
  readonly text: () => string;
}

export async function createFigures({ folder }: Facts): Promise<AllFigures> {
  const parts = new Set<Told[]>();
  const toldOf = (job: string) => [...parts].flat().filter((told) => told.job === job);
  const server = createServer((request, response) => {
    response.setHeader('content-type', 'text/plain; version=0.0.4');
    response.end(
      toldOf(`${request.url?.slice(1)}`)
        .map(({ text }) => text())
        .join(''),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const targets = createTargets(join(folder, 'prometheus/targets'), `127.0.0.1:${Object(server.address()).port}`);

  function part(): Figures {
    const own: Told[] = [];
    parts.add(own);
    return {
      async tell(job, text) {
        own.push({ job, text });
        await targets.add(job);
      },
      async forget() {
        const jobs = own.splice(0).map(({ job }) => job);
        for (const job of jobs) if (toldOf(job).length === 0) await targets.remove(job);
      },
    };
  }

  return {
    ...part(),
    part,
    async [Symbol.asyncDispose]() {
      await targets.removeAll();
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Targets {
  /** Once, however often it is asked for. */
  add(job: string): Promise<void>;
  remove(job: string): Promise<void>;
  removeAll(): Promise<void>;
}

/** Files of the folder, each the targets of a job, with ours beside those that were there. */
function createTargets(folder: string, address: string): Targets {
  const before = new Map<string, string>();
  const fileOf = (job: string) => join(folder, `${job}.json`);

  async function remove(job: string): Promise<void> {
    const text = before.get(job);
    if (text === undefined) return;
    before.delete(job);
    await replace(fileOf(job), text);
  }

  return {
    async add(job) {
      if (before.has(job)) return;
      const old = await readFile(fileOf(job), 'utf8');
      before.set(job, old);
      const targets: readonly object[] = JSON.parse(old);
      const own = { targets: [address], labels: { instance: 'drill', __metrics_path__: `/${job}` } };
      await replace(fileOf(job), JSON.stringify([...targets, own]));
    },
    remove,
    async removeAll() {
      for (const job of [...before.keys()]) await remove(job);
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
