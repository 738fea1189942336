/** Memory and cost as a run grows, and as its parts do. Into a null endpoint, so that 10 GB are possible. */
import { type Figures, median, type Row, toRow, withFigures } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { type Arena, openArena } from './arena.ts';
import { type NullEndpoint, startNullEndpoint } from './null-endpoint.ts';
import type { Loaded } from './ours.ts';
import { scale } from './scale.ts';

const MB = 1_000_000;
/** The limit that was set: 96 MB and twice what may be in flight, 8 bulks of 5 MB by default. */
const LIMIT_MB = 96 + 2 * 8 * 5;

await using arena = await openArena({ warmSeconds: 0 });
using endpoint = await startNullEndpoint(arena.cluster.url);
await attempt('memory and cost', () => compare(arena, endpoint));

async function compare(own: Arena, nowhere: NullEndpoint): Promise<void> {
  const { least, largest, manyParts } = scale;
  const small = await grow(own, nowhere, { mb: least, parts: 16 });
  const large = await grow(own, nowhere, { mb: largest, parts: Math.max(16, Math.ceil(largest / 100)) });
  const many = await grow(own, nowhere, { mb: least, parts: manyParts });
  const megabytes = { megabytes: largest, baselineMegabytes: least, fillSeconds: large.fillSeconds, parts: manyParts };
  const memory = toRow(
    { name: 'memory-10gb-vs-100mb', unit: 'MB resident', goal: 1.1 },
    { value: large.residentMb, baseline: small.residentMb, ratio: large.residentMb / small.residentMb },
  );
  // Apart from its start, which a small load pays as well: between 100 MB and a quarter more of the lines, and at the end.
  const [early, late] = [large.msOf(least / largest, least / largest + 0.25), large.msOf(0.75, 1)];
  const cost = toRow(
    { name: 'cost-10gb-vs-100mb', unit: 'ms CPU/MB', goal: 1.1 },
    { value: late, baseline: early, ratio: late / early },
  );
  const peak = toRow(
    { name: 'memory-vs-limit', unit: 'MB resident', goal: 1 },
    { value: large.peakMb, baseline: LIMIT_MB, ratio: large.peakMb / LIMIT_MB },
  );
  report(
    noted(memory, {
      ...megabytes,
      slopeMbPerMinute: large.slope,
      peakMb: large.peakMb,
      manyPartsMb: many.residentMb,
      manyPartsPeakMb: many.peakMb,
    }),
    noted(cost, {
      ...megabytes,
      wholeMs: large.clientMs,
      whole100MbMs: small.clientMs,
      manyPartsMs: many.clientMs,
    }),
    noted(peak, megabytes),
  );
}

function noted(row: Row, figures: Figures): Row {
  const { largest, least, manyParts } = scale;
  const measured = `measured: ${largest} MB against ${least} MB, and ${least} MB in ${manyParts} parts`;
  const note = largest === 10_000 ? measured : `${measured}; with --full: 10000 MB, 10000 parts`;
  return { ...withFigures(row, figures), note };
}

interface Grown {
  /** Once it has warmed up: the median of the later half. */
  readonly residentMb: number;
  readonly peakMb: number;
  /** Of resident megabytes a minute over the later half. */
  readonly slope: number;
  readonly fillSeconds: number;
  readonly clientMs: number;
  /** Client CPU a megabyte between two shares of the lines. */
  msOf(from: number, to: number): number;
}

async function grow(
  own: Arena,
  nowhere: NullEndpoint,
  { mb, parts }: { readonly mb: number; readonly parts: number },
): Promise<Grown> {
  const folder = await own.folder({ kind: 'small', bytes: mb * MB, parts });
  const { resident: bytes, progress, clientMs, fillSeconds } = await own.ours(folder, nowhere.url);
  const resident = bytes.map((one) => one / MB);
  const later = resident.slice(resident.length >> 1);
  const quarter = later.length >> 1;
  const rise = median(later.slice(quarter)) - median(later.slice(0, quarter));
  return {
    residentMb: median(later),
    peakMb: Math.max(...resident),
    slope: (rise / (fillSeconds / 4)) * 60,
    fillSeconds,
    clientMs,
    msOf: (from, to) =>
      (cpuBetween(progress, from * folder.documents, to * folder.documents) * 1000) / (mb * (to - from)),
  };
}

/** CPU seconds between two numbers of rows, from the first that was said at or after each. */
function cpuBetween(progress: Loaded['progress'], from: number, to: number): number {
  const [first, last] = [from, to].map((wanted) => progress.find(({ rows }) => rows >= wanted));
  return first === undefined || last === undefined || first === last ? Number.NaN : last.cpu - first.cpu;
}
