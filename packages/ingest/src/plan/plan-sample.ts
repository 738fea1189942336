/** The beginning of every part, read as a load would read it. */
import { SPAN_FIELDS } from '@segment-store/contract/lines';
import type { Manifest, Part } from '@segment-store/contract/manifest';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import type { Lines, Rejection } from '@segment-store/store/store';
import type { InParallel } from '../in-parallel.ts';
import type { Chunks } from '../lines/decoder.ts';
import { decompress } from '../lines/decompress.ts';
import type { LineReader } from '../lines/lines.ts';
import type { PartSource } from '../lines/rows.ts';
import { partSource } from '../source/part-source.ts';
import type { Run } from '../source/run.ts';
import { orIncomplete, sourceFailure } from '../source/source-failure.ts';
import { lineCount } from '../verify/compare.ts';

/** What the beginnings hold together. */
export interface Sample {
  readonly parts: number;
  readonly lines: number;
  /** Of those lines, as they are stored. */
  readonly bytes: number;
  readonly rejected: readonly Rejection[];
  /** Parts that do not even begin as parts do. */
  readonly corrupt: readonly { readonly key: string; readonly code: string }[];
}

const SHARE = 0.01;
const LEAST_BYTES = 64 * 1024;

export interface Sampling {
  readonly readLines: LineReader;
  readonly inParallel: InParallel;
}

/** One per cent of each part's bytes; of Parquet, which comes in row groups, some rows of one per cent of the parts. */
export async function sampleRun(run: Run, { readLines, inParallel }: Sampling, call: Call): Promise<Sample> {
  const sum = { parts: 0, lines: 0, bytes: 0 };
  const rejected: Rejection[] = [];
  const corrupt: { key: string; code: string }[] = [];
  const visit = async (part: Part, partCall: Call) => {
    try {
      const begun = await samplePart(part, { run, readLines }, partCall);
      sum.parts += 1;
      sum.lines += begun.lines;
      sum.bytes += begun.bytes;
      rejected.push(...begun.rejected);
    } catch (error) {
      if (!isFailure(error) || error.code !== 'CORRUPT') throw error;
      corrupt.push({ key: part.key, code: error.code });
    }
  };
  await inParallel(() => sampledParts(run.manifest), call, visit);
  return { ...sum, rejected, corrupt };
}

function sampledParts({ parts, format }: Manifest): readonly Part[] {
  return format === 'parquet' ? parts.filter((_, index) => index % (1 / SHARE) === 0) : parts;
}

type PartSample = Omit<Sample, 'parts' | 'corrupt'>;

async function samplePart(
  part: Part,
  { run, readLines }: { readonly run: Run; readonly readLines: LineReader },
  call: Call,
): Promise<PartSample> {
  const { source, isCut } = beginning(run, part);
  const rejected: Rejection[] = [];
  let [lines, bytes, last] = [0, 0, -1];
  for await (const some of readLines(part, source, call)) {
    lines += lineCount(some);
    bytes += storedBytes(some);
    last = some.offsets.at(-1) ?? last;
    rejected.push(...some.settled.rejected);
    if (run.manifest.format === 'parquet') break;
  }
  if (isCut && lines + rejected.length === 0)
    throw sourceFailure('CORRUPT', `${part.key} does not begin as a part does`);
  // Where the sample ends there is half a line, which is nobody's fault.
  const half = isCut && (rejected.at(-1)?.offset ?? -1) > last;
  return { lines, bytes, rejected: half ? rejected.slice(0, -1) : rejected };
}

/** A part that ends early and says nothing about it. */
function beginning(run: Run, part: Part): { readonly source: PartSource; readonly isCut: boolean } {
  const { folder, file } = run.source(part);
  const to = Math.min(file.bytes, Math.max(LEAST_BYTES, Math.ceil(file.bytes * SHARE)));
  const whole = partSource(run, part);
  if (to === file.bytes) return { source: whole, isCut: false };
  const bytes = (call: Call) => upToCut(decompress(folder.read(file, { from: 0, to }, call), part.key));
  return { source: { ...whole, bytes }, isCut: true };
}

async function* upToCut(chunks: Chunks): Chunks {
  try {
    yield* chunks;
  } catch (error) {
    if (!isFailure(error) || error.code !== 'CORRUPT') throw orIncomplete(error);
  }
}

function storedBytes({ spans }: Lines): number {
  let bytes = 0;
  for (let at = 0; at < spans.length; at += SPAN_FIELDS) bytes += (spans[at + 1] ?? 0) - (spans[at] ?? 0);
  return bytes;
}

export const noSample: Sample = { parts: 0, lines: 0, bytes: 0, rejected: [], corrupt: [] };
