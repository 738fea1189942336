/** The bytes of a run folder's files, held against what the manifest promises. */
import { createHash } from 'node:crypto';
import type { Part } from '@segment-store/contract/manifest';
import type { ByteRange, FileInfo, Folder } from '@segment-store/folder/folder';
import { readRange, resumed } from '@segment-store/folder/resumed';
import type { Call } from '@segment-store/resilience/operation';
import { orIncomplete, sourceFailure } from './source-failure.ts';

/** A file the manifest names, found in the folder. */
export interface Source {
  readonly folder: Folder;
  readonly file: FileInfo;
  readonly part: Part;
}

/**
 * Everything in the file, whatever the network does meanwhile; rejects behind the last byte with CORRUPT when the
 * manifest promised other bytes: this part is spoiled, the run may do without it.
 */
export async function* sourceBytes({ folder, file, part }: Source, call: Call): AsyncGenerator<Uint8Array> {
  const hash = part.sha256 === undefined ? undefined : createHash('sha256');
  try {
    for await (const chunk of resumed(folder, file, call)) {
      hash?.update(chunk);
      yield chunk;
    }
  } catch (error) {
    throw orIncomplete(error);
  }
  const sha256 = hash?.digest('hex');
  if (sha256 === part.sha256) return;
  throw sourceFailure(
    'CORRUPT',
    `${part.key} in ${folder.url} has sha256 ${sha256}, the manifest says ${part.sha256}: ${REWRITE}`,
  );
}

/** Some of the file's bytes, whatever the network does meanwhile. Only its length and etag are held against the manifest: a sha256 would need them all. */
export async function sourceRange({ folder, file }: Source, range: ByteRange, call: Call): Promise<Uint8Array> {
  try {
    return await readRange(folder, file, range, call);
  } catch (error) {
    throw orIncomplete(error);
  }
}

export const REWRITE = 'a run folder must not change once its manifest is there, write a new run';
