/** Customers share sets of segments: keep each name and each set once. */
import { LRUCache } from 'lru-cache';
import type { Intern } from './decode.ts';

export interface Interned<S extends string> {
  readonly intern: Intern<S>;
  /** Heap bytes of what is kept. */
  bytes(): number;
}

/** Key and list cells of an LRU. Measured. */
const CELL_BYTES = 200;

/** At most `maxBytes`, half for names; what was not used for longest goes first. */
export function createIntern<S extends string>(maxBytes: number): Interned<S> {
  const half = Math.floor(maxBytes / 2);
  const names = createLru<S>(half);
  const sets = createLru<readonly S[]>(half);
  const name = (id: S): S => known(names, id, () => ({ value: id, size: CELL_BYTES + id.length }));
  const create = (segmentIds: readonly S[], key: string) => ({
    value: Object.freeze(segmentIds.map(name)),
    size: CELL_BYTES + key.length + 8 * segmentIds.length,
  });
  return {
    intern(segmentIds) {
      const key = segmentIds.join(' ');
      return known(sets, key, () => create(segmentIds, key));
    },
    bytes: () => names.calculatedSize + sets.calculatedSize,
  };
}

const createLru = <V extends object | string>(maxSize: number): LRUCache<string, V> => new LRUCache({ maxSize });

function known<V extends object | string>(
  values: LRUCache<string, V>,
  key: string,
  create: () => { readonly value: V; readonly size: number },
): V {
  const kept = values.get(key);
  if (kept !== undefined) return kept;
  const { value, size } = create();
  values.set(key, value, { size });
  return value;
}
