/** `segment-rollout shadow`: mirrored requests, a candidate and two controls → a verdict. */
import { type AnyCommand, type Context, command } from '@segment-store/cli/command';
import type { VerdictEvent } from '@segment-store/cli/event';
import { CommandError, exitCode, usage } from '@segment-store/cli/exit-code';
import { list } from '@segment-store/cli/list';
import { flag, integer, optionalText, requiredText, type Values } from '@segment-store/cli/option';
import { duration, ratio } from '@segment-store/cli/quantity';
import { baseUrlOf } from './base-url.ts';
import { type Comparator, createComparator } from './shadow/comparator.ts';
import { createMismatches, noMismatches } from './shadow/mismatches.ts';
import { fromFiles, fromMiddleware, fromPort, type Source } from './shadow/sources.ts';
import { createState, noState, type State, tallyIn } from './shadow/state.ts';
import { emptyTally, type Tally } from './shadow/tally.ts';
import { type Limits, type Verdict, verdictOf } from './shadow/verdict.ts';

const options = {
  candidate: requiredText({ placeholder: '<url>', description: 'the server that may answer some day' }),
  controlA: requiredText({ placeholder: '<url>', description: 'a server that answers now' }),
  controlB: requiredText({ placeholder: '<url>', description: 'another one: what the two differ in is noise' }),
  apiKey: optionalText({ placeholder: '<key>', description: 'of all three; scope read', secret: true }),
  candidateApiKey: optionalText({
    placeholder: '<key>',
    description: 'of the candidate, if it is another one',
    secret: true,
  }),
  listen: optionalText({
    placeholder: '<host:port>',
    description: 'mirrored requests come here: Envoy, gor --output-http',
  }),
  file: list({ placeholder: '<path,…>', description: 'recordings of GoReplay, .gor or .gor.gz' }),
  middleware: flag({ description: 'requests come as gor --middleware hands them out, and go on as they came' }),
  sample: ratio({ fallback: '100%', description: 'of customers; one is in it always or never' }),
  inFlight: integer({ fallback: 16, min: 1, max: 10_000, description: 'questions at once; one more is dropped' }),
  timeout: duration({ fallback: '2s', description: 'how long one answer may take' }),
  excess: ratio({ fallback: '0.001%', description: 'what the candidate may differ in beyond the noise' }),
  comparisons: integer({ fallback: 1_000_000, min: 1, description: 'for a candidate that passes' }),
  during: duration({ fallback: '24h', description: 'for a candidate that passes, from the first request to the last' }),
  mismatches: optionalText({ placeholder: '<file>', description: 'what differed, a JSON line each; needs --hash-key' }),
  hashKey: optionalText({ placeholder: '<text>', description: 'of the hash that stands for a customer', secret: true }),
  state: optionalText({ placeholder: '<file>', description: 'what was found so far: a later run goes on from there' }),
};
type Given = Values<typeof options>;

/** How often a verdict is looked for and the state is written. */
const LOOK_MS = 5_000;

export const shadowCommand: AnyCommand = command({
  name: 'shadow',
  summary: 'Asks a candidate what two controls are asked, and says whether it may answer in their place.',
  arguments: [],
  options,
  examples: [
    'segment-rollout shadow --candidate http://new:8080 --control-a http://a:8080 --control-b http://b:8080 \\',
    '  --listen 0.0.0.0:8090 --state shadow.json --mismatches mismatches.ndjson --hash-key "$HASH_KEY"',
    'segment-rollout shadow --candidate http://new:8080 --control-a http://a:8080 --control-b http://b:8080 --file day.gor',
  ],
  run: (input, context) => shadow(input.options, context),
});

async function shadow(given: Given, context: Context): Promise<void> {
  const limits: Limits = { excess: given.excess, comparisons: given.comparisons, observedMs: given.during };
  const targets = targetsOf(given);
  const source = sourceOf(given, context);
  const ended = new AbortController();
  await using mismatches = mismatchesOf(given);
  const { inFlight, sample, timeout: timeoutMs } = given;
  const tally = given.state === undefined ? emptyTally : await tallyIn(given.state);
  const comparator = createComparator({ ...targets, inFlight, sample, timeoutMs, mismatches, tally });
  const state = stateOf(given, context);
  const look = setInterval(() => {
    state.keep(comparator.tally);
    report(comparator, limits, context);
    if (verdictOf(comparator.tally, limits).verdict !== 'inconclusive') ended.abort();
  }, LOOK_MS);
  try {
    await source(comparator, AbortSignal.any([context.signal, ended.signal]));
    await comparator.settled();
  } finally {
    clearInterval(look);
  }
  state.keep(comparator.tally);
  const verdict = verdictOf(comparator.tally, limits);
  conclude(comparator.tally, { ...verdict, unkept: await state.kept() }, context);
}

function report({ tally }: Comparator, { comparisons: total }: Limits, { say }: Context): void {
  const { comparisons: done, observedMs: _, ...figures } = tally;
  say({ kind: 'progress', stage: 'comparing', done, total, unit: 'comparisons', figures });
}

interface Conclusion extends Verdict {
  /** Why no later run can go on. */
  readonly unkept: CommandError | undefined;
}

/** @throws CommandError exit 4 when it is refused, 2 when no later run can go on, 6 when there is not enough yet */
function conclude(tally: Tally, { verdict, excess, why, unkept }: Conclusion, { say }: Context): void {
  const event: VerdictEvent = {
    kind: 'verdict',
    gate: 'shadow',
    figure: `${tally.candidate} by the candidate alone, ${tally.noise} by a control alone, of ${tally.comparisons}`,
    limit: why,
    passed: verdict === 'passed',
  };
  say(event);
  const text = `${verdict}: ${why}`;
  say({ kind: 'result', text, data: { verdict, excess, ...tally } });
  if (verdict === 'refused')
    throw new CommandError(exitCode.refused, 'the candidate answers otherwise than the controls');
  if (unkept !== undefined) throw unkept;
  if (verdict === 'inconclusive') {
    throw new CommandError(
      exitCode.unavailable,
      `there is no verdict yet; with --state the next run goes on from here`,
    );
  }
}

function targetsOf({ apiKey, ...given }: Given) {
  return {
    candidate: { baseUrl: baseUrlOf('--candidate', given.candidate), apiKey: given.candidateApiKey ?? apiKey },
    controlA: { baseUrl: baseUrlOf('--control-a', given.controlA), apiKey },
    controlB: { baseUrl: baseUrlOf('--control-b', given.controlB), apiKey },
  };
}

function sourceOf({ listen, file, middleware }: Given, { say }: Context): Source {
  const given = [listen !== undefined, file.length > 0, middleware].filter(Boolean);
  if (given.length !== 1) throw usage('give one of --listen, --file and --middleware: where the requests come from');
  if (middleware) return fromMiddleware(process.stdin, process.stdout, (text) => say({ kind: 'warning', text }));
  if (listen === undefined) return fromFiles(file);
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(listen) ?? [];
  if (host === '' || Number(port) > 65_535) throw usage(`--listen ${listen}: give host:port, as in 127.0.0.1:8090`);
  const onListening = (url: string) => say({ kind: 'note', text: `listening on ${url}` });
  return fromPort({
    host: host.replace(/^\[|\]$/g, ''),
    port: Number(port),
    now: () => performance.now(),
    onListening,
  });
}

function mismatchesOf({ mismatches, hashKey }: Given) {
  if (mismatches === undefined) return noMismatches;
  if (hashKey === undefined) throw usage('--mismatches needs --hash-key: customers stand there as hashes under it');
  return createMismatches(mismatches, hashKey, () => new Date());
}

const stateOf = ({ state }: Given, { say }: Context): State =>
  state === undefined ? noState : createState(state, (text) => say({ kind: 'warning', text }));
