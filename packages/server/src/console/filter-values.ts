/** What a form of the console filters by, as it stands in the URL; an empty field asks for nothing. */
import type { FilterName, FilterValues } from '../lookup/select.ts';

export function filterValuesIn(query: URLSearchParams, names: readonly FilterName[]): FilterValues {
  const given = names.map((name) => [name, query.getAll(name).filter((value) => value !== '')] as const);
  return Object.fromEntries(given.filter(([, all]) => all.length > 0));
}
