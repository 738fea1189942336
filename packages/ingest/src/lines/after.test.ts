import { expect, test } from 'vitest';
import { member } from '../place.fixture.ts';
import { after } from './after.ts';
import { seen, sourceOf } from './lines.fixture.ts';
import { membersAsTheyAre, type ToLines } from './lines.ts';
import { ndjsonRows } from './ndjson.ts';

const texts = ['{', member('a', 's'), 'no line', member('b'), member('c'), ']'];
const bytes = Buffer.from(texts.map((text) => `${text}\n`).join(''));
const offsets = texts.map((_, index) =>
  Buffer.byteLength(
    texts
      .slice(0, index)
      .map((text) => `${text}\n`)
      .join(''),
  ),
);

const from = (offset: number): ToLines => ({
  transformed: false,
  lines: (part, rows, call) => after(offset, membersAsTheyAre().lines(part, rows, call)),
});

test.each([1, 50, 1_000_000])(
  'in blocks of %i bytes every line from there on comes, none before',
  async (blockBytes) => {
    const whole = await seen(ndjsonRows(blockBytes), sourceOf(bytes));
    expect(whole.documents.length + whole.rejected.length).toBe(texts.length);
    for (const offset of [...offsets, bytes.length]) {
      const rest = await seen(ndjsonRows(blockBytes), sourceOf(bytes), from(offset));
      expect(rest.documents).toEqual(whole.documents.filter((one) => one.offset >= offset));
      expect(rest.rejected).toEqual(whole.rejected.filter((one) => one.offset >= offset));
    }
  },
);
