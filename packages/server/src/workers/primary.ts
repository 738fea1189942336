/** `--workers n`: one process that opens no store, takes connections and hands them to n others in turn. */
import cluster from 'node:cluster';
import { once } from 'node:events';
import type { Context } from '@segment-store/cli/command';
import type { CommandEvent } from '@segment-store/cli/event';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { sleep, systemTime } from '@segment-store/resilience/time';
import { resolveConfig, type Settings } from '../config.ts';
import { newSecret } from '../console/config.ts';
import type { Figures } from '../telemetry/registry.ts';
import { type Channel, createChannel, type FromWorker, type Place, type ToWorker } from './channel.ts';
import { createGathering, type Gathering } from './gathering.ts';

/** Before another one is started; doubles with each that does not live long. */
const FIRST_REST_MS = 100;
const LONGEST_REST_MS = 30_000;
const LONG_LIFE_MS = 60_000;
/** What a worker may take to drain beside the delay: its requests, its readers, a little more. Then it is killed. */
const DRAIN_MS = 25_000;

export interface Supervision extends Context {
  /** The file whose process becomes a worker. */
  readonly main: string;
}

interface Crew extends Context {
  readonly settings: Settings;
  readonly gathering: Gathering;
  /** How each worker is asked for its figures, by slot. */
  readonly members: Map<number, () => Promise<Figures>>;
  readonly drainMs: number;
  readonly consoleSecret: Uint8Array;
}

type End = Pick<Extract<FromWorker, { kind: 'ended' }>, 'exitCode' | 'text'>;

/** Resolves once a signal has ended it. @throws CommandError exit 2 for what no worker can use */
export async function supervise(settings: Settings, { main, say, signal }: Supervision): Promise<void> {
  // In turn: workers that accept from one shared socket take what they can get, which a few of them do.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ exec: main, args: [], serialization: 'advanced' });
  const failed = new AbortController();
  const drainMs = resolveConfig(settings).drainDelayMs + DRAIN_MS;
  const shared = {
    settings,
    say,
    drainMs,
    gathering: createGathering(),
    members: new Map(),
    consoleSecret: newSecret(),
  };
  const crew: Crew = { ...shared, signal: AbortSignal.any([signal, failed.signal]) };
  const slots = Array.from({ length: settings.workers }, (_, index) => keep(index + 1, crew));
  for (const slot of slots) slot.catch((error) => failed.abort(error));
  await Promise.allSettled(slots);
  await Promise.all(slots);
}

/** One worker after the other, until the end. */
async function keep(slot: number, crew: Crew): Promise<void> {
  const { say, signal } = crew;
  let restMs = FIRST_REST_MS;
  for (let starts = 1; !signal.aborted; starts += 1) {
    const bornAt = systemTime.now();
    const { exitCode: code, text } = await life({ slot, starts }, crew);
    if (signal.aborted) return;
    if (code === exitCode.usage) throw new CommandError(code, text);
    restMs = systemTime.now() - bornAt > LONG_LIFE_MS ? FIRST_REST_MS : Math.min(restMs * 2, LONGEST_REST_MS);
    say({ kind: 'warning', text: `worker ${slot} has ended, another takes its place in ${restMs} ms: ${text}` });
    await sleep(restMs, signal).catch(() => 'ended meanwhile');
  }
}

/** Of one worker, to its end. */
async function life(place: Place, crew: Crew): Promise<End> {
  const { settings, signal, members, gathering, drainMs, consoleSecret } = crew;
  const worker = cluster.fork();
  const member = createChannel<FromWorker, ToWorker>(worker);
  let end: End | undefined;
  member.hear('ended', (message) => {
    end = message;
  });
  member.hear('said', ({ event }) => pass(event, place, crew));
  member.hear('scrape wanted', async () => member.send({ kind: 'scraped', text: await scrape(crew) }));
  members.set(place.slot, figuresOf(member));
  member.send({ kind: 'begin', settings, place, consoleSecret });
  const drain = () => {
    member.send({ kind: 'drain' });
    systemTime.after(drainMs, () => worker.process.kill('SIGKILL'));
  };
  if (signal.aborted) drain();
  signal.addEventListener('abort', drain, { once: true });
  const [code, killedBy] = await once(worker, 'exit');
  signal.removeEventListener('abort', drain);
  members.delete(place.slot);
  await gathering.ended(place.slot);
  return end ?? { exitCode: exitCode.failed, text: killedBy ?? `exit code ${code}` };
}

/** The first speaks for all, except for what goes wrong. */
function pass(event: CommandEvent, { slot, starts }: Place, { say }: Crew): void {
  if (event.kind === 'warning') say({ ...event, text: `worker ${slot}: ${event.text}` });
  else if (slot === 1 && (starts === 1 || event.kind === 'stage')) say(event);
}

const scrape = ({ members, gathering }: Crew): Promise<string> =>
  gathering.scrape([...members].map(([slot, ask]) => ({ slot, ask })));

/** An answer is known by its id: one that came too late must not be taken for the next. */
function figuresOf(member: Channel<FromWorker, ToWorker>): () => Promise<Figures> {
  const waiting = new Map<number, (figures: Figures) => void>();
  let asked = 0;
  member.hear('figures', ({ id, figures }) => {
    waiting.get(id)?.(figures);
    waiting.delete(id);
  });
  return () =>
    new Promise((resolve) => {
      asked += 1;
      waiting.set(asked, resolve);
      member.send({ kind: 'figures wanted', id: asked });
    });
}
