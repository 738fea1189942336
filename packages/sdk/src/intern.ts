/** Customers share sets of segments: keep each name and each set once. */
import { LRUCache } from 'lru-cache';
import type { Intern } from './decode.ts';

const MAX_NAMES = 20_000;
const MAX_SETS = 10_000;

export function createIntern<S extends string>(): Intern<S> {
  const names = new LRUCache<string, S>({ max: MAX_NAMES });
  const sets = new LRUCache<string, readonly S[]>({ max: MAX_SETS });
  const name = (id: S): S => known(names, id, () => id);
  return (segmentIds) => known(sets, segmentIds.join(' '), () => Object.freeze(segmentIds.map(name)));
}

function known<V extends object | string>(values: LRUCache<string, V>, key: string, create: () => V): V {
  const value = values.get(key);
  if (value !== undefined) return value;
  const created = create();
  values.set(key, created);
  return created;
}
