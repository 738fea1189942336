/** From a run folder to the live generation: what `load` and `publish` share. */
import type { Context } from '@segment-store/cli/command';
import type { ProgressEvent, Say } from '@segment-store/cli/event';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import type { Values } from '@segment-store/cli/option';
import type { Manifest } from '@segment-store/contract/manifest';
import { openFolder } from '@segment-store/folder/open';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { openStore, type StoreOptions } from '@segment-store/store/open';
import type { Settling } from '@segment-store/store/settling';
import type { Live, Pruned, Store } from '@segment-store/store/store';
import { createBudgets } from '../accounts/budgets.ts';
import { DeadLetters } from '../accounts/dead-letters.ts';
import { checkWritable, openLettersFolder } from '../accounts/letters-place.ts';
import { admit } from '../admit.ts';
import { type Canary, readCanaries } from '../canaries.ts';
import { loadDeps } from '../deps.ts';
import { orUsage, withExitCode } from '../exit.ts';
import type { LoadDeps } from '../load.ts';
import { onHold } from '../on-hold.ts';
import { folderOptionsOf } from '../options.ts';
import { report } from '../report.ts';
import { isInSlice, type Slice } from '../slice.ts';
import { byCustomer } from '../source/by-customer.ts';
import { openAnyRun } from '../source/opening.ts';
import { openToLines } from '../source/to-lines.ts';
import { steady } from '../steady.ts';
import type { Story } from '../story.ts';
import { whoRuns } from '../who.ts';
import type { bringOptions } from './bring-options.ts';

type Options = Values<typeof bringOptions> & { readonly slice: Slice | undefined; readonly retryFailed: boolean };
export type Steps = (manifest: Manifest, deps: LoadDeps, call: Call) => Promise<Live>;

export interface Bringing {
  /** Begun: what takes long is being loaded. */
  readonly story: Story;
  readonly options: Options;
  readonly context: Context;
  /** Whether lines may be rejected: then there must be a place for them. */
  readonly fills: boolean;
}

export function bring(url: string, { options, context, fills, story }: Bringing, steps: Steps): Promise<void> {
  const { say, signal } = context;
  return withExitCode(signal, async () => {
    const call: Call = { signal, deadlineAt: Number.POSITIVE_INFINITY };
    const given = givenBy(options);
    await using toLines = await openToLines({ ...options, keepRaw: options.deadLetterRaw });
    await using folder = orUsage(() => openFolder(url, folderOptionsOf(options)));
    await using opened = orUsage(() => openStore(options.store, storeOptionsOf(options, say)));
    const store = steady(opened, call);
    const source = await openAnyRun(folder, options, call);
    const { run } = source.manifest;
    const place = { url: options.deadLetters, runFolder: folder, run };
    await using lettersFolder = openLettersFolder(place, folderOptionsOf(options));
    const letters = new DeadLetters(lettersFolder, () => say({ kind: 'warning', text: LETTERS_FULL }));
    if ((await admit(source.manifest, { ...store, ...given })) === 'live already') {
      return say({
        kind: 'result',
        text: `run ${run} is live already: nothing to do`,
        data: { run, published: false },
      });
    }
    await tellHold(store, say);
    if (fills) await checkWritable(letters, call);
    const { excuse } = createBudgets(source.manifest.parts.length, options, given.overrides, story.refused);
    const loadable = await byCustomer(source, { ...options, excuse, onProgress: story.regrouped }, call);
    const deps = loadDeps({ ...given, source, run: loadable, store, story, toLines, letters });
    const live = await steps(loadable.manifest, deps, call);
    await loadable.remove();
    const pruned = await prune(store, options, say);
    say(report({ live, summary: story.summary(), letters: letters.url, pruned }));
  });
}

const LETTERS_FULL = 'so many lines are rejected that further ones are counted only, not kept as dead letters';

/** @throws CommandError usage */
function givenBy({ partsAtOnce, slice, retryFailed, deadLetterRaw, ...options }: Options) {
  if (slice !== undefined && options.store.startsWith('embedded:')) {
    throw new CommandError(exitCode.usage, `--slice: one process writes ${options.store}; load the run without it`);
  }
  const by = whoRuns();
  const preferred = slice && { preferred: (place: number) => isInSlice(slice, place) };
  return {
    partsAtOnce,
    taking: { retryFailed, ...preferred },
    withRaw: deadLetterRaw,
    limits: options,
    overrides: { gates: new Set(options.accept), by },
    publishing: options.allowOlder ? { allowOlder: by } : {},
    canaries: canariesOf(options.canaries),
  };
}

function storeOptionsOf({ replicas, forceMergeTo, settle, ilmPolicy, ...options }: Options, say: Say): StoreOptions {
  return {
    ...options,
    settleMs: settle,
    ...(replicas !== undefined && { replicas }),
    ...(forceMergeTo !== undefined && { forceMergeTo }),
    ...(ilmPolicy !== undefined && { ilmPolicy }),
    onSettling: (settling) => say(settlingEvent(settling)),
  };
}

function settlingEvent({ step, doneBytes = 0, totalBytes = 0 }: Settling): ProgressEvent {
  const figures = { [step === 'copy' ? 'copyBytes' : 'mergeBytes']: doneBytes };
  return { kind: 'progress', stage: 'seal', done: doneBytes, total: totalBytes, unit: 'bytes', figures };
}

/** The run is live whatever becomes of the older ones: the next publish prunes again. */
async function prune({ publisher }: Store, { keep, keepYoungerThan }: Options, say: Say): Promise<readonly Pruned[]> {
  try {
    return await publisher.prune({ keep, youngerThanMs: keepYoungerThan });
  } catch (error) {
    if (!isFailure(error)) throw error;
    say({ kind: 'warning', text: `older generations are not removed: ${error.message}` });
    return [];
  }
}

async function tellHold({ publisher }: Store, say: Say): Promise<void> {
  const since = await publisher.heldSince();
  if (since === undefined) return;
  const what = 'the run is loaded, sealed and judged, but not published';
  say({ kind: 'warning', text: `publishing is ${onHold(since)}: ${what}` });
}

function canariesOf(file: string | undefined): readonly Canary[] {
  return file === undefined ? [] : orUsage(() => readCanaries(file));
}
