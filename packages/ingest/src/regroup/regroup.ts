/** A by-segment run → the same run by customer, in scratch: a run folder again, and nothing after this knows. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { MANIFEST_KEY, type Manifest, type Part, printManifest } from '@segment-store/contract/manifest';
import type { Folder } from '@segment-store/folder/folder';
import { openFolder } from '@segment-store/folder/open';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import type { RowReader } from '../lines/rows.ts';
import { openRun, type Run } from '../source/run.ts';
import { sourceBytes } from '../source/source.ts';
import { writeCorruptPart } from './corrupt-parts.ts';
import { openPairs, type PairBatch } from './duckdb.ts';
import { foldPairs } from './fold.ts';
import { writeMemberParts } from './member-parts.ts';
import { readPairs } from './read-pairs.ts';
import { regroupedRows } from './regrouped-rows.ts';
import { RejectedParts } from './rejected-parts.ts';
import { makeWhole, type Work } from './scratch.ts';
import { orScratchFull } from './scratch-full.ts';

export interface RegroupOptions {
  /** Holds a directory for each run that is being loaded, and room for the sort. */
  readonly scratch: string;
  /** For the sort; the process takes about 400 MB more. */
  readonly memoryBytes: number;
  /** What the sort may take of the disk. Default: 90 % of what is free. */
  readonly diskBytes?: number;
  readonly threads: number;
  /** Uncompressed; the same for all jobs that load one run together. */
  readonly partBytes?: number;
  /** Why a part that is corrupt is left out. Throws what ended it where that is nothing to go on after. Default: none is. */
  excuse?(part: Part, error: unknown): { readonly message: string };
  /** What is read, and then what is written of it. */
  onProgress(progress: RegroupProgress): void;
}

export interface RegroupProgress {
  readonly done: number;
  readonly total: number;
  readonly unit: 'rows' | 'memberships';
}

export interface RegroupedRun extends Run {
  /** How its parts are read. */
  readonly rows: RowReader;
  /** Once it is published. */
  remove(): Promise<void>;
}

/**
 * Identity (run, hash) and promises (totals, catalogue) are the source's; parts and layout are new, and the same on every
 * machine. What a job before this one had regrouped in the same scratch is taken as it is. A line of the source that is
 * none is a rejected line of the new run, with its part, line and offset in the source; a part that is left out, one
 * that fails as it did, `corrupt/<its key>`.
 * Rejects with CORRUPT for a part that is so and not excused, UNAVAILABLE when scratch is full, naming
 * the directory and about what it takes, and as reading does.
 */
export async function regroup(source: Run, options: RegroupOptions, call: Call): Promise<RegroupedRun> {
  const { manifest } = source;
  const name = `${manifest.run}-${manifest.hash.slice(0, 12)}`;
  const directory = join(options.scratch, name);
  const run = await orScratchFull({ manifest, scratch: options.scratch }, async () => {
    const known = await opened(directory, call);
    if (known !== undefined) return known;
    await makeWhole(options.scratch, name, (work) => fill(source, { ...options, work }, call));
    return openRun(openFolder(directory), call);
  });
  return regrouped(source, run, () => rm(directory, { recursive: true, force: true }));
}

/** Undefined when there is none, or one that is not whole. */
async function opened(directory: string, call: Call): Promise<Run | undefined> {
  try {
    return await openRun(openFolder(directory), call);
  } catch (error) {
    if (!isFailure(error) || call.signal.aborted) throw error;
    await rm(directory, { recursive: true, force: true });
    return undefined;
  }
}

async function fill(source: Run, options: RegroupOptions & { readonly work: Work }, call: Call): Promise<void> {
  const { work, memoryBytes, diskBytes, threads, partBytes, excuse = rethrow, onProgress } = options;
  const sizes = { memoryBytes, threads, ...(diskBytes !== undefined && { diskBytes }) };
  await using folder = openFolder(work.run);
  await using pairs = await openPairs({ ...sizes, directory: work.sorting, signal: call.signal });
  const rejected = new RejectedParts(folder);
  const corrupt: Part[] = [];
  const leaveOut = async (part: Part, error: unknown) => {
    corrupt.push(await writeCorruptPart(folder, part, excuse(part, error).message, call));
  };
  const rows = source.manifest.parts.reduce((sum, part) => sum + part.rows, 0);
  const onRows = (done: number) => onProgress({ done, total: rows, unit: 'rows' });
  await readPairs(source, { pairs, rejected, leaveOut, onRows }, call);
  const left = [...corrupt, ...(await rejected.end(call))];
  const lines = foldPairs(counted(pairs.sorted(), source.manifest, onProgress));
  const members = await writeMemberParts(folder, lines, call, partBytes);
  await writeManifest(folder, source, [...left, ...members], call);
}

function rethrow(_: Part, error: unknown): never {
  throw error;
}

async function* counted(
  pairs: AsyncIterable<PairBatch>,
  { totals }: Manifest,
  onProgress: RegroupOptions['onProgress'],
): AsyncGenerator<PairBatch> {
  const told = (done: number) => onProgress({ done, total: totals.memberships, unit: 'memberships' });
  let done = 0;
  told(done); // the first batch comes when all are sorted
  for await (const batch of pairs) {
    yield batch;
    done += batch.customerIds.length;
    told(done);
  }
}

/** Last, as in every run folder. It counts what is here; what was promised stands in the source's. */
async function writeManifest(folder: Folder, source: Run, parts: readonly Part[], call: Call): Promise<void> {
  const { hash: _, catalogue, rejectedUpstream: __, ...manifest } = source.manifest;
  const { bytes } = await folder.write('catalogue', sourceBytes(source.source(catalogue), call), call);
  const memberships = parts.reduce((sum, part) => sum + (part.memberships ?? 0), 0);
  const text = printManifest({
    ...manifest,
    layout: 'by-customer',
    format: 'ndjson',
    parts,
    catalogue: { key: 'catalogue', bytes, rows: catalogue.rows },
    totals: { memberships, segments: catalogue.rows },
  });
  await folder.write(MANIFEST_KEY, Readable.from([Buffer.from(text)]), call);
}

function regrouped(source: Run, scratch: Run, remove: () => Promise<void>): RegroupedRun {
  const { catalogue, totals } = source.manifest;
  const { layout, format, parts } = scratch.manifest;
  const manifest: Manifest = { ...source.manifest, layout, format, parts, totals };
  return {
    ...source,
    manifest,
    source: (part) => (part.key === catalogue.key ? source.source(part) : scratch.source(part)),
    rows: regroupedRows,
    remove,
  };
}
