/** The complement segments of a catalogue, "not in B, within U": which fit a question, and which a customer is in. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SegmentId } from '@segment-store/contract/id';
import type { Member, Segment } from '@segment-store/contract/lines';
import type { Reader, StoreReader } from '@segment-store/store/store';
import { invalidRequest } from '../errors.ts';
import type { Filters, Selection } from './read-path.ts';
import { FILTER_NAMES, filterValue, matches, NO_FILTERS, wantsComplements } from './select.ts';

export type ComplementSegment = Segment & Required<Pick<Segment, 'complementOf' | 'universe'>>;

type Lists = ReadonlyMap<string, readonly ComplementSegment[]>;

/** Fitting a question whose answer has them. */
const MOST = 2_000;
/** Answers of scans that are kept, of at most `MOST` segments each. */
const KEPT_SCANS = 200;
/** Segments that are collected without a pause. */
const TURN = 500;

const known = new WeakMap<Reader['catalogue'], Complements>();

/** Collected once a generation. */
export function complementsOf(catalogue: Reader['catalogue']): Complements {
  const found = known.get(catalogue);
  if (found !== undefined) return found;
  const steps = collecting(catalogue);
  let step = steps.next();
  while (!step.done) step = steps.next();
  return step.value;
}

/** Collects them when a generation opens, in turns of the event loop: a hundred thousand at once would keep it for 0.1 s. */
export function withComplements(store: StoreReader): StoreReader {
  return {
    live: (call) => store.live(call),
    generations: (call) => store.generations(call),
    async open(run, call) {
      const reader = await store.open(run, call);
      for (const _ of collecting(reader.catalogue)) await nextTurn();
      return reader;
    },
  };
}

function* collecting(catalogue: Reader['catalogue']): Generator<undefined, Complements> {
  const all: ComplementSegment[] = [];
  const lists = new Map(FILTER_NAMES.map((name) => [name, new Map<string, ComplementSegment[]>()]));
  let seen = 0;
  for (const segment of catalogue.values()) {
    if (++seen % TURN === 0) yield;
    if (!isComplement(segment)) continue;
    all.push(segment);
    for (const [name, byValue] of lists) add(segment, filterValue(segment, name), byValue);
  }
  const complements = new Complements(all, lists);
  known.set(catalogue, complements);
  return complements;
}

function add(segment: ComplementSegment, value: string | undefined, to: Map<string, ComplementSegment[]>): void {
  if (value === undefined) return;
  const list = to.get(value);
  if (list === undefined) to.set(value, [segment]);
  else list.push(segment);
}

export class Complements {
  readonly #all: readonly ComplementSegment[];
  /** By filter, by value. */
  readonly #lists: ReadonlyMap<string, Lists>;
  readonly #scanned = new Map<string, readonly ComplementSegment[]>();

  constructor(all: readonly ComplementSegment[], lists: ReadonlyMap<string, Lists>) {
    this.#all = all;
    this.#lists = lists;
  }

  /** In no order; when they are too many, at least one more than may be answered. */
  fitting(filters: Filters): readonly ComplementSegment[] {
    if (filters === NO_FILTERS) return this.#all;
    const fewest = this.#fewest(filters);
    return areFew(fewest) ? fewest.filter((one) => matches(one, filters)) : this.#scan(fewest, filters);
  }

  /** Those of the filter that the fewest fit. */
  #fewest(filters: Filters): readonly ComplementSegment[] {
    let fewest = this.#all;
    for (const [name, wanted] of Object.entries(filters)) {
      const lists = wanted.map((value) => this.#lists.get(name)?.get(value) ?? []);
      const [first = [], ...more] = lists;
      if (lists.reduce((sum, { length }) => sum + length, 0) >= fewest.length) continue;
      fewest = more.length === 0 ? first : lists.flat();
    }
    return fewest;
  }

  /** Two broad filters may have little in common: found once, not at every request. */
  #scan(candidates: readonly ComplementSegment[], filters: Filters): readonly ComplementSegment[] {
    const key = JSON.stringify(filters);
    const scanned = this.#scanned.get(key);
    if (scanned !== undefined) return scanned;
    const fitting: ComplementSegment[] = [];
    for (const one of candidates) if (matches(one, filters) && fitting.push(one) > MOST) break;
    if (this.#scanned.size === KEPT_SCANS) this.#scanned.clear();
    this.#scanned.set(key, fitting);
    return fitting;
  }
}

/** Whether an answer may have them. */
export const areFew = ({ length }: readonly ComplementSegment[]): boolean => length <= MOST;

/** @throws ProblemError 422 for a question that more of them fit than an answer may have, whoever the customer is */
export function checkComplements(catalogue: Reader['catalogue'], selection: Selection): void {
  if (!wantsComplements(selection) || areFew(complementsOf(catalogue).fitting(selection.filters))) return;
  const wayOut = `ask with a narrower filter (${FILTER_NAMES.join(', ')}), or for one segment at a time`;
  throw invalidRequest(`more than ${MOST} complement segments fit this question: ${wayOut}`, 422);
}

/** A customer nobody knows is in one within `everyone` only. */
function isIn({ complementOf, universe }: ComplementSegment, held: ReadonlySet<SegmentId> | undefined): boolean {
  if (held === undefined) return universe === 'everyone';
  const isWithin = universe === 'everyone' || universe === 'known' || held.has(universe);
  return isWithin && !held.has(complementOf);
}

/** Which of them a customer is in, by id. */
export function heldOf(complements: readonly ComplementSegment[], member: Member | undefined): ComplementSegment[] {
  const held = heldBy(member);
  return complements.filter((one) => isIn(one, held)).sort((a, b) => (a.id < b.id ? -1 : 1));
}

const heldBy = (member: Member | undefined): ReadonlySet<SegmentId> | undefined => member && new Set(member.segmentIds);

/** Whether a customer is in a segment that has no rows. */
export const isMember = (segment: ComplementSegment, member: Member | undefined): boolean =>
  isIn(segment, heldBy(member));

export function isComplement(segment: Segment): segment is ComplementSegment {
  return segment.complementOf !== undefined && segment.universe !== undefined;
}
