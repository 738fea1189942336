/** What the benchmarks of this folder share: a warm Elasticsearch, folders on disk, and one load of ours. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Measured, warmUp } from './ceiling.ts';
import { type Cluster, checkAlike, startCluster } from './cluster.ts';
import { type Folder, type FolderOptions, writeFolder } from './documents.ts';
import { type Loaded, type LoadOptions, load } from './ours.ts';
import { scale } from './scale.ts';

export interface Arena extends AsyncDisposable {
  readonly cluster: Cluster;
  folder(options: FolderOptions): Promise<Folder>;
  /**
   * Loads into a deployment of its own, looks whether its index is what is compared with and holds every document, and
   * removes it. `swallowedAt`: by way of a null endpoint.
   */
  ours(folder: Folder, swallowedAt?: string): Promise<Measured & Loaded>;
  /** The same into a deployment that stays. */
  load(folder: Folder, options: Pick<LoadOptions, 'prefix' | 'flags' | 'killAfterMs'>): Promise<Loaded>;
  /** A prefix nobody used. */
  prefix(): string;
  remove(prefix: string): Promise<void>;
}

/** `warmSeconds`: spent at loads before it is used; none where Elasticsearch is not what is measured. */
export async function openArena({
  warmSeconds = scale.warmSeconds,
}: {
  readonly warmSeconds?: number;
} = {}): Promise<Arena> {
  const root = await mkdtemp(join(tmpdir(), 'bench-ingest-'));
  const cluster = await startCluster();
  let prefixes = 0;
  const prefix = () => `bench${++prefixes}`;
  const folder = (options: FolderOptions) => writeFolder(root, options);
  const remove = async (name: string) => {
    const indices = Object.keys(Object(await cluster.ask('GET', `/${name}-*`)));
    if (indices.length > 0) await cluster.ask('DELETE', `/${indices.join(',')}`);
  };
  if (warmSeconds > 0) await warmUp(cluster, await folder({ kind: 'small', bytes: 5e6, parts: 4 }), warmSeconds);
  return {
    cluster,
    folder,
    prefix,
    remove,
    load: (from, options) => load(from, { url: cluster.url, pid: cluster.pid, ...options }),
    async ours(from, swallowedAt) {
      const own = prefix();
      const flags = swallowedAt === undefined ? [] : holdsNothing;
      const atFill = () => checkAlike(cluster, `${own}-build-*`);
      const url = swallowedAt ?? cluster.url;
      const loaded = await load(from, { url, pid: cluster.pid, prefix: own, flags, atFill });
      if (swallowedAt === undefined) await cluster.checkCount(`${own}-members`, from.documents);
      await remove(own);
      return { ...loaded, ...perDocument(from, loaded) };
    },
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await rm(root, { recursive: true });
    },
  };
}

/**
 * Gates that look into what is stored refuse a generation whose documents were swallowed. All others must pass: each
 * line has its outcome, and the null endpoint counts as many documents.
 */
const holdsNothing = ['segment-sizes', 'unlisted-segments', 'readback'].flatMap((gate) => ['--accept', gate]);

function perDocument({ documents, bytes }: Folder, loaded: Loaded): Measured {
  const mb = bytes / 1e6;
  return {
    documentsPerSecond: documents / loaded.fillSeconds,
    clientMs: (loaded.fillCpuSeconds * 1000) / mb,
    elasticsearchMs: (loaded.fillElasticsearchSeconds * 1000) / mb,
  };
}
