/** What can be known before anything is written. */
import type { Manifest } from '@segment-store/contract/manifest';
import { Failure } from '@segment-store/resilience/failure';
import type { Generation, PublishOptions, StorePublisher } from '@segment-store/store/store';
import { atLeastOne, empty } from './gates/empty.ts';
import { type Overrides, refuseUnless, verdictOf } from './gates/gate.ts';
import { sourceFailure } from './source/source-failure.ts';

export interface Admission {
  readonly publisher: StorePublisher;
  readonly overrides: Overrides;
  readonly publishing: PublishOptions;
}

/** Whether the run is to be loaded, or live already. Rejects with OLDER, CONFLICT, CHANGED or REFUSED when it must not be. */
export async function admit(
  manifest: Manifest,
  { publisher, overrides, publishing }: Admission,
): Promise<'load' | 'live already'> {
  const { generation: live } = await publisher.live();
  const generations = await publisher.generations();
  const same = generations.find(({ run }) => run === manifest.run);
  if (same !== undefined) checkSame(manifest, same);
  if (same?.state === 'live') return 'live already';
  if (manifest.run < live.run && publishing.allowOlder === undefined) {
    throw new Failure(
      'OLDER',
      `run ${manifest.run} is older than ${live.run}, which is live: load a newer run, roll back, or say --allow-older`,
    );
  }
  const rows = manifest.parts.reduce((sum, part) => sum + part.rows, 0);
  refuseUnless([verdictOf(empty.name, atLeastOne(rows), overrides)]);
  return 'load';
}

function checkSame({ run, hash }: Manifest, same: Generation): void {
  if (same.manifestHash !== hash) {
    const hashes = `${hash.slice(0, 12)}… here, ${same.manifestHash.slice(0, 12)}… in the store`;
    throw sourceFailure(
      'CHANGED',
      `run ${run} is known with another manifest (${hashes}): give the changed run an id of its own`,
    );
  }
  if (same.state === 'retired' || same.state === 'withdrawn') {
    const way = `load a newer run, or write this one again under another id (${run}-2, say)`;
    throw new Failure('CONFLICT', `run ${run} was live before and is ${same.state} now: ${way}`);
  }
}
