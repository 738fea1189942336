/** The lines of a run folder beside what is live: what differs is found, by part, line and byte. */
import { join } from 'node:path';
import { parseRunId } from '@segment-store/contract/id';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runFiles, writeRun } from '../../../../test/support/run-folder.ts';
import { createPlaces, type Ended, ended, member, type Places, run } from '../place.fixture.ts';
import { loadCommand } from './load.ts';
import { verifyCommand } from './verify.ts';

let places: Places;
beforeAll(async () => {
  places = await createPlaces();
});
afterAll(() => places[Symbol.asyncDispose]());

const lines = Array.from({ length: 1_000 }, (_, index) => member(`c${index}`, 'a', 'b'));
const [first, second] = [lines.slice(0, 500), lines.slice(500)];

/** A live generation of `lines`, and a folder of the same run with other lines, which nobody may have. */
async function place(others: readonly (readonly string[])[]) {
  const { folder, store } = await places.place(runFiles({ run, parts: [first, second], gzip: true }));
  const loaded = await ended(loadCommand, [folder], { store });
  expect(loaded.exitCode, loaded.said).toBe(0);
  await writeRun(folder, runFiles({ run, parts: others, gzip: true }));
  return { folder, store, verify: (flags = {}) => ended(verifyCommand, [folder], { store, ...flags }) };
}

const result = ({ events }: Ended) => events.find((event) => event.kind === 'result');

test('every line is what the live generation answers', async () => {
  const { verify } = await place([first, second]);
  const found = await verify();
  expect(found).toMatchObject({ exitCode: 0, said: expect.stringContaining('1,000 lines equal, 0 different') });
  expect(result(found)).toMatchObject({ data: { lines: { equal: 1_000 }, stray: 0, differences: [] } });
});

test.each([
  ['other segments', lines.with(7, member('c7', 'a')), { different: 1 }, { line: 8, offset: 315, found: 'different' }],
  ['another order of them', lines.with(7, member('c7', 'b', 'a')), { different: 1 }, { line: 8, found: 'different' }],
  ['a customer more', [...lines.slice(0, 500), member('new', 'a'), ...second], { absent: 1 }, { found: 'absent' }],
])('%s: exit 3, named by part, line and byte, without ids', async (_, others, counts, difference) => {
  const { verify } = await place([others.slice(0, others.length - 500), others.slice(-500)]);
  const found = await verify();
  expect(found.exitCode, found.said).toBe(3);
  expect(result(found)).toMatchObject({
    data: { lines: counts, differences: [{ part: 'members/part-00000', ...difference }] },
  });
  expect(JSON.stringify(found.events)).not.toMatch(/c7|new/);
});

test('with --show-ids the line and the answer are named', async () => {
  const { verify } = await place([lines.with(7, member('c7', 'a')).slice(0, 500), second]);
  const { said } = await verify({ showIds: 'true' });
  expect(said).toContain('{"customer_id":"c7","segment_ids":["a"]}, answered [a b]');
});

test('a customer that no line names is found, unless only a sample is compared', async () => {
  const { verify } = await place([first.slice(1), second]);
  expect(await verify()).toMatchObject({
    exitCode: 3,
    said: expect.stringContaining('1 customers are stored that no line'),
  });
  const sampled = await verify({ sample: '100' });
  expect(result(sampled)).toMatchObject({ data: { lines: { equal: 100 } } });
  expect(sampled.exitCode).toBe(0);
});

test('the first twenty differences are named, all are counted', async () => {
  const { verify } = await place([first.map((line) => line.replace(',"b"', '')), second]);
  const found = await verify();
  const data = result(found)?.data;
  expect(data).toMatchObject({ lines: { equal: 500, different: 500 } });
  expect(data?.differences).toHaveLength(20);
});

test('rejected lines are where the dead letters say, and no differences', async () => {
  const bad = lines.with(3, 'no line').with(600, member('c0', 'a'));
  const { folder, store } = await places.place(runFiles({ run, parts: [bad.slice(0, 500), bad.slice(500)] }));
  const accept = ['rejected', 'segment-sizes'].join();
  expect(await ended(loadCommand, [folder], { store, accept })).toMatchObject({ exitCode: 0 });
  const found = await ended(verifyCommand, [folder], { store });
  expect(result(found)).toMatchObject({ data: { lines: { equal: 998, rejected: 2 }, stray: 0 } });
  expect(found.exitCode, found.said).toBe(0);
  const elsewhere = join(folder, '..', 'elsewhere');
  const unknown = await ended(verifyCommand, [folder], { store, deadLetters: elsewhere });
  expect(result(unknown)).toMatchObject({ data: { lines: { equal: 998, rejected: 1, different: 1 } } });
});

test('a run that is not live is not compared: exit 4', async () => {
  const { folder, store } = await place([first, second]);
  const next = parseRunId('20260201t040000z');
  const other = await writeRun(join(folder, '..', next), runFiles({ run: next, parts: [first, second] }));
  const { exitCode, said } = await ended(verifyCommand, [other], { store });
  expect([exitCode, said]).toEqual([4, expect.stringContaining(`run ${next} is not live, ${run} is`)]);
});
