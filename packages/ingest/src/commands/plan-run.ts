/** What a load would do, from the run folder to the report. */
import type { Context } from '@segment-store/cli/command';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import type { Values } from '@segment-store/cli/option';
import { formatCount } from '@segment-store/cli/render/count';
import { formatBytes, formatDuration } from '@segment-store/cli/render/figure';
import type { Manifest } from '@segment-store/contract/manifest';
import { openFolder } from '@segment-store/folder/open';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { openStore } from '@segment-store/store/open';
import { GENESIS, type Live, type Reader, type Store, type Verdict } from '@segment-store/store/store';
import { admit } from '../admit.ts';
import { orUsage } from '../exit.ts';
import { allGates, type Overrides } from '../gates/gate.ts';
import { earlyGates } from '../gates/gates.ts';
import { inParallel } from '../in-parallel.ts';
import { lineReader, type ToLines } from '../lines/lines.ts';
import { onHold } from '../on-hold.ts';
import { folderOptionsOf } from '../options.ts';
import { asSealed, type Forecast, forecast, forecastBySegment } from '../plan/plan.ts';
import { noSample, type Sample, sampleRun } from '../plan/plan-sample.ts';
import { readCatalogue } from '../source/catalogue.ts';
import { openAnyRun } from '../source/opening.ts';
import { partSource } from '../source/part-source.ts';
import type { Run } from '../source/run.ts';
import { openToLines } from '../source/to-lines.ts';
import { whoRuns } from '../who.ts';
import type { planOptions } from './plan-options.ts';

type Options = Values<typeof planOptions>;

export async function plan(url: string, { options, context }: { options: Options; context: Context }): Promise<void> {
  const { say, signal } = context;
  const call: Call = { signal, deadlineAt: Number.POSITIVE_INFINITY };
  await using toLines = await openToLines({ ...options, keepRaw: false });
  await using folder = orUsage(() => openFolder(url, folderOptionsOf(options)));
  await using store = orUsage(() => openStore(options.store, { ...options, readOnly: true }));
  const run = await openAnyRun(folder, options, call);
  const next = await whatNext(run, { store, options });
  say({ kind: 'stage', stage: 'sample', detail: `${formatCount(run.manifest.parts.length)} parts` });
  const foreseen = await foresee(run, { toLines, options }, call);
  const verdicts = await foretell(run, { ...foreseen, store, options }, call);
  say({ kind: 'result', ...toResult(run, { ...foreseen, verdicts, next, options }) });
  if (options.detailedExitCode && next.loads) {
    throw new CommandError(exitCode.different, `run ${run.manifest.run} is to be loaded`);
  }
}

interface Next {
  readonly loads: boolean;
  readonly text: string;
}

/** What a load would come to, if every gate let it pass. */
async function whatNext({ manifest }: Run, { store, options }: { store: Store; options: Options }): Promise<Next> {
  try {
    const { publisher } = store;
    const admitted = await admit(manifest, { publisher, overrides: overridesOf(options), publishing: {} });
    if (admitted === 'live already')
      return { loads: false, text: `run ${manifest.run} is live already: nothing to do` };
    const heldSince = await publisher.heldSince();
    const text = heldSince && `publishing is ${onHold(heldSince)}: a load would not publish it before`;
    return { loads: true, text: text ?? publishText(await publisher.live()) };
  } catch (error) {
    if (!isFailure(error) || !['OLDER', 'CONFLICT', 'REFUSED'].includes(error.code)) throw error;
    return { loads: false, text: `a load would be refused: ${error.message}` };
  }
}

function publishText({ generation, epoch }: Live): string {
  const before = generation.run === GENESIS ? 'the first one' : `in place of ${generation.run}`;
  return `then it would be published as epoch ${epoch + 1}, ${before}`;
}

/** What a load would store. */
async function foresee(
  run: Run,
  { toLines, options }: { readonly toLines: ToLines; readonly options: Options },
  call: Call,
): Promise<Pick<Foreseen, 'sample' | 'expected' | 'catalogue'>> {
  const { manifest } = run;
  const segments = await Array.fromAsync(readCatalogue(manifest, partSource(run, manifest.catalogue).bytes(call)));
  const catalogue = new Map(segments.map((segment) => [segment.id, segment]));
  if (manifest.layout === 'by-segment') {
    return { catalogue, sample: noSample, expected: forecastBySegment(manifest, catalogue, options) };
  }
  const sample = await sampleRun(run, sampling(run, toLines, options), call);
  return { catalogue, sample, expected: forecast(manifest, sample, options) };
}

const sampling = (run: Run, toLines: ToLines, { partsAtOnce }: Options) => ({
  readLines: lineReader(run, toLines),
  inParallel: inParallel(partsAtOnce),
});

const overridesOf = ({ accept }: Options): Overrides => ({ gates: new Set(accept), by: whoRuns() });

interface Foreseen {
  readonly catalogue: Reader['catalogue'];
  readonly sample: Sample;
  readonly expected: Forecast;
  readonly store: Store;
  readonly options: Options;
}

/** Gates that can be asked before a line is written. */
async function foretell(
  run: Run,
  { catalogue, sample, expected, store, options }: Foreseen,
  call: Call,
): Promise<readonly Verdict[]> {
  const { manifest } = run;
  const { generation } = await store.publisher.live();
  await using reader = await store.reader.open(generation.run, call);
  const judged = asSealed({ manifest, catalogue, sample, forecast: expected }, { generation, reader });
  const gates = earlyGates(options, manifest.parts.length).filter(
    ({ name }) => countsCustomers(manifest) || (name !== 'empty' && name !== 'drift'),
  );
  return await allGates(gates, overridesOf(options))(judged, call);
}

/** Whether it can be known who the customers are before a by-segment run is regrouped. */
const countsCustomers = ({ layout, totals }: Manifest): boolean =>
  layout === 'by-customer' || totals.customers !== undefined;

interface Told extends Omit<Foreseen, 'store' | 'catalogue'> {
  readonly verdicts: readonly Verdict[];
  readonly next: Next;
}

function toResult({ manifest }: Run, told: Told) {
  const { sample, expected, verdicts, next } = told;
  const { run, parts } = manifest;
  const bytes = parts.reduce((sum, part) => sum + part.bytes, 0);
  const text = [
    `run ${run}: ${formatCount(parts.length)} parts, ${formatBytes(bytes)}`,
    `  ${sampledText(manifest, sample)}`,
    ...sizeTexts(manifest, told),
    ...gateTexts(verdicts, next).map((line) => `  ${line}`),
  ];
  const { parts: sampledParts, lines, bytes: sampledBytes, rejected, corrupt } = sample;
  const sampled = { parts: sampledParts, lines, bytes: sampledBytes, rejected: rejected.length, corrupt };
  const { customers, ...sizes } = expected;
  const counted = countsCustomers(manifest) && { customers };
  return {
    text: text.join('\n'),
    data: { run, parts: parts.length, bytes, sampled, ...counted, ...sizes, gates: verdicts, ...next },
  };
}

function sampledText({ layout }: Manifest, { lines, parts, rejected, corrupt }: Sample): string {
  if (layout === 'by-segment') return 'not sampled: it is regrouped by customer first';
  const bad = `rejected: ${formatCount(rejected.length)}, corrupt parts: ${formatCount(corrupt.length)}`;
  return `sampled: ${formatCount(lines)} lines of ${formatCount(parts)} parts; ${bad}`;
}

function sizeTexts(manifest: Manifest, { expected, options }: Pick<Told, 'expected' | 'options'>): readonly string[] {
  const { customers, memberships, segments, documentBytes, diskBytes, shards, seconds } = expected;
  const who = countsCustomers(manifest)
    ? `${formatCount(customers)} customers`
    : 'customers the manifest does not count';
  return [
    `  to store: ${who}, ${formatCount(memberships)} memberships, ${formatCount(segments)} segments; ${formatBytes(documentBytes)} of documents`,
    `  in Elasticsearch: about ${formatBytes(diskBytes)} on disk (--copies ${options.copies}); shards: at least ${shards} (--shards ${options.shards})`,
    `  filling takes about ${formatDuration(Math.max(1, seconds) * 1000)}, at ${formatCount(options.rowsPerSecond)} lines/s`,
  ];
}

function gateTexts(verdicts: readonly Verdict[], next: Next): readonly string[] {
  const refusing = verdicts.filter(({ passed, overriddenBy }) => !passed && overriddenBy === undefined);
  if (refusing.length === 0) {
    return [
      `gates: ${verdicts.map(({ gate }) => gate).join(', ')} would pass; the others judge what is loaded`,
      next.text,
    ];
  }
  const reasons = refusing.map(({ gate, figure, limit }) => `gate ${gate} would refuse: ${figure}, expected ${limit}`);
  return [...reasons, next.loads ? 'a load would end unpublished, with exit 4' : next.text];
}
