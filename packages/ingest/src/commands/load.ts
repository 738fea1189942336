import { type AnyCommand, command } from '@segment-store/cli/command';
import { flag } from '@segment-store/cli/option';
import type { Manifest } from '@segment-store/contract/manifest';
import { Failure } from '@segment-store/resilience/failure';
import { systemTime } from '@segment-store/resilience/time';
import type { StorePublisher } from '@segment-store/store/store';
import { shown } from '../begun.ts';
import { complete, fill } from '../load.ts';
import { sliceOption } from '../slice.ts';
import { createStory } from '../story.ts';
import type { Bringing, Steps } from './bring.ts';
import { bringOptions } from './bring-options.ts';

const loadOptions = {
  ...bringOptions,
  slice: sliceOption,
  retryFailed: flag({ description: 'take up parts that an earlier job left out as corrupt, too' }),
  rebuild: flag({ description: 'give up what is loaded of this run and was never published, and begin anew' }),
};

export const loadCommand: AnyCommand = command({
  name: 'load',
  summary: 'Loads a run folder as a new generation, verifies and publishes it. Run it again to resume.',
  arguments: ['<run-folder>'],
  options: loadOptions,
  examples: [
    'segment-ingest load runs/20260131t040000z --store embedded:./store',
    'segment-ingest load s3://bucket/runs/20260131t040000z --store http://localhost:9200 --prefix segments',
  ],
  run({ args: [folder = ''], options }, context) {
    return begin(folder, { options, context, fills: true }, async (manifest, deps, call) => {
      if (options.rebuild) await giveUp(manifest, deps.publisher);
      await fill(manifest, deps, call);
      return complete(manifest, deps, call);
    });
  },
});

export const publishCommand: AnyCommand = command({
  name: 'publish',
  summary: 'Verifies and publishes a run that is loaded already, as `load` does in the end; after a hold, say.',
  arguments: ['<run-folder>'],
  options: bringOptions,
  examples: ['segment-ingest publish runs/20260131t040000z --store embedded:./store'],
  run({ args: [folder = ''], options }, context) {
    const whole = { ...options, slice: undefined, retryFailed: false };
    return begin(folder, { options: whole, context, fills: false }, async (manifest, deps, call) => {
      const known = await deps.publisher.generations();
      if (known.some(({ run }) => run === manifest.run)) return complete(manifest, deps, call);
      throw new Failure('REFUSED', `run ${manifest.run} is not in this store: load it`);
    });
  },
});

/** Says so first, as every command that takes a run folder. */
async function begin(folder: string, bringing: Omit<Bringing, 'story'>, steps: Steps): Promise<void> {
  const story = createStory(bringing.context.say, systemTime);
  story.stage('check', shown(folder).detail);
  const { bring } = await import('./bring.ts');
  return bring(folder, { ...bringing, story }, steps);
}

async function giveUp({ run }: Manifest, publisher: StorePublisher): Promise<void> {
  const known = await publisher.generations();
  if (known.some((generation) => generation.run === run)) await publisher.abort(run);
}
