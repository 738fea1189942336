/** The complement segments of a catalogue, "not in B, within U": which fit a question, and which a customer is in. */
import type { SegmentId } from '@segment-store/contract/id';
import type { Member, Segment } from '@segment-store/contract/lines';
import type { Reader } from '@segment-store/store/store';
import { invalidRequest } from '../errors.ts';
import type { Filters, Selection } from './read-path.ts';
import { FILTER_NAMES, type FilterName, filterValue, matches, NO_FILTERS, wantsComplements } from './select.ts';

export type ComplementSegment = Segment & Required<Pick<Segment, 'complementOf' | 'universe'>>;

type Lists = ReadonlyMap<string, readonly ComplementSegment[]>;

/** Fitting a question whose answer has them. */
const MOST = 2_000;
/** Answers of scans that are kept, of at most `MOST` segments each. */
const KEPT_SCANS = 200;

const known = new WeakMap<Reader['catalogue'], Complements>();

/** Collected once a generation. */
export function complementsOf(catalogue: Reader['catalogue']): Complements {
  const found = known.get(catalogue) ?? new Complements(catalogue);
  known.set(catalogue, found);
  return found;
}

export class Complements {
  /** By id. */
  readonly #all: readonly ComplementSegment[];
  /** By filter, by value. */
  readonly #lists: ReadonlyMap<string, Lists>;
  readonly #scanned = new Map<string, readonly ComplementSegment[]>();

  constructor(catalogue: Reader['catalogue']) {
    this.#all = [...catalogue.values()].filter(isComplement).sort((a, b) => (a.id < b.id ? -1 : 1));
    this.#lists = new Map(FILTER_NAMES.map((name) => [name, byValue(this.#all, name)]));
  }

  /** By id; one more than may be answered when they are too many. */
  fitting(filters: Filters): readonly ComplementSegment[] {
    if (filters === NO_FILTERS) return this.#all;
    const fewest = this.#fewest(filters);
    return fewest.length <= MOST ? fewest.filter((one) => matches(one, filters)) : this.#scan(fewest, filters);
  }

  /** Those of the filter that the fewest fit. */
  #fewest(filters: Filters): readonly ComplementSegment[] {
    let fewest = this.#all;
    for (const [name, wanted] of Object.entries(filters)) {
      const lists = wanted.map((value) => this.#lists.get(name)?.get(value) ?? []);
      const [first = [], ...more] = lists;
      if (lists.reduce((sum, { length }) => sum + length, 0) >= fewest.length) continue;
      fewest = more.length === 0 ? first : lists.flat().sort((a, b) => (a.id < b.id ? -1 : 1));
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

/** @throws ProblemError 422 for a question that more of them fit than an answer may have, whoever the customer is */
export function checkComplements(catalogue: Reader['catalogue'], selection: Selection): void {
  if (!wantsComplements(selection)) return;
  if (complementsOf(catalogue).fitting(selection.filters).length <= MOST) return;
  const wayOut = `ask with a narrower filter (${FILTER_NAMES.join(', ')}), or for one segment at a time`;
  throw invalidRequest(`more than ${MOST} complement segments fit this question: ${wayOut}`, 422);
}

/** Whether a customer is in it; a customer nobody knows only within `everyone`. */
export function isIn({ complementOf, universe }: ComplementSegment, held: ReadonlySet<SegmentId> | undefined): boolean {
  if (held === undefined) return universe === 'everyone';
  const isWithin = universe === 'everyone' || universe === 'known' || held.has(universe);
  return isWithin && !held.has(complementOf);
}

export const heldBy = (member: Member | undefined): ReadonlySet<SegmentId> | undefined =>
  member && new Set(member.segmentIds);

export function isComplement(segment: Segment): segment is ComplementSegment {
  return segment.complementOf !== undefined && segment.universe !== undefined;
}

function byValue(complements: readonly ComplementSegment[], name: FilterName): Lists {
  const lists = new Map<string, ComplementSegment[]>();
  for (const one of complements) {
    const value = filterValue(one, name);
    if (value === undefined) continue;
    const list = lists.get(value);
    if (list === undefined) lists.set(value, [one]);
    else list.push(one);
  }
  return lists;
}
