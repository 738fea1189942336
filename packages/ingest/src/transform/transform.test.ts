import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exitCode } from '@segment-store/cli/exit-code';
import { unlimited } from '@segment-store/resilience/operation';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { csvRows } from '../lines/csv.ts';
import { part, type Seen, seen, sourceOf } from '../lines/lines.fixture.ts';
import { ndjsonRows } from '../lines/ndjson.ts';
import type { RowReader } from '../lines/rows.ts';
import { badModules, badResults } from './transform.bad-input.cases.ts';
import { openTransform, type TransformOptions } from './transform.ts';

let directory: string;
let modules = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'transform-test-'));
});
afterAll(() => rm(directory, { recursive: true }));

async function moduleOf(source: string): Promise<string> {
  const file = join(directory, `hook-${++modules}.mjs`);
  await writeFile(file, source);
  return file;
}

interface Given extends Partial<TransformOptions> {
  readonly reader?: RowReader;
}

async function transformed(
  hook: string,
  text: string,
  { reader = ndjsonRows(), ...options }: Given = {},
): Promise<Seen> {
  await using transform = await openTransform(await moduleOf(hook), { threads: 1, ...options });
  return await seen(reader, sourceOf(Buffer.from(text)), transform);
}

const asItIs = 'export default (row) => row;';
const member = (id: string, ...segments: string[]) => JSON.stringify({ customer_id: id, segment_ids: segments });

test('rows of any shape become members, each in the place of its row', async () => {
  const hook = 'export default ({ user, in: ids }) => ({ customer_id: "c" + user.id, segment_ids: ids, more: 1 });';
  const { documents, rejected, skipped, end } = await transformed(
    hook,
    '{"user":{"id":1},"in":["a","b"]}\n\n{"in":[],"user":{"id":"ö"}}\r\n',
  );
  expect(documents).toEqual([
    { text: member('c1', 'a', 'b'), id: 'c1', line: 1, offset: 0, memberships: 2 },
    { text: member('cö'), id: 'cö', line: 3, offset: 34, memberships: 0 },
  ]);
  expect({ rejected, skipped, end }).toEqual({ rejected: [], skipped: 0, end: 64 });
});

test('null skips the row', async () => {
  const { documents, skipped, rejected } = await transformed(
    'export default async (row) => row.segment_ids.length > 0 ? row : null;',
    [member('c1', 'a'), member('c2'), member('c3', 'a')].join('\n'),
  );
  expect(documents.map(({ id }) => id)).toEqual(['c1', 'c3']);
  expect({ skipped, rejected }).toEqual({ skipped: 1, rejected: [] });
});

test('a member may be longer than its row', async () => {
  const hook =
    'export default ({ id }) => ({ customer_id: id, segment_ids: Array.from({ length: 5000 }, (_, at) => "s" + at) });';
  const { documents } = await transformed(hook, '{"id":"c1"}\n{"id":"c2"}\n');
  expect(documents.map(({ id, memberships }) => [id, memberships])).toEqual([
    ['c1', 5000],
    ['c2', 5000],
  ]);
});

test('of CSV a row has every column', async () => {
  const hook = 'export default ({ id, shops }) => ({ customer_id: id, segment_ids: shops.split(" ") });';
  const { documents, rejected } = await transformed(hook, 'id,note,shops\nc1,,a b\nc2\n', { reader: csvRows('any') });
  expect(documents.map(({ text }) => text)).toEqual([member('c1', 'a', 'b')]);
  expect(rejected).toEqual([{ part: part.key, line: 3, offset: 22, reason: 'malformed' }]);
});

test.each(badResults)('rejected as $reason: $title', async ({ body, reason, type }) => {
  const hook = `export default (row) => { if (row.customer_id !== 'c2') return row; ${body} }`;
  const { documents, rejected } = await transformed(hook, [member('c1'), member('c2'), member('c3')].join('\n'));
  expect(documents.map(({ id }) => id)).toEqual(['c1', 'c3']);
  expect(rejected).toEqual([{ part: part.key, line: 2, offset: 38, reason, ...(type !== undefined && { type }) }]);
});

test.each(['not json', '[1]', '"text"', '{"a":1,"a":2}', '{"a":"\ud800'])(
  'a row that is no JSON object is not given to it: %s',
  async (row) => {
    const hook = 'export default () => { throw new Error("called"); };';
    expect((await transformed(hook, row)).rejected).toMatchObject([{ line: 1, reason: 'malformed' }]);
  },
);

test('a rejection keeps the row it stands for, when asked', async () => {
  const rows = '{"a":1}\n{"b":2}\n';
  const hook = 'export default ({ a }) => { if (a) throw new Error(); return {}; };';
  const { rejected } = await transformed(hook, rows, { keepRaw: true });
  expect(rejected.map(({ raw }) => Buffer.from(raw ?? []).toString())).toEqual(['{"a":1}', '{"b":2}']);
});

const many = Array.from({ length: 2000 }, (_, index) => member(`c${index}`, 'a', `s${index % 7}`)).join('\n');
const sometimes = `export default async (row) => {
  const number = Number(row.customer_id.slice(1));
  if (number % 10 === 3) await new Promise((resolve) => setImmediate(resolve));
  if (number % 10 === 4) throw new Error();
  return number % 10 === 5 ? null : row;
};`;

test('any number of threads gives the same lines in the same order', async () => {
  const reader = ndjsonRows(1000);
  const one = await transformed(sometimes, many, { reader });
  expect([one.documents.length, one.rejected.length, one.skipped]).toEqual([1600, 200, 200]);
  expect(one.documents.map(({ line }) => line)).toEqual(one.documents.map(({ line }) => line).sort((a, b) => a - b));
  for (const threads of [2, 3]) expect(await transformed(sometimes, many, { reader, threads })).toEqual(one);
});

test('what is read ahead of the hook is bounded', async () => {
  await using transform = await openTransform(await moduleOf(asItIs), { threads: 2 });
  let ahead = 0;
  const groups = async function* () {
    for await (const rows of ndjsonRows(1000)(sourceOf(Buffer.from(many)), unlimited)) {
      ahead++;
      yield rows;
    }
  };
  for await (const _ of transform.lines(part, groups(), unlimited)) expect(--ahead).toBeLessThanOrEqual(3);
});

test.each(badModules)('a module is refused before anything is read: $title', async ({ source, names }) => {
  const file = source === undefined ? join(directory, 'nowhere.mjs') : await moduleOf(source);
  const opened = openTransform(file, { threads: 2 });
  await expect(opened).rejects.toMatchObject({ exitCode: exitCode.usage });
  for (const name of [`the transform ${file} cannot be used`, ...names]) await expect(opened).rejects.toThrow(name);
});

test.each([
  ['exits', 'export default () => process.exit(3);', 'ended its thread (exit code 3)'],
  [
    'throws outside of a row',
    'export default (row) => { setImmediate(() => { throw new Error("late"); }); return new Promise(() => {}); };',
    'threw outside of any row (late)',
  ],
])('a hook that %s ends the load', async (_, hook, message) => {
  const failed = transformed(hook, many, { threads: 2, reader: ndjsonRows(1000) });
  await expect(failed).rejects.toMatchObject({ exitCode: exitCode.failed });
  await expect(failed).rejects.toThrow(message);
});

test('a hook that never answers is left when the call aborts', async () => {
  await using transform = await openTransform(await moduleOf('export default () => new Promise(() => {});'), {
    threads: 1,
  });
  const stop = new AbortController();
  const call = { ...unlimited, signal: stop.signal };
  const reading = Array.fromAsync(transform.lines(part, ndjsonRows()(sourceOf(Buffer.from(many)), call), call));
  setImmediate(() => stop.abort(new Error('drained')));
  await expect(reading).rejects.toThrow('drained');
});
