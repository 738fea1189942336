import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCustomerId } from '@segment-store/contract/id';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openStore } from '../open.ts';
import { holdInOtherProcess, type OtherProcess } from '../other-process.fixture.ts';
import type { Place } from '../place.suite.ts';
import { amend } from '../records.ts';
import { callFor, manifestOf, published, runAt, sealed } from '../store.fixture.ts';
import { storeSuite } from '../store.suite.ts';
import { createControl } from './control.ts';
import { openRoot } from './environment.ts';
import { loadOnFullDisk } from './full-disk.fixture.ts';
import { WRITERS } from './writers.ts';

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

describe('files of a generation', () => {
  const dataOf = ({ url }: Place) => join(url.slice('embedded:'.length), 'generations', runAt(1), 'data.mdb');

  test.each([
    ['gone', 'NOT_FOUND', 'is gone', (path: string) => rm(path)],
    ['empty', 'UNSUPPORTED', 'is empty', (path: string) => writeFile(path, '')],
    ['of another run', 'UNSUPPORTED', 'holds 0 customers', overwriteByEmptyRun],
    ['of another kind', 'UNSUPPORTED', 'no generation', overwriteByControl],
  ])('that are %s are refused; nobody is a stranger for that, and nothing is made', async (_, code, named, spoil) => {
    const here = await place();
    {
      await using store = here.open();
      await published(store, runAt(1), { a: ['s:1'] });
      await sealed(store, runAt(2), {});
    }
    await spoil(dataOf(here));
    await using store = here.open();
    for (const _attempt of [1, 2]) {
      await expect(store.reader.open(runAt(1), callFor())).rejects.toMatchObject({
        code,
        message: expect.stringContaining(named),
      });
    }
  });
});

describe('a store directory', () => {
  test.each(['store.json', 'control/data.mdb'])('whose %s a power cut left empty is used', async (name) => {
    const here = await place();
    const directory = here.url.slice('embedded:'.length);
    await mkdir(join(directory, 'control'));
    await writeFile(join(directory, 'store.json'), '{"schema":"segment-store/embedded/1"}');
    await writeFile(join(directory, name), '');
    await using store = here.open();
    expect(await published(store, runAt(1), { a: [] })).toMatchObject({ epoch: 1 });
    expect(await readFile(join(directory, 'store.json'), 'utf8')).toContain('segment-store/embedded/1');
    expect(await readdir(directory)).toHaveLength(3);
  });
});

test('a directory that is only looked at is neither made nor changed', async () => {
  const here = await place();
  const directory = here.url.slice('embedded:'.length);
  await using looking = openStore(`${here.url}/not/there`, { readOnly: true });
  expect(await looking.publisher.live()).toMatchObject({ epoch: 0 });
  expect(await readdir(directory)).toEqual([]);
  {
    await using store = here.open();
    await published(store, runAt(1), { a: ['s:1'] });
  }
  const files = async () => (await readdir(directory, { recursive: true })).sort();
  const before = await Promise.all([files(), readFile(join(directory, 'control', 'data.mdb'))]);
  await using store = here.open({ readOnly: true });
  expect(await store.publisher.live()).toMatchObject({ epoch: 1 });
  await using reader = await store.reader.open(runAt(1), callFor());
  expect(await reader.read([parseCustomerId('a')], callFor())).toMatchObject([{ status: 'fulfilled' }]);
  expect(await Promise.all([files(), readFile(join(directory, 'control', 'data.mdb'))])).toEqual(before);
});

test('a process on another host is not looked for among ours: its lease decides', async () => {
  const here = await place();
  await using store = here.open({ leaseMs: 300 });
  await sealed(store, runAt(1), {});
  const root = openRoot(here.url.slice('embedded:'.length));
  const records = createControl(root);
  const until = new Date(Date.now() + 60_000).toISOString();
  const holder = { owner: 'x', pid: 4_000_000, host: 'elsewhere', until, leaseMs: 300 };
  const renewed = { ...holder, until: new Date(Date.now() + 61_000).toISOString() };
  await amend(records, { key: WRITERS, change: () => ({ holders: [holder] }) }, callFor());
  const building = store.writer.build(manifestOf(runAt(2)), callFor());
  await amend(records, { key: WRITERS, change: () => ({ holders: [renewed] }) }, callFor());
  await expect(building).rejects.toMatchObject({
    code: 'HELD',
    message: expect.stringContaining('on elsewhere'),
  });
  await using build = await store.writer.build(manifestOf(runAt(2)), callFor());
  expect(build.state).toBe('building');
  await root.close();
});

test('a full disk ends a load as unavailable, whatever else it was at, and leaves what is published', async () => {
  const here = await place();
  await using store = here.open();
  await published(store, runAt(1), { a: ['s:1'] });
  const { failures, code } = await loadOnFullDisk(here.url, runAt(2));
  expect(code).toBe(0);
  expect(failures.length).toBeGreaterThan(1);
  for (const failure of failures) expect(failure).toMatchObject({ code: 'UNAVAILABLE', message: /free disk space/ });
  await using reader = await store.reader.open(runAt(1), callFor());
  expect(await reader.read([parseCustomerId('a')], callFor())).toMatchObject([{ status: 'fulfilled' }]);
});

async function overwriteByEmptyRun(path: string): Promise<void> {
  await copyFile(path.replace(runAt(1), runAt(2)), path);
}

async function overwriteByControl(path: string): Promise<void> {
  await copyFile(join(path, '..', '..', '..', 'control', 'data.mdb'), path);
}

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
