/** Callers that read, and what they notice: each waits for its answer, then for a moment, and reads again. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { SegmentClient } from '../index.ts';

export const DEADLINE_MS = 150;
const CALLERS = 5;
/** Callers in step would share their requests. */
const PAUSE_MS = 10;
/** Reads of one customer at once. */
const CROWD = 1_000;

export interface Figures {
  readonly calls: number;
  /** The latest read, beyond its deadline. */
  readonly overMs: number;
  /**
   * Beyond a bare timer of the same length, set at the same moment, by a clock that stands still while the event loop does:
   * what the machine and a stalled loop add is not the client's.
   */
  readonly lateMs: number;
  readonly lateP999Ms: number;
  /** Reads by where they were served from, or by the code that made them fall back. */
  readonly outcomes: Readonly<Record<string, number>>;
  /** Share of the reads that were answered. */
  readonly answered: number;
}

/** Of a read, what is counted. */
export type Outcome =
  | { readonly ok: true; readonly servedFrom: string }
  | { readonly ok: false; readonly error: { readonly code: string } };

/** `call` counts from 1. */
export type Read = (call: number) => Promise<Outcome>;

export interface Load {
  readonly calls: number;
  readonly read: Read;
}

/** Another customer each time. */
export const customers =
  (client: SegmentClient, name = 'customer'): Read =>
  (call) =>
    client.lookup(`${name}-${call}`);

/** Of a longer pause between two ticks, one is counted. */
const TICK_MS = 2;

interface LoopClock extends Disposable {
  /** Milliseconds in which the event loop has turned. */
  now(): number;
}

function loopClock(): LoopClock {
  let turned = 0;
  let last = performance.now();
  const since = () => Math.min(performance.now() - last, 2 * TICK_MS);
  const timer = setInterval(() => {
    turned += since();
    last = performance.now();
  }, TICK_MS);
  return { now: () => turned + since(), [Symbol.dispose]: () => clearInterval(timer) };
}

export async function measure({ calls, read }: Load): Promise<Figures> {
  const notes = createNotes();
  using clock = loopClock();
  let begun = 0;
  const caller = async () => {
    while (begun < calls) {
      begun += 1;
      const call = begun;
      await sleep(Math.random() * PAUSE_MS);
      notes.add(await timed(clock, () => read(call)));
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return notes.figures();
}

/** A crowd asks for one customer at once; then the next crowd for the next. */
export async function measureCrowds(client: SegmentClient, calls: number): Promise<Figures> {
  const notes = createNotes();
  using clock = loopClock();
  for (let round = 0; round < calls / CROWD; round += 1) {
    const crowd = Array.from({ length: CROWD }, () => timed(clock, () => client.lookup(`customer-${round}`)));
    for (const each of await Promise.all(crowd)) notes.add(each);
  }
  return notes.figures();
}

interface Timed {
  readonly outcome: Outcome;
  readonly overMs: number;
  readonly lateMs: number;
}

async function timed(clock: LoopClock, read: () => Promise<Outcome>): Promise<Timed> {
  const begun = performance.now();
  let bareAt = Number.POSITIVE_INFINITY;
  const bare = setTimeout(() => {
    bareAt = clock.now();
  }, DEADLINE_MS);
  const outcome = await read();
  clearTimeout(bare);
  const overMs = performance.now() - begun - DEADLINE_MS;
  return { outcome, overMs: Math.max(0, overMs), lateMs: Math.max(0, clock.now() - bareAt) };
}

function createNotes() {
  const all: Timed[] = [];
  return {
    add: (each: Timed) => void all.push(each),
    figures(): Figures {
      const outcomes: Record<string, number> = {};
      for (const { outcome } of all) {
        const name = outcome.ok ? outcome.servedFrom : outcome.error.code;
        outcomes[name] = (outcomes[name] ?? 0) + 1;
      }
      const late = all.map(({ lateMs }) => lateMs).sort((a, b) => a - b);
      return {
        calls: all.length,
        overMs: all.reduce((worst, { overMs }) => Math.max(worst, overMs), 0),
        lateMs: late.at(-1) ?? 0,
        lateP999Ms: late[Math.ceil(late.length * 0.999) - 1] ?? 0,
        outcomes,
        answered: all.filter(({ outcome }) => outcome.ok).length / all.length,
      };
    },
  };
}

/** Reads of a service that is well, as a run of them shows it. */
const RUN = 100;
const WELL = 0.99;

/** From now until a run of reads began of which 99 in 100 were answered; gives up after `withinMs`. */
export async function measureHealing(client: SegmentClient, withinMs: number): Promise<number> {
  const begun = performance.now();
  const elapsed = () => performance.now() - begun;
  for (let run = 0; elapsed() < withinMs; run += 1) {
    const afterMs = elapsed();
    const { ok } = await client.lookup(`first-${run}`);
    const { answered } = ok ? await measure({ calls: RUN, read: customers(client, `well-${run}`) }) : { answered: 0 };
    if (answered >= WELL) return afterMs;
    await sleep(20);
  }
  return elapsed();
}
