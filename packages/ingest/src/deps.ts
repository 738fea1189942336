/** What a load needs, from what the command line opened. */
import type { Part } from '@segment-store/contract/manifest';
import type { Call } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import type { PartsOptions, PublishOptions, Store, StorePublisher } from '@segment-store/store/store';
import { createAccounts } from './accounts/accounts.ts';
import { type BudgetLimits, createBudgets } from './accounts/budgets.ts';
import type { DeadLetters } from './accounts/dead-letters.ts';
import { lettered } from './accounts/lettered.ts';
import { ahead } from './ahead.ts';
import type { Canary } from './canaries.ts';
import { allGates, type Overrides } from './gates/gate.ts';
import { everyGate, type GateLimits } from './gates/gates.ts';
import { inParallel } from './in-parallel.ts';
import { judging } from './judging.ts';
import { after } from './lines/after.ts';
import { givenBack } from './lines/given-back.ts';
import type { LinesOf, ToLines } from './lines/lines.ts';
import { reusedMemory } from './lines/memory.ts';
import type { LoadDeps } from './load.ts';
import { readCatalogue } from './source/catalogue.ts';
import { linesOf } from './source/opening.ts';
import { partSource } from './source/part-source.ts';
import type { Run } from './source/run.ts';
import { checkUnchanged } from './source/unchanged.ts';
import type { Story } from './story.ts';
import { told } from './told.ts';
import type { Known } from './verify/compare.ts';
import { knownOf } from './verify/known.ts';

/** Of one part, each of about `ROWS_BYTES`: parts × writes × bytes is what a load holds of its lines at most. */
const WRITES_AT_ONCE = 4;
/** Kept for the next lines of any part: more than parts have under way by default. */
const FREE_BYTES = 32 * 1024 * 1024;

export interface LoadDepsOptions {
  /** As its producer wrote it. */
  readonly source: Run;
  /** The same, by customer. */
  readonly run: Run & LinesOf;
  readonly store: Store;
  readonly story: Story;
  readonly partsAtOnce: number;
  readonly toLines: ToLines;
  readonly taking: PartsOptions;
  readonly limits: GateLimits & BudgetLimits;
  readonly canaries: readonly Canary[];
  readonly overrides: Overrides;
  readonly publishing: PublishOptions;
  readonly letters: DeadLetters;
  readonly withRaw: boolean;
}

/** @throws Failure UNREADABLE when this version does not load the run's layout or format */
export function loadDeps({ source, run, store, story, toLines, letters, ...options }: LoadDepsOptions): LoadDeps {
  const { manifest } = run;
  const lines = linesOf(run, toLines);
  const memory = reusedMemory(FREE_BYTES);
  const filled = linesOf(run, toLines, memory);
  const budgets = createBudgets(source.manifest.parts.length, options.limits, options.overrides, story.refused);
  const etagOf = (part: Part) => run.source(part).file.etag;
  const known = (part: Part, call: Call): Promise<Known> => knownOf(part, { letters, erasures: store.erasures }, call);
  const judge = judging(
    store,
    allGates(
      everyGate(manifest, { ...options, sourceParts: source.manifest.parts.length, lines, known, random: Math.random }),
      options.overrides,
    ),
  );
  const deps: LoadDeps = {
    writer: lettered(store.writer, { letters, withRaw: options.withRaw, etagOf, time: systemTime }),
    publisher: publishingWith(store.publisher, options.publishing),
    inParallel: inParallel(options.partsAtOnce),
    ahead: ahead(WRITES_AT_ONCE),
    budgets,
    taking: options.taking,
    segments: ({ catalogue }, call) => readCatalogue(manifest, partSource(run, catalogue).bytes(call)),
    lines: (part, from, call) => after(from, filled(part, call)),
    account: createAccounts(budgets, (rejection) => story.rejected(rejection)),
    async gates(found, call) {
      await checkUnchanged(source, call);
      return judge(found, call);
    },
  };
  const saying = told(deps, manifest, story);
  return { ...saying, writer: givenBack(saying.writer, memory) };
}

const publishingWith = (publisher: StorePublisher, options: PublishOptions): StorePublisher => ({
  ...publisher,
  publish: (run, expected, verdicts) => publisher.publish(run, expected, verdicts, options),
});
