/** Commands over runs that are being loaded. */
import { type AnyCommand, command } from '@segment-store/cli/command';
import { formatCount } from '@segment-store/cli/render/count';
import { table } from '@segment-store/cli/table';
import { parseRunId } from '@segment-store/contract/id';
import { rejectedIn } from '@segment-store/store/outcomes';
import type { Job, PartStatus, RunStatus, Store } from '@segment-store/store/store';
import { orUsage } from '../exit.ts';
import { storeOptions } from '../options.ts';
import { onStore, type Result } from './on-store.ts';

export const statusCommand: AnyCommand = command({
  name: 'status',
  summary: 'How far a run is: its state, the jobs at work on it, and every part that is begun or was left out.',
  arguments: ['<run>'],
  options: storeOptions,
  examples: ['segment-ingest status 20260131t040000z --store http://localhost:9200'],
  run: ({ args: [run = ''], options }, context) => onStore(options, context, (store) => status(store, run)),
});

export const abortCommand: AnyCommand = command({
  name: 'abort',
  summary: 'Gives up a build that was never published: jobs at work on it end with exit 4, what they wrote is removed.',
  arguments: ['<run>'],
  options: storeOptions,
  examples: ['segment-ingest abort 20260131t040000z --store http://localhost:9200'],
  run: ({ args: [run = ''], options }, context) => onStore(options, context, (store) => abort(store, run)),
});

async function status({ publisher }: Store, text: string): Promise<Result> {
  const found = await publisher.status(orUsage(() => parseRunId(text)));
  return { text: statusText(found), data: { ...found } };
}

async function abort({ publisher }: Store, text: string): Promise<Result> {
  const run = orUsage(() => parseRunId(text));
  await publisher.abort(run);
  return { text: `run ${run} is given up: it can be loaded anew`, data: { run } };
}

function statusText({ generation, closer, parts, lastSeenAt }: RunStatus): string {
  const { run, state, members } = generation;
  const counts = Object.entries(Object.groupBy(parts, (part) => part.state)).map(
    ([name, some = []]) => `${formatCount(some.length)} ${name}`,
  );
  const rows = parts.filter(({ state }) => state === 'begun' || state === 'failed').map(partRow);
  return [
    `run ${run} is ${state}${state === 'building' ? '' : `, ${formatCount(members)} customers`}`,
    `  parts: ${counts.join(', ')}`,
    `  last sign of life ${lastSeenAt.toISOString()}`,
    ...(closer === undefined ? [] : [`  closed by ${jobText(closer)}`]),
    ...(rows.length === 0 ? [] : [table(['part', 'state', 'rows', 'rejected', 'by'], rows)]),
  ].join('\n');
}

function partRow(part: PartStatus): readonly string[] {
  if (part.state === 'waiting') return [String(part.index), part.state, '', '', ''];
  const outcomes = part.state === 'begun' ? part.acknowledged.outcomes : part.outcomes;
  const rows = formatCount(outcomes.created + outcomes.replayed + outcomes.skipped + rejectedIn(outcomes));
  return [part.key, part.state, rows, formatCount(rejectedIn(outcomes)), by(part)];
}

function by(part: PartStatus): string {
  if (part.state === 'failed') return part.failure.message;
  return part.state === 'begun' && part.job !== undefined ? jobText(part.job) : '';
}

const jobText = ({ pid, host, until }: Job): string => `process ${pid} on ${host}, lease until ${until.toISOString()}`;
