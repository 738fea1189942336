/** Two generations in which every customer is in other segments: an answer that mixes them shows. */
import { parseRunId, type RunId } from '@segment-store/contract/id';
import { customerId, type Population, segmentsOf } from '../population.ts';
import { CUSTOMERS } from '../scale.ts';

const SEGMENTS = 1_000;
const everybody = { customers: CUSTOMERS, segments: SEGMENTS };

/** Live when the day begins, and again behind the rollback. */
export const first: Population & { readonly run: RunId } = { ...everybody, run: parseRunId('20260131t040000z') };
/** Published in the middle. As many segments a customer on: none of his own of before is among them. */
export const second: Population & { readonly run: RunId } = {
  ...everybody,
  run: parseRunId('20260201t040000z'),
  shift: 5,
};

export const runs: readonly string[] = [first.run, second.run];

/** As `segmentIds` of an answer, sorted and joined; undefined for a run that is none of the day's. */
export function segmentsIn(run: string, index: number): string | undefined {
  const generation = [first, second].find((one) => one.run === run);
  return generation && segmentsOf(index, SEGMENTS, generation.shift).toSorted().join();
}

const STRANGERS = 2_000;
/** One request in so many is about somebody the store does not know. */
const UNKNOWN_EACH = 20;

/** Whom a request is about; `index`: among the customers of both generations. */
export interface Subject {
  readonly id: string;
  readonly index?: number;
}

/** Of the `count`th request, for which a customer was drawn. */
export function subjectOf(count: number, drawn: number): Subject {
  if (count % UNKNOWN_EACH === 0) return { id: `stranger-${drawn % STRANGERS}` };
  return { id: customerId(drawn), index: drawn };
}
