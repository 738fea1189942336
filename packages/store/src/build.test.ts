import { afterEach, expect, test } from 'vitest';
import { type BuildTerms, type Contents, openBuild } from './build.ts';
import { recordsIn } from './records.fixture.ts';
import { generationKey, type Records } from './records.ts';
import { callFor, manifestOf, nobody, runAt } from './store.fixture.ts';
import type { Build } from './store.ts';

const manifest = manifestOf(runAt(1));
const [part] = manifest.parts;
const builds: Build[] = [];

afterEach(async () => {
  for (const build of builds.splice(0)) await build[Symbol.asyncDispose]();
});

/** Documents of which only the number matters. */
const contents: Contents = {
  catalogue: async (segments) => (await Array.fromAsync(segments)).length,
  write: async () => nobody,
  flush: async () => {},
  count: async () => ({ members: 0, segments: 0 }),
  close: async () => {},
  async [Symbol.asyncDispose]() {},
};

async function open(records: Records): Promise<Build> {
  const terms: BuildTerms = {
    records,
    leaseMs: 60_000,
    patienceMs: 0,
    lives: () => true,
    contents: async () => contents,
  };
  const build = await openBuild(manifest, terms, callFor());
  builds.push(build);
  return build;
}

/** The first job has not heard yet that its lease is over. */
async function takenOver(): Promise<{ readonly zombie: Build; readonly next: Build }> {
  if (part === undefined) throw new Error('no part');
  const records = recordsIn(new Map());
  const zombie = await open(records);
  await zombie.begin(part);
  const found = await records.get(generationKey(manifest.run), callFor());
  if (found === undefined) throw new Error('no record');
  const { holder: _, ...value } = found.value;
  await records.put(generationKey(manifest.run), { value, version: found.version }, callFor());
  return { zombie, next: await open(records) };
}

test('a job whose build was taken over finishes and begins no part any more', async () => {
  if (part === undefined) throw new Error('no part');
  const { zombie, next } = await takenOver();
  expect(await next.begin(part)).toEqual({ attempted: true });
  await expect(zombie.finish(part, { ...nobody, created: 7 })).rejects.toMatchObject({ code: 'HELD' });
  await expect(zombie.begin(part)).rejects.toMatchObject({ code: 'HELD' });
  await next.finish(part, nobody);
  expect(await next.unfinished()).toEqual([]);
});

test('a part is finished only by the job that began it', async () => {
  if (part === undefined) throw new Error('no part');
  const { next } = await takenOver();
  await expect(next.finish(part, nobody)).rejects.toMatchObject({ code: 'HELD', message: /another job/ });
});
