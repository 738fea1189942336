import { afterEach, expect, test } from 'vitest';
import { type BuildTerms, openBuild } from './build.ts';
import type { Contents } from './contents.ts';
import { nothing } from './outcomes.ts';
import { recordsIn } from './records.fixture.ts';
import { partKey, type Records } from './records.ts';
import { callFor, claimNext, lineOf, linesOf, manifestOf, nobody, runAt } from './store.fixture.ts';
import { type Build, GENESIS } from './store.ts';

const manifest = manifestOf(runAt(1), { parts: 2 });
const builds: Build[] = [];

afterEach(async () => {
  for (const build of builds.splice(0)) await build[Symbol.asyncDispose]();
});

/** Documents of which only the number matters. */
const contents: Contents = {
  prepare: async () => {},
  catalogue: async (segments) => (await Array.fromAsync(segments)).length,
  write: async (_, { signal }) => {
    signal.throwIfAborted();
    return nobody;
  },
  flush: async () => {},
  count: async () => ({ members: 0, segments: 0 }),
  reopen: async () => {},
  close: async () => {},
  async [Symbol.asyncDispose]() {},
};

async function open(records: Records, given: Partial<BuildTerms> = {}): Promise<Build> {
  const documents = { find: async () => new Map(), remove: async () => {} };
  const leasing = { records, leaseMs: 60_000, patienceMs: 0, lives: () => true };
  const pointer = async () => ({ run: GENESIS, epoch: 0, floor: 0 });
  const terms = { ...leasing, documents, pointer, checkVacant: async () => {} };
  const build = await openBuild(manifest, { ...terms, contents: () => contents, ...given }, callFor());
  builds.push(build);
  return build;
}

/** The first job has not heard yet that its lease on the first part is over. */
async function takenOver() {
  const records = recordsIn(new Map());
  const zombie = await claimNext(await open(records));
  const key = partKey(manifest.run, 0);
  const found = await records.get(key, callFor());
  if (found?.value.state !== 'begun') throw new Error('no claim');
  const { holder: _, ...value } = found.value;
  await records.put(key, { value, version: found.version }, callFor());
  const build = await open(records);
  return { zombie, build, next: await claimNext(build) };
}

test('a job whose part was taken over writes, finishes and fails it no more', async () => {
  const { zombie, build, next } = await takenOver();
  expect(next).toMatchObject({ part: zombie.part, attempted: true });
  await expect(zombie.finish({ ...nothing, created: 7 })).rejects.toMatchObject({ code: 'HELD' });
  expect(zombie.signal.aborted).toBe(true);
  await expect(zombie.write(linesOf(zombie.part, [lineOf('a', [])]), callFor())).rejects.toMatchObject({
    code: 'HELD',
  });
  await expect(zombie.fail(nothing, { code: 'CORRUPT', message: '' })).rejects.toMatchObject({ code: 'HELD' });
  await next.finish(nothing);
  expect((await build.outcomes()).parts.map(({ state }) => state)).toEqual(['finished', 'waiting']);
});

test('a job that has lost one part goes on with others', async () => {
  const { zombie, next } = await takenOver();
  await expect(zombie.finish(nothing)).rejects.toMatchObject({ code: 'HELD' });
  await zombie[Symbol.asyncDispose]();
  const [first] = builds;
  if (first === undefined) throw new Error('no build');
  expect(await claimNext(first)).toMatchObject({ part: manifest.parts[1], attempted: false });
  expect(next.signal.aborted).toBe(false);
});

test('what a living job acknowledges is kept now and then, so that a killed one leaves it behind', async () => {
  const records = recordsIn(new Map());
  const claim = await claimNext(await open(records, { leaseMs: 120 }));
  const kept = async () => {
    const { value } = (await records.get(partKey(manifest.run, 0), callFor())) ?? {};
    return value?.state === 'begun' ? value.acknowledged : undefined;
  };
  const outcomes = { ...nothing, created: 1 };
  await claim.acknowledge(10, outcomes);
  expect(await kept()).toEqual({ offset: 0, outcomes: nothing });
  await expect
    .poll(
      async () => {
        await claim.acknowledge(20, outcomes);
        return await kept();
      },
      { interval: 1 },
    )
    .toEqual({ offset: 20, outcomes });
});
