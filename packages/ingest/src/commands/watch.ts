/** Runs are loaded as their manifests are written. */
import { type AnyCommand, type Context, command, type Given } from '@segment-store/cli/command';
import { exitCode } from '@segment-store/cli/exit-code';
import { type Option, requiredText, type Values } from '@segment-store/cli/option';
import { duration } from '@segment-store/cli/quantity';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import { orUsage, withExitCode } from '../exit.ts';
import { openSqs } from '../watch/sqs.ts';
import { type Loaded, watch } from '../watch/watch.ts';
import { loadCommand } from './load.ts';

const options: { readonly queue: Option<string>; readonly hidden: Option<number> } = {
  queue: requiredText({ description: 'the SQS queue that hears of written manifests', placeholder: '<url>' }),
  hidden: duration({
    description: 'how soon the message of a dead process comes back, 3s to 12h; renewed while its run is loaded',
    fallback: '2m',
  }),
};

const spec = {
  name: 'watch',
  summary: [
    'Loads each run whose manifest.json is announced by a queue: by events of S3, as they are or in envelopes of SNS or',
    'EventBridge. One run at a time, in as many processes as you like. A run that is refused or cannot be loaded now is',
    'reported and its message comes back, later each time, until the redrive policy of the queue puts it aside. Ends',
    'with a signal: exit 0 when nothing was being loaded; otherwise 6, and the message is given back at once.',
  ].join(' '),
  arguments: [],
  examples: [
    'segment-ingest watch --queue https://sqs.eu-west-1.amazonaws.com/123456789012/runs --store http://localhost:9200',
  ],
};

/** Takes the options of `load`, too, and loads by that very command. */
export const watchCommand: AnyCommand = {
  spec: { ...spec, options: { ...options, ...loadCommand.spec.options } },
  check(given) {
    watchFor(given).check(given);
    loadCommand.check(given);
  },
  async run(given, context) {
    watchCommand.check(given); // not only when the first run is announced
    await watchFor(given).run(given, context);
  },
};

const watchFor = (given: Given): AnyCommand =>
  command({
    ...spec,
    options,
    run: (input, context) =>
      withExitCode(context.signal, () => run(input.options, given, context), { NOT_FOUND: exitCode.usage }),
  });

async function run(
  { queue: url, hidden }: Values<typeof options>,
  given: Given,
  { say, signal }: Context,
): Promise<void> {
  const hiddenMs = orUsage(() => checkHidden(hidden));
  const queue = orUsage(() => openSqs(url));
  const load = (folder: string, call: Call) =>
    loadAnnounced({ ...given, args: [folder] }, { say, signal: call.signal });
  const counts = await watch({ queue, hiddenMs, time: systemTime, say, load }, { ...unlimited, signal });
  const { published, nothingToDo, failed } = counts;
  const words = `${published} published, ${nothingToDo} nothing to do, ${failed} failed`;
  say({ kind: 'result', text: `stopped by ${signal.reason.message}: ${words}`, data: { ...counts } });
}

/** As `load`; its result is one of many here, so that the last line of all stays the result of the watch. */
async function loadAnnounced(given: Given, { say, signal }: Context): Promise<Loaded> {
  let loaded: Loaded = 'nothing to do';
  await loadCommand.run(given, {
    signal,
    say(event) {
      if (event.kind !== 'result') return say(event);
      if (event.data.published === true) loaded = 'published';
      say({ kind: 'note', text: event.text });
    },
  });
  return loaded;
}

function checkHidden(ms: number): number {
  if (ms >= 3_000 && ms <= 12 * 3_600_000) return ms;
  throw new RangeError(`--hidden: expected 3s to 12h, not ${ms / 1000} s`);
}
