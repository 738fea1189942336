/** The completeness gate: a run folder → its manifest, and every file the manifest names. */
import { FormatError } from '@segment-store/contract/id';
import { MANIFEST_KEY, type Manifest, type Part, parseManifest } from '@segment-store/contract/manifest';
import type { FileInfo, Folder } from '@segment-store/folder/folder';
import { readRange } from '@segment-store/folder/resumed';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import type { RowReader } from '../lines/rows.ts';
import { REWRITE, type Source } from './source.ts';
import { orIncomplete, sourceFailure } from './source-failure.ts';

export type Files = ReadonlyMap<string, FileInfo>;

/** A run folder that is complete. */
export interface Run {
  readonly folder: Folder;
  readonly manifest: Manifest;
  /** By key: everything in the folder when it was opened. */
  readonly files: Files;
  source(part: Part): Source;
  /** How its parts become rows, where layout and format do not say it. */
  readonly rows?: RowReader;
}

/** Rejects INCOMPLETE, CHANGED or CORRUPT, naming the file. No part is read yet. */
export async function openRun(folder: Folder, call: Call): Promise<Run> {
  const file = await findManifest(folder, call);
  const manifest = await readManifest(folder, file, call);
  const files = new Map(await filesOf(folder, call));
  return runOf(folder, manifest, files.set(file.key, file)); // the one that was read, whatever is there by now
}

/** The files the manifest names are all there, as it says. Rejects as `openRun` does. */
export function runOf(folder: Folder, manifest: Manifest, files: Files): Run {
  const sources = new Map(
    [manifest.catalogue, ...manifest.parts].map((part) => [
      part.key,
      { folder, part, file: held(folder, files, part) },
    ]),
  );
  return {
    folder,
    manifest,
    files,
    source(part) {
      const source = sources.get(part.key);
      if (source === undefined) throw new Error(`${part.key} is not a part of run ${manifest.run}`);
      return source;
    },
  };
}

async function findManifest(folder: Folder, call: Call): Promise<FileInfo> {
  return folder.info(MANIFEST_KEY, call).catch(async (error: unknown) => {
    if (!isFailure(error) || error.code !== 'NOT_FOUND') throw error;
    const hint = 'name the folder of one run, and load it once its calculation has ended';
    const what = (await isEmpty(folder, call))
      ? `there is nothing at ${folder.url}, not even a`
      : `${folder.url} holds no`;
    throw sourceFailure('INCOMPLETE', `${what} ${MANIFEST_KEY}: ${hint}`, error);
  });
}

/** Rejects with INCOMPLETE when there is no bucket. */
async function isEmpty(folder: Folder, call: Call): Promise<boolean> {
  try {
    for await (const _ of folder.list('', call)) return false;
    return true;
  } catch (error) {
    if (folder.remote && isFailure(error) && error.code === 'NOT_FOUND') {
      throw sourceFailure('INCOMPLETE', `${error.message}: check its name, --s3-endpoint and --s3-region`, error);
    }
    return true; // a directory that is not there
  }
}

async function readManifest(folder: Folder, file: FileInfo, call: Call): Promise<Manifest> {
  const bytes = await readRange(folder, file, { from: 0, to: file.bytes }, call);
  try {
    return parseManifest(bytes);
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
    throw sourceFailure('CORRUPT', `${file.key} in ${folder.url}: ${error.message}`, error);
  }
}

/** Everything in the folder. Rejects with INCOMPLETE when there is no folder. */
export async function filesOf(folder: Folder, call: Call): Promise<Files> {
  try {
    const files = await Array.fromAsync(folder.list('', call));
    return new Map(files.map((file) => [file.key, file]));
  } catch (error) {
    throw orIncomplete(error);
  }
}

function held(folder: Folder, files: Files, part: Part): FileInfo {
  const file = files.get(part.key);
  if (file === undefined) {
    throw sourceFailure(
      'INCOMPLETE',
      `${part.key} is in the manifest but not in ${folder.url}: copy the whole folder, or write the run again`,
    );
  }
  const changed = difference('bytes', file.bytes, part.bytes) ?? etagDifference(folder, file, part);
  if (changed === undefined) return file;
  throw sourceFailure('CHANGED', `${part.key} in ${folder.url} has ${changed}: ${REWRITE}`);
}

/** A manifest's etags are S3's, with or without their quotes; another folder's own ones are not comparable. */
function etagDifference({ etags }: Folder, file: FileInfo, part: Part): string | undefined {
  return etags === 's3' ? difference('etag', bare(file.etag), part.etag && bare(part.etag)) : undefined;
}

const bare = (etag: string) => etag.replace(/^"(.*)"$/, '$1');

function difference(name: string, found: string | number, promised: string | number | undefined): string | undefined {
  return promised === undefined || found === promised ? undefined : `${name} ${found}, the manifest says ${promised}`;
}
