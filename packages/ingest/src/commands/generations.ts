/** Commands over the generations of a store. */

import { type AnyCommand, command } from '@segment-store/cli/command';
import { formatCount } from '@segment-store/cli/render/count';
import { table } from '@segment-store/cli/table';
import { parseRunId } from '@segment-store/contract/id';
import { GENESIS, type Generation, type Store } from '@segment-store/store/store';
import { orUsage } from '../exit.ts';
import { onHold } from '../on-hold.ts';
import { retentionOptions, storeOptions } from '../options.ts';
import { onStore, type Result } from './on-store.ts';

export const rollbackCommand: AnyCommand = command({
  name: 'rollback',
  summary: 'Makes the newest retired generation live again, withdraws the live one and holds publishing.',
  arguments: [],
  options: { ...storeOptions, ilmPolicy: retentionOptions.ilmPolicy },
  examples: ['segment-ingest rollback --store embedded:./store'],
  run: (input, context) => onStore(input.options, context, rollBack),
});

export const unholdCommand: AnyCommand = command({
  name: 'unhold',
  summary: 'Lets publishing go on after a rollback.',
  arguments: [],
  options: storeOptions,
  examples: ['segment-ingest unhold --store embedded:./store'],
  run: (input, context) => onStore(input.options, context, unhold),
});

export const removeCommand: AnyCommand = command({
  name: 'remove',
  summary: 'Removes a generation that is not live, a build that cannot be sealed too. Run folders are never touched.',
  arguments: ['<run>'],
  options: storeOptions,
  examples: ['segment-ingest remove 20260131t040000z --store embedded:./store'],
  run: ({ args: [run = ''], options }, context) => onStore(options, context, (store) => remove(store, run)),
});

export const generationsCommand: AnyCommand = command({
  name: 'generations',
  summary: 'Lists the generations of a store, the newest first.',
  arguments: [],
  options: storeOptions,
  examples: [
    'segment-ingest generations --store embedded:./store',
    'segment-ingest generations --store http://localhost:9200 --json',
  ],
  run: (input, context) => onStore(input.options, context, listGenerations),
});

async function rollBack({ publisher }: Store): Promise<Result> {
  const before = await publisher.live();
  const { generation, epoch, floor } = await publisher.rollBack(before.epoch);
  const withdrawn = before.generation.run;
  return {
    text: [
      `run ${generation.run} is live again, epoch ${epoch}; ${withdrawn} is withdrawn`,
      'publishing is on hold until `segment-ingest unhold`',
    ].join('\n'),
    data: { run: generation.run, withdrawn, epoch, floor },
  };
}

async function remove({ publisher }: Store, text: string): Promise<Result> {
  const run = orUsage(() => parseRunId(text));
  await publisher.remove(run);
  return { text: `run ${run} is removed from the store`, data: { run } };
}

async function unhold({ publisher }: Store): Promise<Result> {
  const held = await publisher.unhold();
  return { text: held ? 'publishing may go on' : 'publishing was not on hold: nothing to do', data: { held } };
}

async function listGenerations({ publisher }: Store): Promise<Result> {
  const generations = (await publisher.generations())
    .filter(({ run }) => run !== GENESIS)
    .sort((a, b) => (a.run < b.run ? 1 : -1));
  const rows = generations.map((one) => [
    one.run,
    one.state,
    ...[one.members, one.memberships, one.segments].map(formatCount),
    changedAt(one),
  ]);
  const heldSince = await publisher.heldSince();
  const text = [
    generations.length === 0 ? 'no generations yet' : table(HEADINGS, rows),
    ...(heldSince === undefined ? [] : [`publishing is ${onHold(heldSince)}`]),
  ];
  return { text: text.join('\n'), data: { generations, ...(heldSince && { heldSince }) } };
}

const HEADINGS = ['run', 'state', 'customers', 'memberships', 'segments', 'since'];

function changedAt(generation: Generation): string {
  if (generation.state === 'live') return generation.publishedAt.toISOString();
  return generation.state === 'retired' || generation.state === 'withdrawn' ? generation.retiredAt.toISOString() : '';
}
