/** Client CPU of ours and of the official client: what Elasticsearch does is taken away. */
import { median, ratio, withFigures } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { type Arena, openArena } from './arena.ts';
import type { Folder, Kind } from './documents.ts';
import { buildAlias, type NullEndpoint, startNullEndpoint } from './null-endpoint.ts';
import { runRival, type Terms, termsOf, type Way } from './rivals.ts';
import { scale } from './scale.ts';
import { sweep } from './sweep.ts';

await using arena = await openArena({ warmSeconds: 0 });
using endpoint = await startNullEndpoint(arena.cluster.url);
await attempt('cpu-vs-helpers-bulk', () => against(arena, endpoint, 'small'));
await attempt('cpu-vs-helpers-bulk-large', () => against(arena, endpoint, 'large'));

async function against(own: Arena, nowhere: NullEndpoint, kind: Kind): Promise<void> {
  const folder = await own.folder({ kind, bytes: scale.megabytes[kind] * 1e6, parts: 16 });
  const less = await own.folder({ kind, bytes: scale.sweepMegabytes[kind] * 1e6, parts: 4 });
  const how = await leastOf(own, nowhere, { way: 'strings', folder: less });
  const seconds: number[] = [];
  const row = await ratio({
    name: kind === 'small' ? 'cpu-vs-helpers-bulk' : 'cpu-vs-helpers-bulk-large',
    unit: 'ms CPU/MB',
    goal: 0.333,
    rounds: scale.rounds,
    warmUp: 0,
    async candidate() {
      const loaded = await own.ours(folder, nowhere.url);
      seconds.push(loaded.fillSeconds);
      return loaded.clientMs;
    },
    baseline: () => cpuOf(own, nowhere, { way: 'strings', folder, ...how }),
  });
  const beside: Record<string, number> = { ...how, oursFillSeconds: median(seconds) };
  for (const way of ['objects', 'batches'] as const) {
    const terms = await leastOf(own, nowhere, { way, folder: less });
    beside[way] = await cpuOf(own, nowhere, { way, folder: less, ...terms });
  }
  report(withFigures(row, beside));
}

interface Swallowed {
  readonly way: Way;
  readonly folder: Folder;
}

/** The setting that costs the least. */
function leastOf(own: Arena, nowhere: NullEndpoint, { way, folder }: Swallowed): Promise<Terms> {
  return sweep({
    name: `CPU of ${way} ${folder.kind}`,
    isRough: way !== 'strings',
    settings: termsOf[way],
    unit: 'MB/s of CPU',
    speed: async (how) => 1000 / (await cpuOf(own, nowhere, { way, folder, ...how })),
  });
}

/** Milliseconds for a megabyte of lines. */
async function cpuOf(own: Arena, nowhere: NullEndpoint, { folder, ...how }: Swallowed & Terms): Promise<number> {
  const name = { prefix: own.prefix(), run: 'none' };
  const { cpuSeconds } = await runRival({ ...how, folder, url: nowhere.url, target: buildAlias(name) });
  const swallowed = await nowhere.count(name);
  if (swallowed !== folder.documents) throw new Error(`${how.way} sent ${swallowed} of ${folder.documents} documents`);
  return (cpuSeconds * 1000) / (folder.bytes / 1e6);
}
