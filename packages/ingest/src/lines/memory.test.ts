import { unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { part, sourceOf } from './lines.fixture.ts';
import { membersAsTheyAre } from './lines.ts';
import { freshMemory, type Memory, reusedMemory } from './memory.ts';
import { ndjsonRows } from './ndjson.ts';

test('memory that was given back is used again, for as many bytes and for a few less', () => {
  const memory = reusedMemory(1_000_000);
  const first = memory.take(100_000);
  expect(first.byteLength).toBeGreaterThanOrEqual(100_000);
  expect(memory.take(100_000)).not.toBe(first);
  memory.giveBack(first);
  expect(memory.take(90_000)).toBe(first);
});

test('memory is used by one at a time, however often it is given back', () => {
  const memory = reusedMemory(1_000_000);
  const first = memory.take(5_000);
  memory.giveBack(first);
  memory.giveBack(first);
  expect(memory.take(5_000)).toBe(first);
  expect(memory.take(5_000)).not.toBe(first);
});

test('what was not taken here is not used', () => {
  const memory = reusedMemory(1_000_000);
  const foreign = new ArrayBuffer(8192);
  memory.giveBack(foreign);
  expect(memory.take(8192)).not.toBe(foreign);
});

test('no more is kept than was asked for: what was given back last', () => {
  const memory = reusedMemory(20_000);
  const [one, two] = [memory.take(16_384), memory.take(16_384)];
  memory.giveBack(one);
  memory.giveBack(two);
  expect([memory.take(16_384), memory.take(16_384)].filter((taken) => taken === one || taken === two)).toEqual([two]);
});

test('lines read into memory used before are the same, blank and bad ones and one over many blocks among them', async () => {
  const long = `{"customer_id":"long","segment_ids":[${Array.from({ length: 900 }, (_, id) => `"s:${id}"`)}]}`;
  const many = Array.from({ length: 300 }, (_, id) => `{"customer_id":"c${id}","segment_ids":["s:${id % 7}"]}`);
  const text = [...many, '', long, '{"customer_id":', ...many.map((line) => line.replace(':', ' : '))].join('\n');
  const memory = spoiling(reusedMemory(1_000_000));
  expect(await documents(text, memory)).toEqual(await documents(text, freshMemory));
});

/** What is used again holds something else first. */
const spoiling = (memory: Memory): Memory => ({
  ...memory,
  take(bytes) {
    const taken = memory.take(bytes);
    new Uint8Array(taken).fill(0x7b);
    return taken;
  },
});

/** As a load does: every few lines are settled before the next are read, and their memory is given back. */
async function documents(text: string, memory: Memory): Promise<readonly unknown[]> {
  const found: unknown[] = [];
  const rows = ndjsonRows(1000)({ ...sourceOf(Buffer.from(text), [700, 5000]), memory }, unlimited);
  for await (const { bytes, spans, offsets, numbers, settled, offset } of membersAsTheyAre().lines(
    part,
    rows,
    unlimited,
  )) {
    found.push([Buffer.from(bytes).toString('latin1'), [...spans], [...offsets], [...numbers], settled, offset]);
    memory.giveBack(bytes.buffer);
    memory.giveBack(spans.buffer);
  }
  return found;
}
