/** Whom callers ask for: few customers often, most of them rarely. */
import { seeded } from '../packages/sdk/src/chaos/seeded.ts';
import { zipf as placeOf } from '../test/stack/src/zipf.ts';

/** `count` indices below `size`, index 0 the most frequent, frequency falling as 1/rank. The same every time. */
export function zipf(size: number, count: number): Uint32Array {
  const [random, indexOf] = [seeded(1), placeOf(size)];
  return Uint32Array.from({ length: count }, () => indexOf(random()));
}
