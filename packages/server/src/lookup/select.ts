/** Which of a customer's segments were asked for. */
import type { Segment } from '@segment-store/contract/lines';
import type { Filters } from './read-path.ts';

export const NO_FILTERS: Filters = Object.freeze({});
/** `type` is a member of the segment, the others are attributes. */
const NAMES = ['category', 'city', 'country', 'store', 'type'] as const;

/** Sorted and without repetitions, so that equal questions share one cache entry. */
export function toFilters(values: { readonly [Name in (typeof NAMES)[number]]?: readonly string[] }): Filters {
  const given = NAMES.flatMap((name) => {
    const wanted = values[name];
    return wanted === undefined ? [] : [[name, [...new Set(wanted)].sort()] as const];
  });
  return given.length === 0 ? NO_FILTERS : Object.freeze(Object.fromEntries(given));
}

/** A repeated value is OR, different names are AND, a missing attribute is no match. */
export function matches(segment: Segment, filters: Filters): boolean {
  return Object.entries(filters).every(([name, wanted]) => {
    const value = name === 'type' ? segment.type : attribute(segment, name);
    return value !== undefined && wanted.includes(value);
  });
}

function attribute({ attributes }: Segment, name: string): string | undefined {
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}
