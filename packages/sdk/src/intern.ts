/** Customers share sets of segments: keep each name and each set once. */
import { LRUCache } from 'lru-cache';
import type { Intern } from './decode.ts';

const MAX_NAMES = 20_000;
const MAX_SETS = 10_000;

export function createIntern<S extends string>(): Intern<S> {
  const names = new LRUCache<string, S>({ max: MAX_NAMES });
  const sets = new LRUCache<string, readonly S[]>({ max: MAX_SETS });
  const name = (fresh: S): S => {
    const known = names.get(fresh);
    if (known !== undefined) return known;
    names.set(fresh, fresh);
    return fresh;
  };
  return (segmentIds) => {
    const key = segmentIds.join(' ');
    const known = sets.get(key);
    if (known !== undefined) return known;
    const set = Object.freeze(segmentIds.map(name));
    sets.set(key, set);
    return set;
  };
}
