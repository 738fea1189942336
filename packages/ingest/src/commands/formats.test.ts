import { access, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandEvent } from '@segment-store/cli/event';
import { CommandError } from '@segment-store/cli/exit-code';
import type { Manifest } from '@segment-store/contract/manifest';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { changeManifest, type RunFiles, runFiles } from '../../../../test/support/run-folder.ts';
import { parquetOf } from '../lines/parquet.fixture.ts';
import { createPlaces, ended, member, type Places, run, served } from '../place.fixture.ts';
import { loadCommand } from './load.ts';
import { verifyCommand } from './verify.ts';

vi.setConfig({ testTimeout: 60_000 });

let places: Places;
beforeAll(async () => {
  places = await createPlaces();
});
afterAll(() => places[Symbol.asyncDispose]());

/** The command in this process: its exit code, and everything it said. */
async function load(folder: string, store: string, flags: Readonly<Record<string, string>> = {}) {
  const events: CommandEvent[] = [];
  const context = { say: (event: CommandEvent) => void events.push(event), signal: new AbortController().signal };
  const given = { args: [folder], flags: { store, ...flags }, environmentPrefix: 'FORMATS_TEST' };
  const failure = await loadCommand.run(given, context).catch((error: Error) => error);
  const said = events.flatMap((event) => ('text' in event ? [event.text] : []));
  if (failure === undefined) return { exitCode: 0, said: said.join('\n') };
  const exitCode = failure instanceof CommandError ? failure.exitCode : 1;
  return { exitCode, said: [...said, failure.message].join('\n') };
}

const members: Readonly<Record<string, readonly string[]>> = {
  c1: ['a', 'b'],
  'ö, "🛒"': ['a'],
  c3: [],
  c4: ['b', 'a', 'c'],
};
const ids = Object.keys(members);

type Written = Pick<Manifest, 'layout' | 'format'> & { readonly parts: readonly (Uint8Array | string)[] };

/** The run of `members`, its parts written otherwise: `rows` of each part as the manifest shall say. */
function runOf({ layout, format, parts }: Written, rows: readonly number[]): RunFiles {
  const files = runFiles({ run, parts: [ids.map((id) => member(id, ...(members[id] ?? [])))] });
  files.delete('members/part-00000');
  const written = parts.map((part, index) => {
    const bytes = Buffer.from(part);
    const key = `members/p${index}`;
    files.set(key, bytes);
    return { key, bytes: bytes.length, rows: rows[index] ?? 0 };
  });
  changeManifest(files, (manifest) => ({ ...manifest, layout, format, parts: written }));
  return files;
}

const sqlText = (text: string) => `'${text.replaceAll("'", "''")}'`;
const csvText = (text: string) => `"${text.replaceAll('"', '""')}"`;

const wideCsv = (some: readonly string[]) =>
  ['customer_id,segment_ids', ...some.map((id) => `${csvText(id)},${members[id]?.join('|')}`)].join('\r\n');
const wideParquet = (some: readonly string[]) =>
  some
    .map(
      (id) =>
        `select ${sqlText(id)} as customer_id, ${JSON.stringify(members[id]).replaceAll('"', "'")}::varchar[] as segment_ids`,
    )
    .join(' union all ');

const [some, others] = [ids.slice(0, 1), ids.slice(1)];

const formats: readonly { readonly title: string; readonly files: () => Promise<RunFiles> | RunFiles }[] = [
  {
    title: 'NDJSON',
    files: () => {
      const parts = [some, others].map((part) => part.map((id) => `${member(id, ...(members[id] ?? []))}\n`).join(''));
      return runOf({ layout: 'by-customer', format: 'ndjson', parts }, [1, 3]);
    },
  },
  {
    title: 'CSV',
    files: () => runOf({ layout: 'by-customer', format: 'csv', parts: [wideCsv(some), wideCsv(others)] }, [1, 3]),
  },
  {
    title: 'Parquet',
    files: async () => {
      const parts = [await parquetOf(wideParquet(some)), await parquetOf(wideParquet(others), { codec: 'zstd' })];
      return runOf({ layout: 'by-customer', format: 'parquet', parts }, [1, 3]);
    },
  },
];

test.each(formats)('$title: the same documents', async ({ files }) => {
  const { folder, store } = await places.place(await files());
  const { said, exitCode } = await load(folder, store);
  expect(exitCode, said).toBe(0);
  expect(await served(store, ids)).toEqual({ run, members: Object.values(members) });
});

/** Of two parts each: the pairs of `members`, in no order. */
const pairs = ids.flatMap((id) => (members[id] ?? []).map((segment) => ({ segment, id }))).reverse();
const [somePairs, otherPairs] = [pairs.slice(0, 2), pairs.slice(2)];
type Pairs = typeof pairs;

const segmentLines = (of: Pairs) =>
  of.map(({ segment, id }) => JSON.stringify({ segment_id: segment, customer_ids: [id] })).join('\n');
const tallCsv = (of: Pairs) =>
  ['segment_id,customer_id', ...of.map(({ segment, id }) => `${segment},${csvText(id)}`)].join('\n');
const tallParquet = (of: Pairs) =>
  of
    .map(({ segment, id }) => `select ${sqlText(segment)} as segment_id, ${sqlText(id)} as customer_id`)
    .join(' union all ');

const bySegment: typeof formats = [
  {
    title: 'NDJSON',
    files: () => {
      const parts = [segmentLines(somePairs), segmentLines(otherPairs)];
      return runOf({ layout: 'by-segment', format: 'ndjson', parts }, [2, 4]);
    },
  },
  {
    title: 'CSV',
    files: () =>
      runOf({ layout: 'by-segment', format: 'csv', parts: [tallCsv(somePairs), tallCsv(otherPairs)] }, [2, 4]),
  },
  {
    title: 'Parquet',
    files: async () => {
      const parts = [await parquetOf(tallParquet(somePairs)), await parquetOf(tallParquet(otherPairs))];
      return runOf({ layout: 'by-segment', format: 'parquet', parts }, [2, 4]);
    },
  },
];

test.each(bySegment)(
  '$title by segment: the same documents, segments in order; scratch is left empty',
  async ({ files }) => {
    const { folder, store } = await places.place(await files());
    const scratch = join(folder, '..', 'scratch');
    const { said, exitCode } = await load(folder, store, { scratch });
    expect(exitCode, said).toBe(0);
    const sorted = ids.map((id) => (members[id]?.length === 0 ? undefined : members[id]?.toSorted()));
    expect(await served(store, ids)).toEqual({ run, members: sorted });
    expect(await readdir(scratch)).toEqual([]);
  },
);

test('rejected lines of a by-segment run are told by their place in the source, and refuse it', async () => {
  const parts = [segmentLines(somePairs), `${segmentLines(otherPairs)}\n{"segment_id":"a"}`];
  const { folder, store } = await places.place(runOf({ layout: 'by-segment', format: 'ndjson', parts }, [2, 5]));
  const { said, exitCode } = await load(folder, store, { scratch: join(folder, '..', 'scratch') });
  expect(exitCode, said).toBe(4);
  expect(said).toContain('members/p1 line 5, byte ');
  expect(said).toContain('rejected as malformed');
});

test('a corrupt part of a by-segment run is left out while the budget for parts of the source holds', async () => {
  const corrupt = 7;
  const parts = Array.from({ length: 200 }, (_, index) => segmentLines(index === 0 ? otherPairs : somePairs));
  const rows = parts.map((part, index) => part.trimEnd().split('\n').length + (index === corrupt ? 1 : 0));
  const { folder, store } = await places.place(runOf({ layout: 'by-segment', format: 'ndjson', parts }, rows));
  const scratch = join(folder, '..', 'scratch');
  const { said, exitCode } = await load(folder, store, { scratch });
  expect(exitCode, said).toBe(0);
  expect(said).toContain('left out: 1 parts (corrupt/members/p7)');
  const sorted = ids.map((id) => (members[id]?.length === 0 ? undefined : members[id]?.toSorted()));
  expect(await served(store, ids)).toEqual({ run, members: sorted });
  const verified = await ended(verifyCommand, [folder], { store, scratch });
  expect(verified.exitCode, verified.said).toBe(0);
  expect(verified.said).toContain('corrupt/members/p7 is corrupt and was left out: members/p7 has');
});

test('of few parts of a by-segment run none may be corrupt; more than may be are refused', async () => {
  const parts = [segmentLines(somePairs), segmentLines(otherPairs)];
  const few = await places.place(runOf({ layout: 'by-segment', format: 'ndjson', parts }, [2, 9]));
  const failed = await load(few.folder, few.store, { scratch: join(few.folder, '..', 'scratch') });
  expect(failed.exitCode, failed.said).toBe(7);
  expect(failed.said).toContain('members/p1 has');
  const many = Array.from({ length: 200 }, () => segmentLines(somePairs));
  const { folder, store } = await places.place(
    runOf(
      { layout: 'by-segment', format: 'ndjson', parts: many },
      many.map(() => 9),
    ),
  );
  const refused = await load(folder, store, { scratch: join(folder, '..', 'scratch') });
  expect(refused.exitCode, refused.said).toBe(4);
  expect(refused.said).toContain('parts: 2 of 200 parts left out (members/p0 CORRUPT, members/p1 CORRUPT)');
});

test('a scratch directory that is a file ends the load before anything is written', async () => {
  const { folder, store } = await places.place(await (bySegment[0]?.files() ?? new Map()));
  const { said, exitCode } = await load(folder, store, { scratch: join(folder, 'manifest.json') });
  expect(exitCode, said).toBe(2);
  expect(said).toContain(`--scratch ${join(folder, 'manifest.json')}`);
});

const otherShape = ids.map((id) => JSON.stringify({ user: { id }, in: members[id]?.join(' ') })).join('\n');
const transformed = () => runOf({ layout: 'by-customer', format: 'ndjson', parts: [otherShape] }, [4]);

test('rows of another shape, through a transform: the same documents', async () => {
  const { folder, store } = await places.place(transformed());
  const transform = join(folder, 'transform.mjs');
  const segments = 'row.in.split(" ").filter((id) => id !== "")';
  await writeFile(transform, `export default (row) => ({ customer_id: row.user.id, segment_ids: ${segments} });`);
  const { said, exitCode } = await load(folder, store, { transform, transformThreads: '1' });
  expect(exitCode, said).toBe(0);
  expect(await served(store, ids)).toEqual({ run, members: Object.values(members) });
});

test('a transform that cannot be used ends the load before anything is written', async () => {
  const { folder, store } = await places.place(transformed());
  const { said, exitCode } = await load(folder, store, { transform: join(folder, 'nowhere.mjs') });
  expect(exitCode, said).toBe(2);
  expect(said).toContain('nowhere.mjs cannot be used');
  await expect(access(store.replace('embedded:', ''))).rejects.toThrow('ENOENT');
});
