import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCustomerId } from '@segment-store/contract/id';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore } from '../open.ts';
import { holdInOtherProcess, type OtherProcess } from '../other-process.fixture.ts';
import { callFor, manifestOf, published, runAt } from '../store.fixture.ts';
import { type Place, storeSuite } from '../store.suite.ts';

describe('embedded', () => {
  storeSuite(fresh);

  test('is written by one process at a time, whatever it builds, while others read and publish', async () => {
    const here = await place();
    const other = await holdElsewhere(here);
    await using store = here.open();
    const startedAt = performance.now();
    await expect(store.writer.build(manifestOf(runAt(2)), callFor())).rejects.toMatchObject({
      code: 'HELD',
      message: expect.stringContaining(`process ${other.pid}`),
    });
    expect(performance.now() - startedAt).toBeLessThan(2_000);
    expect(await store.publisher.live()).toMatchObject({ epoch: 0 });
    await other.kill();
    expect(await published(store, runAt(2), { a: [] })).toMatchObject({ epoch: 1 });
  });

  test('is free as soon as the process that held it is dead, whatever is left of its lease', async () => {
    const here = await place();
    const other = await holdElsewhere(here);
    await other.kill();
    await using store = here.open();
    await using build = await store.writer.build(manifestOf(runAt(1)), callFor(5_000));
    expect(build.state).toBe('building');
  });

  test('answers as the README shows', async () => {
    const { url, open } = await place();
    const call = callFor();
    await using loading = open();
    await published(loading, runAt(1), { 17850: ['recurrent:country:France'] });
    // #region read
    await using store = openStore(url); // embedded:<dir>, http://… or https://…
    const { generation } = await store.publisher.live();
    await using reader = await store.reader.open(generation.run, call);
    const [answer] = await reader.read([parseCustomerId('17850')], call);
    // #endregion
    expect(answer).toMatchObject({ status: 'fulfilled', value: { segmentIds: ['recurrent:country:France'] } });
  });

  test('says that it was closed instead of ending the process', async () => {
    const here = await place();
    const store = here.open();
    await published(store, runAt(1), { a: [] });
    const reader = await store.reader.open(runAt(1), callFor());
    await reader[Symbol.asyncDispose]();
    await reader[Symbol.asyncDispose]();
    await expect(reader.read([], callFor())).rejects.toMatchObject({ code: 'CONFLICT' });
    await store[Symbol.asyncDispose]();
    await store[Symbol.asyncDispose]();
    await expect(store.publisher.live()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

/** A job with a lease of a minute. */
async function holdElsewhere({ url }: Place): Promise<OtherProcess> {
  const other = await holdInOtherProcess({ url, options: { leaseMs: 60_000 }, run: runAt(1) });
  onTestFinished(() => other.kill());
  return other;
}

async function place(): Promise<Place> {
  const made = await fresh();
  onTestFinished(() => made.remove());
  return made;
}

async function fresh(): Promise<Place> {
  const directory = await mkdtemp(join(tmpdir(), 'store.'));
  const url = `embedded:${directory}`;
  return {
    url,
    options: {},
    open: (options) => openStore(url, options),
    remove: () => rm(directory, { recursive: true, force: true }),
  };
}
