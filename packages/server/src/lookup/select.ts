/** Which of a customer's segments were asked for. */
import type { Segment } from '@segment-store/contract/lines';
import type { Filters, Selection } from './read-path.ts';

export const NO_FILTERS: Filters = Object.freeze({});
/** `type` is a member of the segment, the others are attributes. */
export const FILTER_NAMES = ['category', 'city', 'country', 'store', 'type'] as const;

export type FilterName = (typeof FILTER_NAMES)[number];

export type FilterValues = { readonly [Name in FilterName]?: readonly string[] };

/** Equal questions share one cache entry: with a filter by attribute, `include` asks for nothing more. */
export function toSelection({
  include,
  ...values
}: FilterValues & { readonly include?: Selection['include'] }): Selection {
  const filters = toFilters(values);
  return include === undefined || wantsComplements({ filters }) ? { filters } : { filters, include };
}

/** Sorted and without repetitions, so that equal questions share one cache entry. */
export function toFilters(values: FilterValues): Filters {
  const given = FILTER_NAMES.flatMap((name) => {
    const wanted = values[name];
    return wanted === undefined ? [] : [[name, [...new Set(wanted)].sort()] as const];
  });
  return given.length === 0 ? NO_FILTERS : Object.freeze(Object.fromEntries(given));
}

/** Whether complement segments are answered, or left out. */
export const wantsComplements = ({ filters, include }: Selection): boolean =>
  include !== undefined || Object.keys(filters).some((name) => name !== 'type');

/** A repeated value is OR, different names are AND, a missing attribute is no match. */
export function matches(segment: Segment, filters: Filters): boolean {
  return Object.entries(filters).every(([name, wanted]) => {
    const value = filterValue(segment, name);
    return value !== undefined && wanted.includes(value);
  });
}

/** What a filter of this name compares. */
export function filterValue({ type, attributes }: Segment, name: string): string | undefined {
  if (name === 'type') return type;
  return Object.hasOwn(attributes, name) ? attributes[name] : undefined;
}
