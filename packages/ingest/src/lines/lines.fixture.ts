/** Parts for tests, cut into chunks at will, and what a store would see of their lines. */
import { SPAN_FIELDS } from '@segment-store/contract/lines';
import { unlimited } from '@segment-store/resilience/operation';
import type { Lines, Rejection } from '@segment-store/store/store';
import { membersAsTheyAre, type ToLines } from './lines.ts';
import { freshMemory } from './memory.ts';
import type { PartSource, RowReader } from './rows.ts';

export const part = { key: 'members/part-0', bytes: 0, rows: 0 };

interface Document {
  readonly text: string;
  readonly id: string;
  readonly line: number;
  readonly offset: number;
  readonly memberships: number;
}

export interface Seen {
  readonly documents: readonly Document[];
  readonly rejected: readonly Rejection[];
  readonly skipped: number;
  /** Offset behind the last line. */
  readonly end: number;
}

/** `bytes`, in chunks that end at `cuts`. */
export function sourceOf(bytes: Uint8Array, cuts: readonly number[] = []): PartSource {
  return {
    key: part.key,
    async *bytes() {
      const ends = [...cuts, bytes.length];
      yield* ends.map((end, index) => bytes.subarray(ends[index - 1] ?? 0, end));
    },
    fileBytes: bytes.length,
    range: async ({ from, to }) => bytes.subarray(from, to),
    memory: freshMemory,
  };
}

export async function seen(
  reader: RowReader,
  source: PartSource,
  toLines: ToLines = membersAsTheyAre(),
): Promise<Seen> {
  const all: Lines[] = [];
  for await (const lines of toLines.lines(part, reader(source, unlimited), unlimited)) all.push(lines);
  return {
    documents: all.flatMap(documentsOf),
    rejected: all.flatMap(({ settled }) => settled.rejected),
    skipped: all.reduce((sum, { settled }) => sum + settled.skipped, 0),
    end: all.at(-1)?.offset ?? 0,
  };
}

function documentsOf({ bytes, spans, offsets, numbers }: Lines): Document[] {
  const at = (index: number) => spans[index] ?? -1;
  const text = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString();
  return Array.from(offsets, (offset, index) => {
    const span = index * SPAN_FIELDS;
    return {
      text: text(at(span), at(span + 1)),
      id: text(at(span + 2), at(span + 3)),
      line: numbers[index] ?? 0,
      offset,
      memberships: at(span + 4),
    };
  });
}
