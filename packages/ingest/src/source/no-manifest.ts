/** A run folder that somebody else's job left, with `_SUCCESS` and no manifest: the manifest it should have had. */
import type { RunId } from '@segment-store/contract/id';
import { runTime } from '@segment-store/contract/id';
import { MANIFEST_KEY, type Manifest, type Part, parseManifest, printManifest } from '@segment-store/contract/manifest';
import type { Folder } from '@segment-store/folder/folder';
import type { Call } from '@segment-store/resilience/operation';
import type { InParallel } from '../in-parallel.ts';
import { type CatalogueCount, countCatalogue, countPart } from './count-part.ts';
import { isPartKey } from './part-key.ts';
import { partSource } from './part-source.ts';
import { type Files, filesOf, type Run, runOf } from './run.ts';
import { type Shape, shapeOf } from './run-shape.ts';
import { sourceFailure } from './source-failure.ts';

const SUCCESS = '_SUCCESS';
const CATALOGUE = /^catalogue\.ndjson(\.gz|\.zst)?$/;
/** What a manifest made here says who produced it. */
export const NO_MANIFEST = 'no-manifest';
/** The version is that of the rules: the same folder always makes the same manifest. */
const producer = { name: NO_MANIFEST, version: '1' };

export interface WithoutManifest {
  /** What the manifest would say; `computedAt` is its time. */
  readonly run: RunId;
  readonly inParallel: InParallel;
}

/**
 * Reads every file once, and counts; memberships are what the catalogue's sizes promise. Layout and format are those of the first part that is not empty. Of `_SUCCESS` only
 * its being there counts: the list that some writers put into it is cut off at 100 files. Rejects with INCOMPLETE without
 * `_SUCCESS`, catalogue or parts, UNREADABLE where there is a manifest, and as reading the parts does.
 */
export async function openRunWithoutManifest(
  folder: Folder,
  { run, inParallel }: WithoutManifest,
  call: Call,
): Promise<Run> {
  const files = await filesOf(folder, call);
  const empty = draft(folder, files, run);
  const uncounted = runOf(folder, empty, files);
  const shape = await shapeOfRun(uncounted, call);
  const rows = new Map<string, number>();
  await inParallel(
    () => empty.parts,
    call,
    async (part, partCall) => {
      rows.set(part.key, await countPart(shape, partSource(uncounted, part), partCall));
    },
  );
  const catalogue = await countCatalogue(partSource(uncounted, empty.catalogue), call);
  return runOf(folder, counted({ ...empty, ...shape }, rows, catalogue), files);
}

/** Everything but what only reading tells. */
function draft(folder: Folder, files: Files, run: RunId): Manifest {
  const refuse = (why: string) => sourceFailure('INCOMPLETE', `${folder.url} ${why}`);
  if (files.has(MANIFEST_KEY)) {
    throw sourceFailure('UNREADABLE', `${folder.url} has a ${MANIFEST_KEY}: load it without --accept no-manifest`);
  }
  if (!files.has(SUCCESS)) throw refuse(`holds neither ${MANIFEST_KEY} nor ${SUCCESS}: its calculation has not ended`);
  const [catalogue, second] = [...files.keys()].filter((key) => CATALOGUE.test(key));
  if (catalogue === undefined)
    throw refuse('holds no catalogue.ndjson, .ndjson.gz or .ndjson.zst: write one beside members/');
  if (second !== undefined) throw refuse(`holds two catalogues, ${catalogue} and ${second}: remove the wrong one`);
  const parts = [...files.keys()].filter(isPartKey);
  if (parts.length === 0) throw refuse('holds no parts below members/: write them there');
  const part = (key: string): Part => partOf(folder, files, key);
  const totals = { memberships: 0, segments: 0 };
  const shape: Shape = { layout: 'by-customer', format: 'ndjson' };
  const known = { run, computedAt: runTime(run), parts: parts.map(part), catalogue: part(catalogue), producer };
  return { ...known, ...shape, totals, hash: '' };
}

function partOf({ etags }: Folder, files: Files, key: string): Part {
  const { bytes = 0, etag = '' } = files.get(key) ?? {};
  return { key, bytes, rows: 0, ...(etags === 's3' && { etag }) };
}

async function shapeOfRun(run: Run, call: Call): Promise<Shape> {
  const { parts, layout, format } = run.manifest;
  const first = parts.find(({ bytes }) => bytes > 0);
  return first === undefined ? { layout, format } : shapeOf(partSource(run, first), call);
}

/** As if it had been read: checked, and with the hash that later loads compare. */
function counted(draft: Manifest, rows: ReadonlyMap<string, number>, found: CatalogueCount): Manifest {
  const parts = draft.parts.map((part) => ({ ...part, rows: rows.get(part.key) ?? 0 }));
  const totals = { memberships: found.memberships, segments: found.rows };
  const text = printManifest({ ...draft, parts, catalogue: { ...draft.catalogue, rows: found.rows }, totals });
  return parseManifest(Buffer.from(text));
}
