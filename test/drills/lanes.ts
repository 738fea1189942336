/** Drills at the same time where they do not disturb one another: it is waiting that takes the time. */
import type { RunBook } from '../deploy/run-books.ts';
import { type Drill, type Drilled, perform } from './drill.ts';
import type { OpenGround } from './ground.ts';

/** One after the other. */
type Lane = readonly Drill[];
/** At the same time; a round begins when the one before has ended. */
export type Round = readonly Lane[];

interface Performing {
  readonly ground: OpenGround;
  readonly books: readonly RunBook[];
  /** What has not begun yet is rejected with its reason. */
  readonly signal?: AbortSignal;
}

type Performed = Promise<readonly Drilled[]>;

/** Begins at once; a drill that fails keeps none from being done. */
export function performAll(
  rounds: readonly Round[],
  { ground, books, signal }: Performing,
): ReadonlyMap<Drill, Performed> {
  const performed = new Map<Drill, Performed>();
  const after = (before: Promise<unknown>, drill: Drill): Promise<unknown> => {
    const own = before.then(() => {
      signal?.throwIfAborted();
      return perform(drill, { ...ground, figures: ground.figures.part() }, books);
    });
    performed.set(drill, own);
    return own.catch(() => 'told to whoever asks for it');
  };
  let before: Promise<unknown> = Promise.resolve();
  for (const round of rounds) {
    const start = before;
    before = Promise.all(round.map((lane) => lane.reduce(after, start)));
  }
  return performed;
}
