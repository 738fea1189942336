/** Ours, from gzip files through every check, against bodies made beforehand and sent at their best setting. */
import { median, ratio, withFigures } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { type Arena, openArena } from './arena.ts';
import { type Measured, makeBodies, type Setting, sendRaw, settings } from './ceiling.ts';
import type { Folder, Kind } from './documents.ts';
import type { Loaded } from './ours.ts';
import { scale } from './scale.ts';
import { sweep } from './sweep.ts';

await using arena = await openArena();
await attempt('small-vs-ceiling', () => against(arena, 'small', 0.9));
await attempt('large-vs-ceiling', () => against(arena, 'large', 0.95));

async function against(own: Arena, kind: Kind, goal: number): Promise<void> {
  const folder = await own.folder({ kind, bytes: scale.megabytes[kind] * 1e6, parts: 16 });
  const best = await bestOf(own, kind);
  const bodies = await makeBodies(folder, best.bytes);
  const seen: { readonly ours: (Measured & Loaded)[]; readonly ceiling: Measured[] } = { ours: [], ceiling: [] };
  const row = await ratio({
    name: `${kind}-vs-ceiling`,
    unit: 'documents/s',
    goal,
    better: 'higher',
    rounds: scale.rounds,
    warmUp: 0,
    async candidate() {
      seen.ours.push(await own.ours(folder));
      return seen.ours.at(-1)?.documentsPerSecond ?? Number.NaN;
    },
    async baseline() {
      seen.ceiling.push(await sendRaw(own.cluster, { bodies, inFlight: best.inFlight, folder }));
      return seen.ceiling.at(-1)?.documentsPerSecond ?? Number.NaN;
    },
  });
  report(withFigures(row, figuresOf(folder, best, seen)));
}

async function bestOf({ cluster, folder: write }: Arena, kind: Kind): Promise<Setting> {
  const folder = await write({ kind, bytes: scale.sweepMegabytes[kind] * 1e6, parts: 4 });
  return sweep({
    name: `ceiling ${kind}`,
    settings,
    async speed({ bytes, inFlight }) {
      const bodies = await makeBodies(folder, bytes);
      return (await sendRaw(cluster, { bodies, inFlight, folder })).documentsPerSecond;
    },
  });
}

interface Seen {
  readonly ours: readonly (Measured & Loaded)[];
  readonly ceiling: readonly Measured[];
}

function figuresOf(folder: Folder, best: Setting, { ours, ceiling }: Seen): Record<string, number> {
  return {
    ceilingBulkBytes: best.bytes,
    ceilingInFlight: best.inFlight,
    documentBytes: folder.bytes / folder.documents,
    megabytes: folder.bytes / 1e6,
    gzipMegabytes: folder.packedBytes / 1e6,
    oursFillSeconds: median(ours.map(({ fillSeconds }) => fillSeconds)),
    oursWholeSeconds: median(ours.map(({ wholeSeconds }) => wholeSeconds)),
    oursPeakMb: median(ours.map(({ resident }) => Math.max(...resident) / 1e6)),
    oursClientMsPerMb: median(ours.map(({ clientMs }) => clientMs)),
    ceilingClientMsPerMb: median(ceiling.map(({ clientMs }) => clientMs)),
    oursElasticsearchMsPerMb: median(ours.map(({ elasticsearchMs }) => elasticsearchMs)),
    ceilingElasticsearchMsPerMb: median(ceiling.map(({ elasticsearchMs }) => elasticsearchMs)),
  };
}
