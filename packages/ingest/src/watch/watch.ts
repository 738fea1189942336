/** Messages of a queue → loaded runs, one after the other, until a signal. */
import type { Say } from '@segment-store/cli/event';
import { CommandError } from '@segment-store/cli/exit-code';
import { isFailure } from '@segment-store/resilience/failure';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { sleep, type Time } from '@segment-store/resilience/time';
import { keepHidden } from './hidden.ts';
import { parseNotice } from './notice.ts';
import type { Message, Queue } from './queue.ts';

export type Loaded = 'published' | 'nothing to do';

export interface WatchDeps {
  readonly queue: Queue;
  /** How long a message stays hidden without a renewal: after it, a dead process's message comes back. */
  readonly hiddenMs: number;
  readonly time: Time;
  readonly say: Say;
  /** Rejects for a run that is refused or cannot be loaded now. */
  load(folder: string, call: Call): Promise<Loaded>;
}

/** Runs by what became of them; a failed one may be counted again when its message comes back. */
export interface Watched {
  readonly published: number;
  readonly nothingToDo: number;
  readonly failed: number;
}

/** A failed run's message comes back after `hiddenMs`, then twice as late each time. */
const LATEST_MS = 15 * 60_000;
/** A queue that does not answer is asked again, ever more rarely. */
const ASK_AGAIN_MS = { first: 1_000, last: 60_000 };

/** Resolves when `call` is aborted while no run is loaded; rejects with the signal's reason when one is left half done. */
export async function watch(deps: WatchDeps, call: Call): Promise<Watched> {
  const { queue, say } = deps;
  const watched = { published: 0, nothingToDo: 0, failed: 0 };
  if (!(await queue.hasRedrive(call))) {
    say({ kind: 'warning', text: `${queue.url} has no redrive policy: a refused run comes back until it expires` });
  }
  while (!call.signal.aborted) {
    say({ kind: 'stage', stage: 'watch', detail: queue.url, idle: true });
    const message = await nextMessage(deps, call);
    if (message !== undefined) await settle(message, deps, watched, call);
  }
  return watched;
}

/** Undefined when `call` is aborted. DENIED and NOT_FOUND reject: no patience mends them. */
async function nextMessage({ queue, hiddenMs, time, say }: WatchDeps, call: Call): Promise<Message | undefined> {
  let waitMs = ASK_AGAIN_MS.first;
  while (!call.signal.aborted) {
    try {
      const message = await queue.receive(hiddenMs, call);
      if (message !== undefined) return message;
      waitMs = ASK_AGAIN_MS.first;
    } catch (error) {
      if (call.signal.aborted) return undefined;
      if (!isFailure(error) || error.code !== 'UNAVAILABLE') throw error;
      say({ kind: 'warning', text: `${error.message}; asking again in ${waitMs / 1000} s` });
      await sleep(waitMs, call.signal, time).catch(() => 'stopped');
      waitMs = Math.min(ASK_AGAIN_MS.last, waitMs * 2);
    }
  }
  return undefined;
}

type Counts = { -readonly [Name in keyof Watched]: number };

async function settle(message: Message, deps: WatchDeps, watched: Counts, call: Call): Promise<void> {
  const { queue, say } = deps;
  const notice = parseNotice(message.body);
  if (notice.kind === 'foreign') {
    const text = `message ${message.id} is left to the queue’s redrive policy: ${notice.why}`;
    return say({ kind: 'warning', text });
  }
  if (notice.kind === 'other') return settled(() => queue.remove(message, call), deps);
  const onTrouble = (text: string) => say({ kind: 'warning', text });
  using _ = keepHidden(message, { ...deps, onTrouble });
  for (const folder of notice.folders) {
    const loaded = await attempt(folder, deps, call);
    if (call.signal.aborted && loaded === undefined) {
      await settled(() => queue.hide(message, 0, unlimited), deps); // for another process to go on at once
      throw call.signal.reason;
    }
    if (loaded === undefined) {
      watched.failed++;
      return settled(() => queue.hide(message, comesBackMs(message, deps), unlimited), deps);
    }
    watched[loaded === 'published' ? 'published' : 'nothingToDo']++;
  }
  await settled(() => queue.remove(message, unlimited), deps);
}

const comesBackMs = ({ receives }: Message, { hiddenMs }: WatchDeps): number =>
  Math.max(hiddenMs, Math.min(LATEST_MS, hiddenMs * 2 ** (receives - 1)));

/** Undefined when the run was not loaded, which is told. */
async function attempt(folder: string, { load, say }: WatchDeps, call: Call): Promise<Loaded | undefined> {
  const run = { kind: 'item', item: 'run', name: folder } as const;
  say({ ...run, state: 'begun' });
  try {
    const loaded = await load(folder, call);
    say({ ...run, state: 'finished' });
    say({ kind: 'note', text: `${folder}: ${loaded}` });
    return loaded;
  } catch (error) {
    if (call.signal.aborted) return undefined;
    const why = error instanceof Error ? error.message : String(error);
    say({ ...run, state: 'failed', failure: { code: codeOf(error), text: `${why}; its message comes back` } });
    return undefined;
  }
}

/** Of the failure, where a command has put it into words. */
function codeOf(error: unknown): string {
  const failure = error instanceof CommandError ? error.cause : error;
  return isFailure(failure) ? failure.code : 'FAILED';
}

/** A message that could not be removed or hidden comes back: its run is nothing to do then. */
async function settled(work: () => Promise<void>, { say }: WatchDeps): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isFailure(error)) throw error;
    say({ kind: 'warning', text: `${error.message}; the message comes back` });
  }
}
