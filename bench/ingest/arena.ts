/** What the benchmarks of this folder share: a warm Elasticsearch, folders on disk, and one load of ours. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Measured, warmUp } from './ceiling.ts';
import { buildSettings, type Cluster, mappings, startCluster } from './cluster.ts';
import { type Folder, type FolderOptions, writeFolder } from './documents.ts';
import { type Loaded, load } from './ours.ts';
import { scale } from './scale.ts';

export interface Arena extends AsyncDisposable {
  readonly cluster: Cluster;
  folder(options: FolderOptions): Promise<Folder>;
  /**
   * Loads into a deployment of its own, looks whether it is what was compared with, and removes it. `swallowedAt`: by way
   * of a null endpoint.
   */
  ours(folder: Folder, swallowedAt?: string): Promise<Measured & Loaded>;
  /** A prefix nobody used. */
  prefix(): string;
  remove(prefix: string): Promise<void>;
}

export async function openArena(): Promise<Arena> {
  const root = await mkdtemp(join(tmpdir(), 'bench-ingest-'));
  const cluster = await startCluster();
  let prefixes = 0;
  const prefix = () => `bench${++prefixes}`;
  const folder = (options: FolderOptions) => writeFolder(root, options);
  const remove = async (name: string) => {
    const indices = Object.keys(Object(await cluster.ask('GET', `/${name}-*`)));
    if (indices.length > 0) await cluster.ask('DELETE', `/${indices.join(',')}`);
  };
  const small = await folder({ kind: 'small', bytes: 5e6, parts: 4 });
  await warmUp(cluster, small, scale.warmSeconds);
  return {
    cluster,
    folder,
    prefix,
    remove,
    async ours(from, swallowedAt) {
      const own = prefix();
      const url = swallowedAt ?? cluster.url;
      const flags = swallowedAt === undefined ? [] : noDocuments;
      const loaded = await load(from, { url, pid: cluster.pid, prefix: own, flags });
      await checkAlike(cluster, own);
      await remove(own);
      const mb = from.bytes / 1e6;
      return {
        ...loaded,
        documentsPerSecond: from.documents / loaded.fillSeconds,
        clientMs: (loaded.fillCpuSeconds * 1000) / mb,
        elasticsearchMs: (loaded.fillElasticsearchSeconds * 1000) / mb,
      };
    },
    async [Symbol.asyncDispose]() {
      await cluster[Symbol.asyncDispose]();
      await rm(root, { recursive: true });
    },
  };
}

/** What refuses a generation that holds nothing. */
const noDocuments = ['segment-sizes', 'unlisted-segments', 'shards', 'readback'].flatMap((gate) => ['--accept', gate]);

/** A ceiling with another mapping would be none. */
async function checkAlike(cluster: Cluster, prefix: string): Promise<void> {
  const [found] = Object.values(Object(await cluster.ask('GET', `/${prefix}-members`)));
  const { mappings: ours, settings } = Object(found);
  const wanted = Object(mappings.properties);
  const names = Object.keys(Object(ours.properties));
  const alike =
    names.length === Object.keys(wanted).length &&
    JSON.stringify(ours.properties.segment_ids) === JSON.stringify(wanted.segment_ids);
  if (!alike || Number(settings.index.number_of_shards) !== buildSettings.number_of_shards) {
    throw new Error(`the index of a load is not what the ceiling is measured with: ${JSON.stringify(found)}`);
  }
}
