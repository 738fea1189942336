/**
 * Parts of a by-segment run that are corrupt, kept as parts of the run they are left out of that fail as they did: so
 * budget, ledger, gates and report hear of them as of every corrupt part, whenever that run is loaded.
 */
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Part } from '@segment-store/contract/manifest';
import type { Folder } from '@segment-store/folder/folder';
import type { Call } from '@segment-store/resilience/operation';
import type { RowReader } from '../lines/rows.ts';
import { sourceFailure } from '../source/source-failure.ts';

export const CORRUPT_PREFIX = 'corrupt/';

/** `message`: what is wrong with it. */
export async function writeCorruptPart(folder: Folder, part: Part, message: string, call: Call): Promise<Part> {
  const key = CORRUPT_PREFIX + part.key;
  const { bytes } = await folder.write(key, Readable.from([Buffer.from(message)]), call);
  return { key, bytes, rows: part.rows, memberships: 0 };
}

export const corruptRows: RowReader = async function* (source, call) {
  yield* [];
  throw sourceFailure('CORRUPT', await text(source.bytes(call)));
};
