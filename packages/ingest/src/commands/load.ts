import { type AnyCommand, type Context, command } from '@segment-store/cli/command';
import { integer, type Values } from '@segment-store/cli/option';
import { formatCount } from '@segment-store/cli/render/count';
import type { Manifest } from '@segment-store/contract/manifest';
import type { FolderOptions } from '@segment-store/folder/folder';
import { openFolder } from '@segment-store/folder/open';
import { Failure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import { openStore } from '@segment-store/store/open';
import type { Live } from '@segment-store/store/store';
import { admit } from '../admit.ts';
import { byCustomer } from '../by-customer.ts';
import { type Canary, readCanaries } from '../canaries.ts';
import { loadDeps } from '../deps.ts';
import { orUsage, withExitCode } from '../exit.ts';
import { complete, fill, type LoadDeps } from '../load.ts';
import {
  buildOptions,
  folderOptions,
  gateOptions,
  scratchOptions,
  storeOptions,
  transformOptions,
} from '../options.ts';
import { openRun } from '../run.ts';
import { createStory, type Story } from '../story.ts';
import { openToLines } from '../to-lines.ts';
import { whoRuns } from '../who.ts';

const options = {
  ...storeOptions,
  ...buildOptions,
  ...folderOptions,
  ...gateOptions,
  ...transformOptions,
  ...scratchOptions,
  partsAtOnce: integer({ description: 'parts read at the same time', fallback: 4, min: 1, max: 64 }),
};
type Options = Values<typeof options>;
type Steps = (manifest: Manifest, deps: LoadDeps, call: Call) => Promise<Live>;

export const loadCommand: AnyCommand = command({
  name: 'load',
  summary: 'Loads a run folder as a new generation, verifies and publishes it. Run it again to resume.',
  arguments: ['<run-folder>'],
  options,
  examples: [
    'segment-ingest load runs/20260131t040000z --store embedded:./store',
    'segment-ingest load s3://bucket/runs/20260131t040000z --store http://localhost:9200 --prefix segments',
  ],
  run({ args: [folder = ''], options }, context) {
    return bring(folder, { options, context }, async (manifest, deps, call) => {
      await fill(manifest, deps, call);
      return complete(manifest, deps, call);
    });
  },
});

export const publishCommand: AnyCommand = command({
  name: 'publish',
  summary: 'Verifies and publishes a run that is loaded already, as `load` does in the end; after a hold, say.',
  arguments: ['<run-folder>'],
  options,
  examples: ['segment-ingest publish runs/20260131t040000z --store embedded:./store'],
  run({ args: [folder = ''], options }, context) {
    return bring(folder, { options, context }, async (manifest, deps, call) => {
      const known = await deps.publisher.generations();
      if (known.some(({ run }) => run === manifest.run)) return complete(manifest, deps, call);
      throw new Failure('REFUSED', `run ${manifest.run} is not in this store: load it`);
    });
  },
});

function bring(url: string, { options, context }: { options: Options; context: Context }, steps: Steps): Promise<void> {
  return withExitCode(context.signal, async () => {
    const call: Call = { signal: context.signal, deadlineAt: Number.POSITIVE_INFINITY };
    const story = createStory(context.say, systemTime);
    const overrides = { gates: new Set(options.accept), by: whoRuns() };
    const canaries = canariesOf(options.canaries);
    await using toLines = await openToLines(options);
    await using folder = orUsage(() => openFolder(url, folderOptionsOf(options)));
    await using store = orUsage(() => openStore(options.store, options));
    story.stage('check', folder.url);
    const source = await openRun(folder, call);
    if ((await admit(source.manifest, { publisher: store.publisher, overrides })) === 'live already') {
      const text = `run ${source.manifest.run} is live already: nothing to do`;
      return context.say({ kind: 'result', text, data: { run: source.manifest.run, published: false } });
    }
    const run = await byCustomer(source, { ...options, onProgress: story.regrouped }, call);
    const deps = loadDeps({
      run,
      store,
      story,
      partsAtOnce: options.partsAtOnce,
      toLines,
      limits: options,
      canaries,
      overrides,
    });
    const live = await steps(run.manifest, deps, call);
    await run.remove();
    context.say(published(live, story));
  });
}

function canariesOf(file: string | undefined): readonly Canary[] {
  return file === undefined ? [] : orUsage(() => readCanaries(file));
}

function folderOptionsOf({ s3Endpoint, s3Region }: Options): FolderOptions {
  return { ...(s3Endpoint !== undefined && { s3Endpoint }), ...(s3Region !== undefined && { s3Region }) };
}

function published({ generation, epoch }: Live, story: Story): Parameters<Context['say']>[0] {
  const { seconds, rows, replayed } = story.summary();
  const total = Object.values(seconds).reduce((sum, one) => sum + one, 0);
  const rowsPerSecond = Math.round(rows / Math.max(seconds.fill ?? 0, 0.001));
  const { run, members, memberships, segments } = generation;
  /** Of several jobs on one run, one publishes it. */
  const isOurs = seconds.publish !== undefined;
  const stages = Object.entries(seconds).map(([stage, one]) => `${stage} ${one.toFixed(1)} s`);
  const again = replayed > 0 ? `, ${formatCount(replayed)} of them written before` : '';
  const text = [
    `run ${run} is live, epoch ${epoch}${isOurs ? '' : ': another job has published it'}`,
    `  ${formatCount(members)} customers, ${formatCount(memberships)} memberships, ${formatCount(segments)} segments`,
    `  ${formatCount(rows)} rows${again} in ${total.toFixed(1)} s (${stages.join(', ')}): ${formatCount(rowsPerSecond)} rows/s while filling`,
  ];
  const data = {
    run,
    published: isOurs,
    epoch,
    customers: members,
    memberships,
    segments,
    rows,
    replayed,
    rowsPerSecond,
    seconds,
  };
  return { kind: 'result', text: text.join('\n'), data };
}
