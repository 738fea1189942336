import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { cacheFolder, madeOnce } from './cache.ts';

beforeEach(() => vi.stubEnv('XDG_CACHE_HOME', mkdtempSync(join(tmpdir(), 'cache-test-'))));
afterEach(() => rmSync(join(cacheFolder(), '..'), { recursive: true }));

async function makeHello(folder: string): Promise<void> {
  writeFileSync(join(folder, 'hello'), 'hello');
}

test('a folder is made once and found afterwards', async () => {
  const make = vi.fn(makeHello);
  const folders = [await madeOnce('key', make), await madeOnce('key', make)];
  expect(folders).toEqual([join(cacheFolder(), 'key'), join(cacheFolder(), 'key')]);
  expect(make).toHaveBeenCalledOnce();
  expect(readFileSync(join(cacheFolder(), 'key', 'hello'), 'utf8')).toBe('hello');
});

test('a failed making leaves nothing, and the next one starts afresh', async () => {
  const failing = madeOnce('key', async (folder) => {
    await makeHello(folder);
    throw new Error('connection lost');
  });
  await expect(failing).rejects.toThrow('connection lost');
  expect(readdirSync(cacheFolder())).toEqual([]);
  await madeOnce('key', makeHello);
  expect(readdirSync(cacheFolder())).toEqual(['key']);
});

test('what a killed run left unfinished is removed, what a running one makes is not', async () => {
  const dead = `.unfinished-4194305-key`;
  const alive = `.unfinished-${process.ppid}-other`;
  mkdirSync(join(cacheFolder(), dead), { recursive: true });
  mkdirSync(join(cacheFolder(), alive));
  await madeOnce('key', makeHello);
  expect(readdirSync(cacheFolder()).sort()).toEqual([alive, 'key']);
});
