import { mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { manualTime } from '@segment-store/resilience/manual-time';
import { expect, onTestFinished, test } from 'vitest';
import { madeKey } from '../fixture/credentials.ts';
import { followedKeys } from './followed-keys.ts';
import { type KeyRecord, printKeyFile } from './key-record.ts';

async function given(records: readonly KeyRecord[]) {
  const dir = await mkdtemp(join(tmpdir(), 'segment-keys-'));
  const path = join(dir, 'keys.json');
  await writeFile(path, printKeyFile(records));
  const stop = new AbortController();
  onTestFinished(async () => {
    stop.abort();
    await rm(dir, { recursive: true });
  });
  const [time, news, troubles]: [ReturnType<typeof manualTime>, number[], string[]] = [manualTime(), [], []];
  const onTrouble = (text: string) => troubles.push(text);
  const deps = {
    time,
    signal: stop.signal,
    wallClock: Date.now,
    onKeys: (active: number) => news.push(active),
    onKeyEnds: () => {},
    onTrouble,
  };
  const find = await followedKeys(path, deps);
  return { dir, path, time, news, troubles, stop, find };
}

test('a file that is replaced is followed within a second', async () => {
  const [old, fresh] = [madeKey(), madeKey()];
  const { path, time, news, find } = await given([old.record]);
  expect(find(old.text).caller.id).toBe(old.record.id);
  await writeFile(`${path}.next`, printKeyFile([fresh.record, { ...old.record, revokedAt: new Date() }]));
  await rename(`${path}.next`, path);
  await time.advance(1_000);
  await expect.poll(() => news).toEqual([1]);
  expect(find(fresh.text).caller.id).toBe(fresh.record.id);
  expect(() => find(old.text)).toThrow('revoked');
});

test('a secret that is mounted by links is followed', async () => {
  const [old, fresh] = [madeKey(), madeKey()];
  const { dir, path, time, news, find } = await given([old.record]);
  await rename(path, join(dir, 'one'));
  await writeFile(join(dir, 'two'), printKeyFile([fresh.record]));
  await symlink(join(dir, 'two'), path);
  await time.advance(1_000);
  await expect.poll(() => news).toEqual([1]);
  expect(find(fresh.text).caller.id).toBe(fresh.record.id);
});

test.each([
  ['broken', (path: string) => writeFile(path, '{"schema":'), 'is not JSON'],
  ['taken away', (path: string) => rm(path), 'no such file'],
])(
  'a file that is %s keeps the keys read before, is said once, and is followed when it is mended',
  async (_, harm, why) => {
    const [old, fresh] = [madeKey(), madeKey()];
    const { path, time, news, troubles, find } = await given([old.record]);
    await harm(path);
    for (let second = 0; second < 3; second++) {
      await time.advance(1_000);
      await expect.poll(() => time.pending()).toBe(1); // it waits for its next look
    }
    expect(troubles).toEqual([expect.stringMatching(new RegExp(`keys\\.json.*${why}.*the keys read before hold`))]);
    expect(find(old.text).caller.id).toBe(old.record.id);
    await writeFile(path, printKeyFile([fresh.record]));
    await time.advance(1_000);
    await expect.poll(() => news).toEqual([1]);
    expect(find(fresh.text).caller.id).toBe(fresh.record.id);
  },
);

test('it ends with the server', async () => {
  const { time, stop } = await given([]);
  stop.abort();
  await time.advance(1_000);
  expect(time.pending()).toBe(0);
});
