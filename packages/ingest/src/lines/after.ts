/** What an earlier job settled of a part is not written again. */
import { SPAN_FIELDS } from '@segment-store/contract/lines';
import type { Lines } from '@segment-store/store/store';

/**
 * Lines from `offset` on, by the place where each begins. They are read nevertheless: only so does the decompressor come
 * to them. `offset` must be where lines ended once: counts without a place (`settled.skipped`) are never cut in two.
 */
export async function* after(offset: number, all: AsyncIterable<Lines>): AsyncGenerator<Lines> {
  for await (const lines of all) {
    if (lines.offset > offset) yield from(offset, lines);
  }
}

function from(offset: number, lines: Lines): Lines {
  const first = lines.offsets.findIndex((at) => at >= offset);
  const start = first === -1 ? lines.offsets.length : first;
  const { settled } = lines;
  return {
    ...lines,
    spans: lines.spans.subarray(start * SPAN_FIELDS),
    offsets: lines.offsets.subarray(start),
    numbers: lines.numbers.subarray(start),
    settled: { ...settled, rejected: settled.rejected.filter((rejection) => rejection.offset >= offset) },
  };
}
