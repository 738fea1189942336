import { published, runAt, sealed } from '@segment-store/store/store.fixture';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createEmbedded, type EmbeddedFixture } from '../fixture/embedded.ts';
import { textOf, Visitor } from './visits.fixture.ts';

// A real store waits for the disk.
vi.setConfig({ testTimeout: 30_000 });

async function given(): Promise<EmbeddedFixture & { read(path: string): Promise<string> }> {
  const fixture = await createEmbedded();
  onTestFinished(() => fixture[Symbol.asyncDispose]());
  const visitor = new Visitor(fixture.app);
  const read = async (path: string) => textOf((await visitor.open(path)).html);
  return { ...fixture, read };
}

test('without a generation the list says how to make one', async () => {
  const { read } = await given();
  const text = await read('/console/generations');
  expect(text).toContain('Nothing has been loaded yet');
  expect(text).toContain('segment-ingest load &lt;run-folder&gt; --store embedded:./store');
});

test('each generation stands beside the one before it', async () => {
  const { store, read } = await given();
  await published(store, runAt(1), { c1: ['s:1'], c2: ['s:1'] });
  await published(store, runAt(2), { c1: ['s:1', 's:2'], c2: ['s:1'], c3: [] });
  await sealed(store, runAt(3), { c1: [] });
  const text = await read('/console/generations');
  const [third, second, first] = [3, 2, 1].map((index) => text.indexOf(` ${runAt(index)} `));
  expect([third, second, first].map(Number).every((at) => at > 0)).toBe(true);
  expect(text).toMatch(new RegExp(`${runAt(3)} sealed .* 1 −66.7 % 0 −100.0 % 0 −100.0 % 0 – ${runAt(2)} live`));
  expect(text).toMatch(new RegExp(`${runAt(2)} live .* 3 \\+50.0 % 3 \\+50.0 % 2 \\+100.0 % 0 – ${runAt(1)} retired`));
  expect(text).toContain('live: 3 customers in 2 segments · epoch 2, floor 0');
});

test('a generation shows what gates found, those first that somebody overruled', async () => {
  const { store, read } = await given();
  await sealed(store, runAt(1), { c1: ['s:1'] });
  await store.publisher.publish(runAt(1), 0, [
    { gate: 'drift', figure: '+1 %', limit: 'at most 20 %', passed: true },
    { gate: 'empty', figure: '<b>0</b>', limit: 'at least 1', passed: false, overriddenBy: 'ada@host' },
  ]);
  expect(await read('/console/generations')).toContain(' 1 passed, 1 accepted ');
  const text = await read(`/console/generations/${runAt(1)}`);
  expect(text).toContain('empty accepted by ada@host &lt;b&gt;0&lt;/b&gt; at least 1 drift passed +1 % at most 20 %');
});

test('a hold is said, with the way out', async () => {
  const { store, read } = await given();
  for (const index of [1, 2]) await published(store, runAt(index), { c1: [] });
  await store.publisher.rollBack(2);
  const text = await read('/console/generations');
  expect(text).toMatch(/Publishing is on hold since 2\d{3}-/);
  expect(text).toContain('segment-ingest unhold --store embedded:./store');
});

test('a run that is none and one that is not there are told apart', async () => {
  const { read } = await given();
  expect(await read('/console/generations/yesterday')).toContain('is no run id');
  expect(await read(`/console/generations/${runAt(7)}`)).toContain('may have been removed');
});
