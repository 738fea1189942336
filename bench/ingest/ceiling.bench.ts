/** Ours, from gzip files through every check, against bodies made beforehand and sent at their best setting. */
import { median, ratio } from '../ratio.ts';
import { report } from '../report.ts';
import { type Arena, openArena } from './arena.ts';
import { type Measured, makeBodies, sendRaw, sweep } from './ceiling.ts';
import type { Kind } from './documents.ts';
import { scale } from './scale.ts';

await using arena = await openArena();
await against(arena, 'small', 0.9);
await against(arena, 'large', 0.95);

async function against({ cluster, folder: write, ours }: Arena, kind: Kind, goal: number): Promise<void> {
  const folder = await write({ kind, bytes: scale.mb * 1e6, parts: 16 });
  const best = await sweep(cluster, folder);
  const bodies = await makeBodies(folder, best.bytes);
  const seen: Record<'ours' | 'ceiling', Measured[]> = { ours: [], ceiling: [] };
  const block = async (who: 'ours' | 'ceiling', measure: () => Promise<Measured>) => {
    const measured = await measure();
    seen[who].push(measured);
    return measured.documentsPerSecond;
  };
  const row = await ratio({
    name: `${kind}-vs-ceiling`,
    unit: 'documents/s',
    goal,
    better: 'higher',
    rounds: scale.rounds,
    warmUp: 0,
    candidate: () => block('ours', () => ours(folder)),
    baseline: () => block('ceiling', () => sendRaw(cluster, { bodies, inFlight: best.inFlight, folder })),
  });
  const beside = {
    ceilingBulkBytes: best.bytes,
    ceilingInFlight: best.inFlight,
    documentBytes: folder.bytes / folder.documents,
    oursClientMsPerMb: median(seen.ours.map(({ clientMs }) => clientMs)),
    ceilingClientMsPerMb: median(seen.ceiling.map(({ clientMs }) => clientMs)),
    oursElasticsearchMsPerMb: median(seen.ours.map(({ elasticsearchMs }) => elasticsearchMs)),
    ceilingElasticsearchMsPerMb: median(seen.ceiling.map(({ elasticsearchMs }) => elasticsearchMs)),
  };
  report({ ...row, beside });
}
