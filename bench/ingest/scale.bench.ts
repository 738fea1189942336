/** Memory and cost as a run grows, and as its parts do. Into a null endpoint, so that 10 GB are possible. */
import { median, toRow } from '../ratio.ts';
import { report } from '../report.ts';
import { openArena } from './arena.ts';
import { startNullEndpoint } from './null-endpoint.ts';
import { scale } from './scale.ts';

await using arena = await openArena();
using endpoint = await startNullEndpoint(arena.cluster.url);

const least = Math.min(100, scale.largest / 4);
const small = await measure(least, 16);
const large = await measure(scale.largest, Math.max(16, Math.ceil(scale.largest / 100)));
const many = await measure(least, scale.manyParts);

const MB = 1_000_000;
report(
  toRow(
    { name: 'memory-10gb-vs-100mb', unit: 'MB resident', goal: 1.1 },
    { value: large.resident / MB, baseline: small.resident / MB, ratio: large.resident / small.resident },
    {
      megabytes: scale.largest,
      baselineMegabytes: least,
      slopeMbPerMinute: large.slope,
      parts: scale.manyParts,
      manyPartsMb: many.resident / MB,
    },
  ),
  toRow(
    { name: 'cost-10gb-vs-100mb', unit: 'ms CPU/MB', goal: 1.1 },
    { value: large.clientMs, baseline: small.clientMs, ratio: large.clientMs / small.clientMs },
    { manyPartsMs: many.clientMs },
  ),
);

interface Grown {
  /** Once it has warmed up: the median of the later half. */
  readonly resident: number;
  /** Of resident megabytes over the later half. */
  readonly slope: number;
  readonly clientMs: number;
}

async function measure(mb: number, parts: number): Promise<Grown> {
  const folder = await arena.folder({ kind: 'small', bytes: mb * 1e6, parts });
  const { resident, clientMs, fillSeconds } = await arena.ours(folder, endpoint.url);
  const later = resident.slice(resident.length >> 1);
  const quarter = later.length >> 1;
  const rise = median(later.slice(quarter)) - median(later.slice(0, quarter));
  return { resident: median(later), slope: (rise / 1e6 / (fillSeconds / 4)) * 60, clientMs };
}
