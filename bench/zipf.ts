/** Whom callers ask for: few customers often, most of them rarely. */

/** `count` indices below `size`, index 0 the most frequent, frequency falling as 1/rank. The same every time. */
export function zipf(size: number, count: number): Uint32Array {
  const cumulative = new Float64Array(size);
  let sum = 0;
  for (let rank = 0; rank < size; rank += 1) {
    sum += 1 / (rank + 1);
    cumulative[rank] = sum;
  }
  const random = seeded(1);
  return Uint32Array.from({ length: count }, () => firstAbove(cumulative, random() * sum));
}

function firstAbove(cumulative: Float64Array, target: number): number {
  let low = 0;
  let high = cumulative.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((cumulative[middle] ?? 0) < target) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** mulberry32: small, and good enough to pick customers. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
