/** Few are asked for often, most hardly ever: place `n` (from 0) of `count` has the weight 1 / (n + 1). `chance` is from 0 to 1. */
export function zipf(count: number): (chance: number) => number {
  const upTo = new Float64Array(count);
  let sum = 0;
  for (let place = 0; place < count; place++) {
    sum += 1 / (place + 1);
    upTo[place] = sum;
  }
  return (chance) => {
    let [low, high] = [0, count - 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((upTo[middle] ?? 0) < chance * sum) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}
