/** Random lines of a part. */
import type { Lines } from '@segment-store/store/store';
import { lineCount, type SourceLine, sourceLine } from './compare.ts';

/** `count` different whole numbers from 0 to below `below`, ascending; all of them when there are no more. */
export function draw(count: number, below: number, random: () => number): readonly number[] {
  const drawn = new Set<number>();
  // Floyd's: each subset is as likely as any other, and nothing but the sample is held.
  for (let last = Math.max(0, below - count); last < below; last++) {
    const one = Math.floor(random() * (last + 1));
    drawn.add(drawn.has(one) ? last : one);
  }
  return [...drawn].sort((a, b) => a - b);
}

/** The lines at `places` (counted from 0, ascending) among those that are lines; stops reading behind the last one. */
export async function* linesAt(places: readonly number[], all: AsyncIterable<Lines>): AsyncGenerator<SourceLine> {
  if (places.length === 0) return;
  let next = 0;
  let before = 0;
  for await (const lines of all) {
    const behind = before + lineCount(lines);
    for (let place = places[next]; place !== undefined && place < behind; place = places[++next]) {
      yield sourceLine(lines, place - before);
    }
    if (next === places.length) return;
    before = behind;
  }
}
