import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CommandEvent } from '@segment-store/cli/event';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Scratch, scratchDirectory, writeOrders } from './order-lines.fixture.ts';
import { badRuns } from './run-command.bad-input.cases.ts';
import { createRunCommand } from './run-command.ts';
import { readRun } from './run-folder.fixture.ts';

const good = {
  orders: '@/orders.parquet',
  definitions: '@/definitions.json',
  categories: '@/categories.csv',
  asOf: '2026-02-01',
  to: '@/runs',
};
const definition = {
  key: 'new-customers',
  version: 1,
  type: 'new',
  name: 'New customers',
  over: { dim: 'country', from: 'orders' },
  when: { firstOrder: { withinDays: 30 } },
};
const file = (changes: object) => JSON.stringify({ definitions: [{ ...definition, ...changes }] });

let scratch: Scratch;
beforeAll(async () => {
  scratch = await scratchDirectory();
  await writeFile(at('@/definitions.json'), file({}));
  await writeFile(at('@/slip.json'), file({ verson: 2 }));
  await writeFile(at('@/city.json'), file({ over: { dim: 'city', from: 'orders' } }));
  await writeFile(at('@/categories.csv'), 'keyword,category\nMUG,kitchen\n');
  await writeFile(at('@/text.txt'), 'one\ntwo\n');
  await writeOrders(at('@/orders.parquet'), [{}]);
  await writeOrders(at('@/nobody.parquet'), [{ customer: null }]);
  await writeOrders(at('@/narrow.parquet'), [{}], { InvoiceDate: undefined, Country: undefined });
  await writeFile(at('@/cut.parquet'), (await readFile(at('@/orders.parquet'))).subarray(0, -40));
  await mkdir(at('@/runs/20250101t000000z'), { recursive: true });
  await writeFile(at('@/runs/20250101t000000z/manifest.json'), '{}');
});
afterAll(() => scratch[Symbol.asyncDispose]());

const at = (path: string) => path.replace('@', scratch.path);

interface Circumstances {
  readonly now?: Date;
  readonly stop?: AbortController;
  onEvent?(event: CommandEvent): void;
}

async function run(
  flags: Readonly<Record<string, string | undefined>>,
  { now = new Date(), stop = new AbortController(), onEvent = () => {} }: Circumstances = {},
): Promise<CommandEvent[]> {
  const said: CommandEvent[] = [];
  const given = Object.entries({ ...good, ...flags }).map(([flag, value]) => [flag, value && at(value)]);
  const say = (event: CommandEvent) => {
    said.push(event);
    onEvent(event);
  };
  const input = { args: [], flags: Object.fromEntries(given), environmentPrefix: 'SEGMENT_COMPUTE_TEST' };
  await createRunCommand(() => now).run(input, { say, signal: stop.signal });
  return said;
}

test.each(badRuns)('$title', async ({ flags, exitCode, names }) => {
  const failure = run(flags);
  await expect(failure).rejects.toMatchObject({ name: 'CommandError', exitCode });
  for (const name of names) await expect(failure).rejects.toThrowError(at(name));
});

test('a refused run leaves nothing behind', async () => {
  await expect(run({ asOf: '2020-01-01', run: '20260101t000000z' })).rejects.toThrowError('no run written');
  expect(await readdir(at('@/runs'))).not.toContain('20260101t000000z');
});

test.each(['orders', 'features', 'members'])(
  'stopped at %s it writes no manifest and keeps no scratch',
  async (stage) => {
    const stop = new AbortController();
    const onEvent = (event: CommandEvent) => {
      if (event.kind === 'stage' && event.stage === stage) stop.abort(new Error('SIGINT'));
    };
    await mkdir(at(`@/scratch-${stage}`));
    const flags = { run: '20260102t000000z', tempDir: `@/scratch-${stage}` };
    await expect(run(flags, { stop, onEvent })).rejects.toThrowError('SIGINT');
    await expect(readRun(at('@/runs/20260102t000000z'))).rejects.toThrowError('no such file');
    expect(await readdir(at(`@/scratch-${stage}`))).toEqual([]);
  },
);

test('a run is named by the clock and says what it did', async () => {
  const said = await run({ expectedEvery: 'PT24H' }, { now: new Date('2026-02-01T03:04:05.678Z') });
  const { manifest, members } = await readRun(at('@/runs/20260201t030405z'));
  expect(members).toEqual([{ customerId: '1', segmentIds: ['new-customers:country:France'] }]);
  expect(manifest).toMatchObject({
    run: '20260201t030405z',
    computedAt: new Date('2026-02-01T03:04:05Z'),
    expectedEvery: 'PT24H',
    producer: { name: 'segment-compute' },
  });
  const stages = said.map((event) => (event.kind === 'stage' ? event.stage : event.kind));
  expect(stages).toEqual(['orders', 'features', 'members', 'result']);
  expect(said.at(-1)).toMatchObject({
    text: expect.stringContaining('1 order lines, 0 excluded'),
    data: {
      run: '20260201t030405z',
      folder: expect.stringContaining('runs/20260201t030405z'),
      totals: { customers: 1 },
    },
  });
});

test('the way into the run folder does not change its bytes', async () => {
  const id = '20260301t000000z-again';
  await run({ run: id });
  await run({ run: id, to: '@/elsewhere/' });
  const manifest = `${id}/manifest.json`;
  const [one, other] = await Promise.all([at('@/runs'), at('@/elsewhere')].map((dir) => readFile(join(dir, manifest))));
  expect(other).toEqual(one);
});
