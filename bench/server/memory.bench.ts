/** What a cached customer, a large catalogue and a long life cost in memory. */
import { mkdir } from 'node:fs/promises';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { median, toRow, withFigures } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { openArena } from './arena.ts';
import { ask } from './duel.ts';
import { startOurs } from './ours.ts';
import { publish } from './population.ts';
import { CUSTOMERS, scale } from './scale.ts';

const LARGE = ['--cache-mb', '256'];
/** Long enough that code is compiled and the heap has its size. */
const FIRST_REQUESTS = 20_000;
const BLOCKS = 20;
const HEAP = 'nodejs_heap_size_used_bytes';
/** Bytes of answers are outside of the heap. */
const EXTERNAL = 'nodejs_external_memory_bytes';

await using arena = await openArena();
const { root, store, load } = arena;

await attempt('bytes-per-cached-customer', async () => {
  await using ours = await startOurs({ root, store, flags: LARGE });
  await ask(load, ours, { order: 'same', requests: FIRST_REQUESTS });
  const before = ours.residentBytes();
  const [heapBefore, externalBefore] = [await ours.figure(HEAP), await ours.figure(EXTERNAL)];
  await ask(load, ours, { order: 'each', requests: CUSTOMERS });
  const value = (ours.residentBytes() - before) / CUSTOMERS;
  const heap = ((await ours.figure(HEAP)) - heapBefore) / CUSTOMERS;
  const external = ((await ours.figure(EXTERNAL)) - externalBefore) / CUSTOMERS;
  const row = { name: 'bytes-per-cached-customer', unit: 'bytes resident', goal: 4 };
  const body = await bodyBytes(ours.port, ours.key);
  report(withFigures(toRow(row, { value, baseline: body, ratio: value / body }), { heap, external, ...machine() }));
});

await attempt('flat-over-lookups', async () => {
  // Full after the first blocks: answers come and go from then on.
  await using ours = await startOurs({ root, store, flags: ['--cache-mb', '4'] });
  const requests = Math.ceil(scale.lookups / BLOCKS);
  const resident: number[] = [];
  for (let block = 0; block < BLOCKS; block += 1) {
    await ask(load, ours, { order: 'zipf', requests });
    resident.push(ours.residentBytes() / 1e6);
  }
  const [value, baseline] = [median(resident.slice(-BLOCKS / 4)), median(resident.slice(BLOCKS / 4, BLOCKS / 2))];
  const row = { name: 'flat-over-lookups', unit: 'MB resident', goal: 1.1 };
  const figures = { lookups: scale.lookups, peakMb: Math.max(...resident), ...machine() };
  report(withFigures(toRow(row, { value, baseline, ratio: value / baseline }), figures));
});

await attempt('catalogue-100k', async () => {
  const [few, many] = await Promise.all([1_000, CUSTOMERS].map(startOver));
  if (few === undefined || many === undefined) return;
  const seconds = { name: 'catalogue-100k-seconds', unit: 's until ready', goal: 5 };
  const mb = { name: 'catalogue-100k-mb', unit: 'MB resident', goal: 3 };
  report(
    withFigures(
      toRow(seconds, { value: many.seconds, baseline: few.seconds, ratio: many.seconds / few.seconds }),
      machine(),
    ),
    withFigures(toRow(mb, { value: many.mb, baseline: few.mb, ratio: many.mb / few.mb }), machine()),
  );
});

/** A server over a catalogue of so many segments. */
async function startOver(segments: number): Promise<{ readonly seconds: number; readonly mb: number }> {
  const own = join(root, `segments-${segments}`);
  await mkdir(own);
  const place = `embedded:${join(own, 'store')}`;
  await publish(own, { customers: CUSTOMERS, segments }, { store: place });
  await using ours = await startOurs({ root: own, store: place });
  return { seconds: ours.readySeconds, mb: ours.residentBytes() / 1e6 };
}

async function bodyBytes(port: number, key: string): Promise<number> {
  const headers = { authorization: `Bearer ${key}` };
  const answer = await fetch(`http://127.0.0.1:${port}/v1/customers/customer-50000/segments`, { headers });
  return (await answer.arrayBuffer()).byteLength;
}

function machine(): { readonly machineLoad: number } {
  return { machineLoad: loadavg()[0] ?? Number.NaN };
}
