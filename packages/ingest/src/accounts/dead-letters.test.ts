import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { openFolder } from '@segment-store/folder/open';
import { unlimited } from '@segment-store/resilience/operation';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type DeadLetter, DeadLetters, type LetterCaps } from './dead-letters.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'dead-letters-'));
});
afterEach(() => rm(root, { recursive: true }));

const PART = 'members/p0.gz';
const letter = (offset: number): DeadLetter => ({
  part: PART,
  etag: '"e"',
  line: offset / 10 + 1,
  offset,
  reason: 'malformed',
});

const lettersIn = (caps?: LetterCaps, onFull?: () => void) => new DeadLetters(openFolder(root), onFull, caps);
const written = async () => gunzipSync(await readFile(join(root, `${PART}.ndjson.gz`))).toString();
const print = (...letters: DeadLetter[]) => letters.map((one) => `${JSON.stringify(one)}\n`).join('');

async function save(...letters: readonly DeadLetter[]) {
  const part = await lettersIn().resume(PART, Number.POSITIVE_INFINITY, unlimited);
  for (const one of letters) part.add(one);
  await part.save(unlimited);
}

test('a file a part, a line a letter, as gzip reads it', async () => {
  await save(letter(0), { ...letter(30), reason: 'store', status: 400, type: 'strange', raw: '{"x":"é\\n"}' });
  expect(await written()).toBe(
    print(letter(0), { ...letter(30), reason: 'store', status: 400, type: 'strange', raw: '{"x":"é\\n"}' }),
  );
});

test('a part without bad lines leaves no file', async () => {
  await save();
  await expect(written()).rejects.toThrow('ENOENT');
});

test('a resumed part keeps the letters before its offset, drops the others and adds its own', async () => {
  await save(letter(0), letter(10), letter(20));
  const resumed = await lettersIn().resume(PART, 10, unlimited);
  expect(resumed.isSaved).toBe(false);
  resumed.add(letter(50));
  await resumed.save(unlimited);
  expect(await written()).toBe(print(letter(0), letter(50)));
});

test('a resumed part whose letters all stand need not be written', async () => {
  await save(letter(0));
  expect((await lettersIn().resume(PART, 10, unlimited)).isSaved).toBe(true);
});

test('of a part that is read anew no letter of the attempt before stays', async () => {
  await save(letter(0), letter(10));
  await (await lettersIn().resume(PART, 0, unlimited)).save(unlimited);
  expect(await Array.fromAsync(lettersIn().of(PART, unlimited))).toEqual([]);
});

test('a line separator in the line itself does not end its letter', async () => {
  const one = { ...letter(0), raw: 'a\u2028b\u2029c\u0085d\r' };
  await save(one);
  expect(await Array.fromAsync(lettersIn().of(PART, unlimited))).toEqual([one]);
});

test('saved now and then, the file holds all of them each time', async () => {
  const part = await lettersIn().resume(PART, 0, unlimited);
  for (const offset of [0, 10, 20]) {
    part.add(letter(offset));
    await part.save(unlimited);
  }
  expect(await written()).toBe(print(letter(0), letter(10), letter(20)));
  expect(await Array.fromAsync(lettersIn().all(unlimited))).toEqual([letter(0), letter(10), letter(20)]);
});

test.each([
  ['letters', { letters: 2, bytes: 1e9 }],
  ['bytes', { letters: 1e6, bytes: 2.5 * JSON.stringify(letter(0)).length }],
])('over the cap of %s lines are counted only, and that is said once', async (_, caps) => {
  let said = 0;
  const letters = lettersIn(caps, () => said++);
  const part = await letters.resume(PART, 0, unlimited);
  for (const offset of [0, 10, 20, 30]) part.add(letter(offset));
  await part.save(unlimited);
  expect([await written(), said]).toEqual([print(letter(0), letter(10)), 1]);
});

test('a file of something else is refused by name, without its text', async () => {
  const folder = openFolder(root);
  await folder.write(`${PART}.ndjson.gz`, chunks('{"part":"secret"}\n'), unlimited);
  await expect(lettersIn().resume(PART, 0, unlimited)).rejects.toMatchObject({
    code: 'CORRUPT',
    message: expect.stringMatching(/p0\.gz\.ndjson\.gz in file:.*etag is missing/),
  });
});

async function* chunks(text: string) {
  yield Buffer.from(text);
}
