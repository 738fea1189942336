/** One process of several: serves its share, as the primary says. */
import type { Say } from '@segment-store/cli/event';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { processSignals, stopSignal } from '@segment-store/cli/signals';
import { unlimited } from '@segment-store/resilience/operation';
import { sleep } from '@segment-store/resilience/time';
import { resolveConfig } from '../config.ts';
import { type Begin, openThenFollow, serve } from '../serve.ts';
import { type Channel, createChannel, type FromWorker, type ToWorker } from './channel.ts';
import { shareOf } from './share.ts';

/** Beside the first one, no worker takes requests before it can answer them; but no later than this. */
const READY_MS = 10_000;

type Primary = Channel<ToWorker, FromWorker>;

/** Ends the process. */
export async function work(): Promise<void> {
  const stopped = stopSignal(processSignals); // Ctrl-C reaches every process of a terminal
  const drained = new AbortController();
  const primary: Primary = createChannel(process);
  primary.hear('drain', () => drained.abort(new Error('the primary ends')));
  const ended = await serving(primary, AbortSignal.any([stopped, drained.signal])).then(
    () => ({ kind: 'ended', exitCode: exitCode.done, text: '' }) as const,
    (error: unknown) => ({ kind: 'ended', ...explained(error) }) as const,
  );
  process.send?.(ended, () => process.exit(ended.exitCode));
}

async function serving(primary: Primary, signal: AbortSignal): Promise<void> {
  const { settings, place, consoleSecret } = await primary.next('begin');
  const ready = Promise.withResolvers<void>();
  const say: Say = (event) => {
    primary.send({ kind: 'said', event });
    if (event.kind === 'stage' && event.stage === 'serving') ready.resolve();
  };
  const { fingerprint } = resolveConfig(settings);
  await serve(
    { ...resolveConfig(shareOf(settings)), fingerprint },
    { say, signal },
    {
      place,
      consoleSecret,
      // Somebody has to answer probes from the first moment.
      begin: place.slot === 1 && place.starts === 1 ? openThenFollow : followThenOpen(ready.promise),
      scrape(figures) {
        primary.hear('figures wanted', async ({ id }) =>
          primary.send({ kind: 'figures', id, figures: await figures() }),
        );
        return async () => {
          const scraped = primary.next('scraped');
          primary.send({ kind: 'scrape wanted' });
          return (await scraped).text;
        };
      },
    },
  );
}

const followThenOpen =
  (ready: Promise<void>): Begin =>
  async ({ open, follow }) => {
    const following = follow();
    await Promise.race([
      ready,
      following.catch(() => 'its end is looked at by whoever began'),
      sleep(READY_MS, unlimited.signal),
    ]);
    return { doors: await open(), following };
  };

function explained(error: unknown): Pick<Extract<FromWorker, { kind: 'ended' }>, 'exitCode' | 'text'> {
  if (error instanceof CommandError) return { exitCode: error.exitCode, text: error.message };
  return { exitCode: exitCode.failed, text: error instanceof Error ? (error.stack ?? error.message) : String(error) };
}
