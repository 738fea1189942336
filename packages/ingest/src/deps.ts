/** What a load needs, from what the command line opened. */
import type { Store } from '@segment-store/store/store';
import { createAccounts } from './accounts.ts';
import { readCatalogue } from './catalogue.ts';
import { counts } from './gates/counts.ts';
import { allGates } from './gates/gate.ts';
import { inParallel } from './in-parallel.ts';
import { lineReader, membersAsTheyAre } from './lines/lines.ts';
import type { LoadDeps } from './load.ts';
import { partSource } from './part-source.ts';
import type { Run } from './run.ts';
import { type Story, told } from './story.ts';

export interface LoadDepsOptions {
  readonly run: Run;
  readonly store: Store;
  readonly story: Story;
  readonly partsAtOnce: number;
}

/** @throws Failure UNREADABLE when this version does not load the run's layout or format */
export function loadDeps({ run, store, story, partsAtOnce }: LoadDepsOptions): LoadDeps {
  const { manifest } = run;
  const readLines = lineReader(manifest, membersAsTheyAre());
  const accounts = createAccounts((rejection) => story.rejected(rejection));
  const deps: LoadDeps = {
    writer: store.writer,
    publisher: store.publisher,
    inParallel: inParallel(partsAtOnce),
    segments: ({ catalogue }, call) => readCatalogue(manifest, partSource(run, catalogue).bytes(call)),
    lines: (part, call) => readLines(part, partSource(run, part), call),
    account: accounts.account,
    gates: allGates([counts(manifest, accounts)]),
  };
  return told(deps, manifest, story);
}
