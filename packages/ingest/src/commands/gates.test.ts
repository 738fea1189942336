/** Every gate that a run folder can trip, each by one thing that is not as it should be. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRunId } from '@segment-store/contract/id';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeManifest, type RunFiles, runFiles, writeRun } from '../../../../test/support/run-folder.ts';
import type { GateName } from '../gates/gate.ts';
import { createPlaces, type Ended, ended, member, type Places, run, served } from '../place.fixture.ts';
import { loadCommand } from './load.ts';

let places: Places;
beforeAll(async () => {
  places = await createPlaces();
});
afterAll(() => places[Symbol.asyncDispose]());

const next = parseRunId('20260201t040000z');
/** 40 customers, all of them in `all`, every other one in `half`. */
const lines = Array.from({ length: 40 }, (_, index) => {
  return index % 2 === 0 ? member(`c${index}`, 'all', 'half') : member(`c${index}`, 'all');
});
const good = (of = lines): RunFiles => runFiles({ run: next, parts: [of.slice(0, 20), of.slice(20)] });

interface Mutation {
  readonly gate: GateName;
  readonly what: string;
  readonly files: () => RunFiles;
  readonly canaries?: object;
  readonly says: string;
}

const mutations: readonly Mutation[] = [
  {
    gate: 'rejected',
    what: 'a line that is none',
    files: () => good(lines.with(3, '{"customer_id":"c3"}')),
    says: '1 of 40 lines, 2.5 % (1 malformed), expected at most 0.1 %',
  },
  {
    gate: 'memberships',
    what: 'a total that its parts do not make up',
    files: () => changed(good(), { all: 41 }, 61),
    says: '60, expected 61',
  },
  {
    gate: 'segment-sizes',
    what: 'catalogue sizes that changed places',
    files: () => changed(good(), { all: 39, half: 21 }),
    says: '2 of 2 segments differ (all 40 of 39, half 20 of 21)',
  },
  {
    gate: 'unlisted-segments',
    what: 'a segment that no catalogue line names',
    files: () => changed(good(lines.with(0, member('c0', 'all', 'other'))), { other: undefined, half: 20 }),
    says: '1 of 60 memberships',
  },
  {
    gate: 'unlisted-segments',
    what: 'a row of a complement',
    files: () => changed(withRule(good(lines.with(0, member('c0', 'all', 'other'))), 'other'), { half: 20 }),
    says: '1 of 60 memberships',
  },
  {
    gate: 'drift',
    what: 'a fourth of the customers gone',
    files: () => good(lines.slice(0, 30)),
    says: '30 customers, 40 live (−25 %)',
  },
  {
    gate: 'segment-drift',
    what: 'a segment of a fourth of its members',
    files: () => good(lines.map((line, index) => (index < 30 ? line.replace(',"half"', '') : line))),
    says: '1 of 2 segments (half −75 %)',
  },
  {
    gate: 'vanished-segments',
    what: 'a segment that is no more',
    files: () => good(lines.map((line) => line.replace('"half"', '"fifty"'))),
    says: '1 of 2 (half)',
  },
  { gate: 'canaries', what: 'a canary of other segments', files: good, canaries: { c1: ['half'] }, says: '[all]' },
];

test('the run that the mutations start from is published', async () => {
  const { store, load } = await place(good());
  expect(await load()).toMatchObject({ exitCode: 0 });
  expect((await served(store, [])).run).toBe(next);
});

test.each(mutations)('$gate refuses $what: exit 4, the generation before stays live', async (mutation) => {
  const { store, load } = await place(mutation.files(), mutation.canaries);
  const refused = await load();
  expect(refused).toMatchObject({ exitCode: 4, said: expect.stringContaining(`\n  ${mutation.gate}: `) });
  expect(refused.said).toContain(mutation.says);
  expect((await served(store, [])).run).toBe(run);
});

test.each(mutations.filter(({ gate }) => gate !== 'rejected'))(
  '$gate lets $what pass where it is accepted by name, and says so',
  async (mutation) => {
    const { store, load } = await place(mutation.files(), mutation.canaries);
    const { said } = await load();
    const accept = [...said.matchAll(/--accept (\S+)/g)].map(([, gate = '']) => gate);
    expect(accept).toContain(mutation.gate);
    const accepted = await load(accept);
    expect(accepted).toMatchObject({
      exitCode: 0,
      said: expect.stringMatching(`overridden: .*${mutation.gate} \\(.*by \\S+@`),
    });
    expect((await served(store, [])).run).toBe(next);
  },
);

/** A store where the good run is live under an older id, and a run folder with `files`. */
async function place(files: RunFiles, canaries?: object) {
  const { folder, store } = await places.place(files);
  const before = runFiles({ run, parts: [lines.slice(0, 20), lines.slice(20)] });
  const first = await ended(loadCommand, [await writeRun(join(folder, '..', 'before'), before)], { store });
  expect(first.exitCode, first.said).toBe(0);
  const flags = await canariesFlag(join(folder, '..', 'canaries.json'), canaries);
  const load = (accept: readonly string[] = []): Promise<Ended> =>
    ended(loadCommand, [folder], { store, ...flags, ...(accept.length > 0 && { accept }) });
  return { store, load };
}

async function canariesFlag(file: string, canaries: object | undefined) {
  if (canaries === undefined) return {};
  await writeFile(file, JSON.stringify(canaries));
  return { canaries: file };
}

/** The segment is a complement of `all`. */
function withRule(files: RunFiles, segment: string): RunFiles {
  const rule = `{"complement_of":"all","universe":"known","id":"${segment}"`;
  const text = `${files.get('catalogue.ndjson')}`.replace(`{"id":"${segment}"`, rule);
  return files.set('catalogue.ndjson', Buffer.from(text));
}

/** Other sizes in the catalogue (undefined: no line of it), and a manifest that agrees with them. */
function changed(files: RunFiles, sizes: Readonly<Record<string, number | undefined>>, memberships = 60): RunFiles {
  const catalogue = `${files.get('catalogue.ndjson')}`
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const kept = catalogue.filter(({ id }) => !(id in sizes) || sizes[id] !== undefined);
  const text = kept.map((one) => `${JSON.stringify({ ...one, size: sizes[one.id] ?? one.size })}\n`).join('');
  files.set('catalogue.ndjson', Buffer.from(text));
  changeManifest(files, ({ parts, totals, ...manifest }) => ({
    ...manifest,
    parts: parts.map(({ memberships: _, ...part }) => part),
    catalogue: { key: 'catalogue.ndjson', bytes: text.length, rows: kept.length },
    totals: { ...totals, memberships, segments: kept.length },
  }));
  return files;
}
