/** What a load would do, foretold; that nothing is written is tried on real servers. */
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { changeManifest, type RunFiles, runFiles } from '../../../../test/support/run-folder.ts';
import { createPlaces, ended, member, type Places, run } from '../place.fixture.ts';
import { loadCommand } from './load.ts';
import { planCommand } from './plan.ts';

let places: Places;
beforeAll(async () => {
  places = await createPlaces();
});
afterAll(() => places[Symbol.asyncDispose]());

const lines = Array.from({ length: 20_000 }, (_, index) => member(`c${index}`, 'a'));

async function plan(files: RunFiles, flags: Readonly<Record<string, unknown>> = {}) {
  const { folder, store } = await places.place(files);
  const found = await ended(planCommand, [folder], { store, ...flags });
  return { ...found, folder, store, data: found.events.find((event) => event.kind === 'result')?.data };
}

test.each([true, false])(
  'documents, memberships, bytes and time are foretold of the beginning of each part; gzip %s',
  async (gzip) => {
    const { exitCode, data } = await plan(
      runFiles({ run, parts: [lines.slice(0, 10_000), lines.slice(10_000)], gzip }),
    );
    const bytes = lines.join('').length;
    expect(exitCode).toBe(0);
    expect(data).toMatchObject({
      customers: 20_000,
      memberships: 20_000,
      segments: 1,
      shards: 1,
      seconds: 0.4,
      loads: true,
    });
    expect(Number(data?.documentBytes) / bytes).toBeCloseTo(1, 1);
    expect(data?.sampled).toMatchObject({ parts: 2, rejected: 0, corrupt: [] });
  },
);

test('bad lines and bad parts in the sample are foretold as the gates that would refuse them', async () => {
  const files = runFiles({ run, parts: [lines.with(3, 'no line'), lines.slice(0, 10)], gzip: true });
  files.set('members/part-00001', gzipSync('x').subarray(0, 5));
  changeManifest(files, ({ parts, ...manifest }) => ({
    ...manifest,
    parts: parts.map((part) => (part.key.endsWith('1') ? { ...part, bytes: 5 } : part)),
  }));
  const { said } = await plan(files, { maxBadRecords: '0%' });
  expect(said).toMatch(/gate rejected would refuse: 1 of [\d,]+ lines/);
  expect(said).toContain(
    'gate parts would refuse: 1 of 2 parts left out (members/part-00001 CORRUPT), expected at most 0',
  );
  expect(said).toContain('a load would end unpublished');
  expect(said).not.toContain('it would be published');
});

test('a run that is live is nothing to load: exit 0 with --detailed-exit-code, 3 before', async () => {
  const before = await plan(runFiles({ run, parts: [lines.slice(0, 10)] }), { detailedExitCode: true });
  expect(before.exitCode).toBe(3);
  expect(before.events[0]).toEqual({ kind: 'stage', stage: 'check', detail: before.folder });
  const { folder, store } = before;
  await ended(loadCommand, [folder], { store });
  const after = await ended(planCommand, [folder], { store, detailedExitCode: true });
  expect(after).toMatchObject({ exitCode: 0, said: expect.stringContaining('is live already: nothing to do') });
});

test('a by-segment run is foretold from its catalogue: customers only where the manifest counts them', async () => {
  const files = runFiles({ run, parts: [lines.slice(0, 100)] });
  const text = `${JSON.stringify({ segment_id: 'a', customer_ids: lines.slice(0, 100).map((_, index) => `c${index}`) })}\n`;
  files.set('members/part-00000', Buffer.from(text));
  changeManifest(files, ({ totals: { customers: _, ...totals }, ...manifest }) => ({
    ...manifest,
    layout: 'by-segment',
    parts: [{ key: 'members/part-00000', bytes: text.length, rows: 1 }],
    totals,
  }));
  const { exitCode, said, data } = await plan(files);
  expect(exitCode, said).toBe(0);
  expect(data).toMatchObject({ memberships: 100, segments: 1, loads: true });
  expect(data).not.toHaveProperty('customers');
  expect(said).toContain('not sampled');
  expect(said).toContain('to store: customers the manifest does not count, 100 memberships');
});
