/** A run folder is immutable: what was read is what is there. */
import { MANIFEST_KEY } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import { isPartKey } from './part-key.ts';
import { filesOf, type Run } from './run.ts';
import { REWRITE } from './source.ts';
import { sourceFailure } from './source-failure.ts';

/**
 * To be asked once all parts were read, before anything is published. Rejects with CHANGED, naming the file, when one
 * that the manifest names, or the manifest, is another or is gone, or when a part is there that was not; INCOMPLETE
 * when the folder itself is gone.
 */
export async function checkUnchanged(run: Run, call: Call): Promise<void> {
  const now = await filesOf(run.folder, call);
  const { catalogue, parts } = run.manifest;
  for (const key of [MANIFEST_KEY, catalogue.key, ...parts.map((part) => part.key)]) {
    const [before, after] = [run.files.get(key), now.get(key)];
    if (before?.etag === after?.etag && before?.bytes === after?.bytes) continue;
    throw changed(run, `${key} ${after === undefined ? 'is gone from' : 'is not what it was in'}`);
  }
  for (const key of now.keys()) {
    if (isPartKey(key) && !run.files.has(key)) throw changed(run, `${key} has been added to`);
  }
}

function changed({ folder }: Run, what: string): Error {
  return sourceFailure('CHANGED', `${what} ${folder.url} since the load began: ${REWRITE}`);
}
