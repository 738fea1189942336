/** What a catalogue can be filtered by, and how often: found once for each generation. */
import type { Reader } from '@segment-store/store/store';
import { FILTER_NAMES, type FilterName, filterValue } from '../lookup/select.ts';
import { inTurns } from './in-turns.ts';

/** Value → segments that have it. */
export type Facets = Readonly<Record<FilterName, ReadonlyMap<string, number>>>;

const known = new WeakMap<Reader['catalogue'], Promise<Facets>>();

export function facetsOf({ catalogue }: Pick<Reader, 'catalogue'>): Promise<Facets> {
  const found = known.get(catalogue) ?? counted(catalogue);
  known.set(catalogue, found);
  return found;
}

async function counted(catalogue: Reader['catalogue']): Promise<Facets> {
  const facets = {
    type: new Map<string, number>(),
    store: new Map<string, number>(),
    category: new Map<string, number>(),
    city: new Map<string, number>(),
    country: new Map<string, number>(),
  };
  await inTurns(catalogue.values(), (segment) => {
    for (const name of FILTER_NAMES) {
      const value = filterValue(segment, name);
      if (value !== undefined) facets[name].set(value, (facets[name].get(value) ?? 0) + 1);
    }
  });
  return facets;
}
