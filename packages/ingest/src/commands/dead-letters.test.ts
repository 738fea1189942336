/** Bad lines at known places: dead letters are exactly those, whoever loads them and however often. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { runFiles } from '../../../../test/support/run-folder.ts';
import { createPlaces, ended, member, type Places, run, served } from '../place.fixture.ts';
import { deadLettersCommand } from './dead-letters.ts';
import { loadCommand } from './load.ts';

let places: Places;
beforeAll(async () => {
  places = await createPlaces();
});
afterAll(() => places[Symbol.asyncDispose]());

const LINES = 20_000;
const good = Array.from({ length: LINES }, (_, index) => member(`c${index}`, 'a'));

interface Letter {
  readonly line: number;
  readonly offset: number;
  readonly reason: string;
  readonly raw?: string;
}

/** Every `every`th line is none of these: by turns no line, a bad id, and one for a customer who had one. */
function spoiled(every: number) {
  const bad = [
    { reason: 'malformed', text: 'é,a|b' },
    { reason: 'bad-id', text: '{"customer_id":"","segment_ids":["a"]}' },
    { reason: 'duplicate-customer', text: member('c0') },
  ];
  const letters: Letter[] = [];
  let offset = 0;
  const lines = good.map((text, index) => {
    const one = index > 0 && index % every === 0 ? bad[(index / every) % bad.length] : undefined;
    const line = one?.text ?? text;
    if (one !== undefined) letters.push({ line: index + 1, offset, reason: one.reason, raw: one.text });
    offset += Buffer.byteLength(line) + 1;
    return line;
  });
  return { lines, letters };
}

const PART = 'members/part-00000';
const expected = (letter: Letter) => ({ part: PART, etag: expect.any(String), ...letter });
const lettersIn = async (file: string): Promise<object[]> =>
  gunzipSync(await readFile(file))
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('0.05 % bad lines are published without them; the dead letters are exactly those, beside the run folder', async () => {
  const { lines, letters } = spoiled(2_000);
  const { folder, store } = await places.place(runFiles({ run, parts: [lines], gzip: true }));
  const { exitCode, said } = await ended(loadCommand, [folder], { store });
  expect(exitCode, said).toBe(0);
  expect(said).toContain('left out: lines rejected: 3 malformed, 3 bad-id, 3 duplicate-customer');
  const file = join(folder, '..', '_dead-letters', run, `${PART}.ndjson.gz`);
  expect(await lettersIn(file)).toEqual(letters.map(({ raw: _, ...letter }) => expected(letter)));
  expect((await served(store, ['c1', 'c2000'])).members).toEqual([['a'], undefined]);
});

test('with --dead-letter-raw the lines themselves are kept; --dead-letters names the place', async () => {
  const { lines, letters } = spoiled(2_000);
  const { folder, store } = await places.place(runFiles({ run, parts: [lines] }));
  const place = join(folder, '..', 'elsewhere');
  const { exitCode, said } = await ended(loadCommand, [folder], { store, deadLetters: place, deadLetterRaw: true });
  expect(exitCode, said).toBe(0);
  expect(await lettersIn(join(place, run, `${PART}.ndjson.gz`))).toEqual(letters.map(expected));
});

test('0.2 % bad lines are refused while the run is loaded, exit 4; the letters so far are kept', async () => {
  const { lines, letters } = spoiled(500);
  const { folder, store } = await places.place(runFiles({ run, parts: [lines] }));
  const { exitCode, said } = await ended(loadCommand, [folder], { store });
  expect(exitCode, said).toBe(4);
  expect(said).toMatch(/rejected: \d+ of [\d,]+ lines, 0\.1\d+ % \(.*\), expected at most 0\.1 %/);
  expect((await served(store, [])).run).not.toBe(run);
  const accepted = await ended(loadCommand, [folder], { store, maxBadRecords: '1%' });
  expect(accepted.exitCode, accepted.said).toBe(0);
  const file = join(folder, '..', '_dead-letters', run, `${PART}.ndjson.gz`);
  expect(await lettersIn(file)).toEqual(letters.map(({ raw: _, ...letter }) => expected(letter)));
});

test.each([
  ['in the way of a file', 2],
  ['in no bucket', 2],
])('dead letters %s: exit %d before anything is loaded', async (what, exitCode) => {
  const { folder, store } = await places.place(runFiles({ run, parts: [good.slice(0, 10)] }));
  const file = join(folder, '..', 'file');
  await writeFile(file, '');
  const deadLetters = what === 'in no bucket' ? 'gs://nowhere' : file;
  const refused = await ended(loadCommand, [folder], { store, deadLetters });
  expect(refused.exitCode, refused.said).toBe(exitCode);
  expect(refused.said).toContain(deadLetters);
  expect((await served(store, [])).run).not.toBe(run);
  await expect(readFile(join(store.replace('embedded:', ''), 'generations', run))).rejects.toThrow('ENOENT');
});

test('a load that goes on keeps the letters of what was settled, and adds those of the rest: each line once', async () => {
  const many = Array.from({ length: 60_000 }, (_, index) => member(`c${index}`, 'a'));
  const isBad = (index: number) => index === 100 || (index >= 50_000 && index % 20 === 0);
  const lines = many.map((line, index) => (isBad(index) ? 'no line' : line));
  const { folder, store } = await places.place(runFiles({ run, parts: [lines], gzip: true }));
  expect(await ended(loadCommand, [folder], { store })).toMatchObject({ exitCode: 4 });
  const again = await ended(loadCommand, [folder], { store, maxBadRecords: '5%' });
  expect(again.exitCode, again.said).toBe(0);
  const rows = Number(again.events.find((event) => event.kind === 'result')?.data.rows);
  expect(rows).toBeLessThan(60_000);
  const letters = await lettersIn(join(folder, '..', '_dead-letters', run, `${PART}.ndjson.gz`));
  const wanted = [...many.keys()].filter(isBad).map((index) => ({ line: index + 1, reason: 'malformed' }));
  expect(letters).toMatchObject(wanted);
  expect(letters).toHaveLength(wanted.length);
});

test('the command prints them a JSON object a line, or how many by part and reason', async () => {
  const { lines, letters } = spoiled(2_000);
  const { folder, store } = await places.place(runFiles({ run, parts: [lines] }));
  expect((await ended(deadLettersCommand, [folder], {})).said).toContain('no dead letters');
  await ended(loadCommand, [folder], { store });
  const printed = await ended(deadLettersCommand, [folder], {});
  const data = printed.events.filter((event) => event.kind === 'data');
  expect(data.map(({ text }) => JSON.parse(text))).toEqual(letters.map(({ raw: _, ...letter }) => expected(letter)));
  const summary = await ended(deadLettersCommand, [folder], { summary: true });
  expect(summary.said).toMatch(/^part +reason +lines$/m);
  expect(summary.said.match(/^members\/part-00000 +[a-z-]+ +3$/gm)).toHaveLength(3);
});
