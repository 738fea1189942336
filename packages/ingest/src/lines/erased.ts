/** Lines of customers who were erased. Nothing is looked at while nobody was. */
import type { CustomerId } from '@segment-store/contract/id';
import { customerIdAt, SPAN_FIELDS } from '@segment-store/contract/lines';
import type { Erased, Lines } from '@segment-store/store/store';

/** Skips them. Only of a part that nobody has begun before: what is stored already has to be met again to be counted. */
export function withoutErased(lines: AsyncIterable<Lines>, erased: Erased): AsyncIterable<Lines> {
  return erased.size === 0 ? lines : skipped(lines, erased);
}

/** Lets them pass, each told to `defer` before it is written: the seal deletes them. Of a part that was begun before. */
export function deferringErased(
  lines: AsyncIterable<Lines>,
  erased: Erased,
  defer: (customerIds: readonly CustomerId[]) => Promise<void>,
): AsyncIterable<Lines> {
  return erased.size === 0 ? lines : deferred(lines, erased, defer);
}

async function* skipped(lines: AsyncIterable<Lines>, erased: Erased): AsyncGenerator<Lines> {
  for await (const some of lines) {
    const kept = placesOf(some).filter((place) => !erased.has(customerAt(some, place)));
    yield kept.length === some.numbers.length ? some : only(some, kept);
  }
}

async function* deferred(
  lines: AsyncIterable<Lines>,
  erased: Erased,
  defer: (customerIds: readonly CustomerId[]) => Promise<void>,
): AsyncGenerator<Lines> {
  for await (const some of lines) {
    const customers = placesOf(some).map((place) => customerAt(some, place));
    const found = customers.filter((customer) => erased.has(customer));
    if (found.length > 0) await defer(found);
    yield some;
  }
}

const placesOf = ({ numbers }: Lines): readonly number[] => [...numbers.keys()];

function customerAt({ bytes, spans }: Lines, place: number): CustomerId {
  const at = place * SPAN_FIELDS;
  return customerIdAt(bytes, spans[at + 2] ?? 0, spans[at + 3] ?? 0);
}

function only(lines: Lines, places: readonly number[]): Lines {
  const { spans, offsets, numbers, settled } = lines;
  const ofPlace = (place: number) => [...spans.subarray(place * SPAN_FIELDS, (place + 1) * SPAN_FIELDS)];
  return {
    ...lines,
    spans: Uint32Array.from(places.flatMap(ofPlace)),
    offsets: Float64Array.from(places, (place) => offsets[place] ?? 0),
    numbers: Uint32Array.from(places, (place) => numbers[place] ?? 0),
    settled: { ...settled, skipped: settled.skipped + numbers.length - places.length },
  };
}
