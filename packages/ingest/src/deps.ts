/** What a load needs, from what the command line opened. */
import type { Store } from '@segment-store/store/store';
import { createAccounts } from './accounts.ts';
import type { Canary } from './canaries.ts';
import { readCatalogue } from './catalogue.ts';
import { canaries } from './gates/canaries.ts';
import { mapping, shards } from './gates/condition.ts';
import { counts } from './gates/counts.ts';
import { drift } from './gates/drift.ts';
import { empty } from './gates/empty.ts';
import { allGates, type Gate, type Overrides } from './gates/gate.ts';
import { type SegmentDriftLimits, segmentDrift } from './gates/segment-drift.ts';
import { segmentSizes } from './gates/segment-sizes.ts';
import { unlistedSegments } from './gates/unlisted-segments.ts';
import { vanishedSegments } from './gates/vanished-segments.ts';
import { inParallel } from './in-parallel.ts';
import { judging } from './judging.ts';
import { after } from './lines/after.ts';
import { lineReader, type ToLines } from './lines/lines.ts';
import type { LoadDeps } from './load.ts';
import { partSource } from './part-source.ts';
import type { Run } from './run.ts';
import { type Story, told } from './story.ts';

export interface LoadDepsOptions {
  readonly run: Run;
  readonly store: Store;
  readonly story: Story;
  readonly partsAtOnce: number;
  readonly toLines: ToLines;
  readonly limits: GateLimits;
  readonly canaries: readonly Canary[];
  readonly overrides: Overrides;
}

interface GateLimits extends SegmentDriftLimits {
  readonly maxDrift: number;
  readonly maxVanishedSegments: number;
}

/** @throws Failure UNREADABLE when this version does not load the run's layout or format */
export function loadDeps({ run, store, story, partsAtOnce, toLines, ...options }: LoadDepsOptions): LoadDeps {
  const { manifest } = run;
  const readLines = lineReader(run, toLines);
  const deps: LoadDeps = {
    writer: store.writer,
    publisher: store.publisher,
    inParallel: inParallel(partsAtOnce),
    segments: ({ catalogue }, call) => readCatalogue(manifest, partSource(run, catalogue).bytes(call)),
    lines: (part, from, call) => after(from, readLines(part, partSource(run, part), call)),
    account: createAccounts((rejection) => story.rejected(rejection)),
    gates: judging(store, allGates([...counts(manifest), ...gatesOf(options)], options.overrides)),
  };
  return told(deps, manifest, story);
}

function gatesOf({ limits, canaries: known }: Pick<LoadDepsOptions, 'limits' | 'canaries'>): readonly Gate[] {
  return [
    empty,
    segmentSizes,
    unlistedSegments,
    drift(limits),
    segmentDrift(limits),
    vanishedSegments(limits),
    mapping,
    shards,
    canaries(known),
  ];
}
