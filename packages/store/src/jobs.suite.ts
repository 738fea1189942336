/** Several jobs on one build, and jobs that die. */
import { describe, expect, type TestContext, test } from 'vitest';
import { holdInOtherProcess } from './other-process.fixture.ts';
import { nothing } from './outcomes.ts';
import { broken, failing, failPart, type Places } from './place.suite.ts';
import { callFor, claimNext, fillAll, fillPart, manifestOf, runAt, segmentsOf } from './store.fixture.ts';

export function jobsSuite({ place, opened }: Places): void {
  describe('several jobs on one build', () => {
    test('share its parts: each part is loaded once, and one of them closes it', async (context) => {
      const { open } = await place(context);
      const manifest = manifestOf(runAt(1), { parts: 40 });
      const stores = Array.from({ length: 3 }, () => open());
      const jobs = stores.map(async (store, job) => {
        await using build = await store.writer.build(manifest, callFor());
        await build.catalogue(segmentsOf('s:1'));
        const loaded: string[] = [];
        for await (const claim of build.parts({ preferred: (index) => index % 3 === job }, callFor())) {
          await fillPart(claim, { [`first of ${claim.part.key}`]: ['s:1'], [`second of ${claim.part.key}`]: [] });
          loaded.push(claim.part.key);
        }
        const { members } = await build.seal();
        return { loaded, members, total: (await build.outcomes()).total };
      });
      const ended = await Promise.all(jobs);
      const loaded = ended.flatMap((job) => job.loaded);
      expect(loaded.toSorted()).toEqual(manifest.parts.map(({ key }) => key).toSorted());
      for (const { members, total } of ended) {
        expect([members, total]).toEqual([80, { ...nothing, created: 80, memberships: 40 }]);
      }
      await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
    });

    test('several consumers of one job pull at once, preferred parts first', async (context) => {
      await using store = await opened(context);
      await using build = await store.writer.build(manifestOf(runAt(1), { parts: 6 }), callFor());
      const pulled = build.parts({ preferred: (index) => index % 2 === 1 }, callFor())[Symbol.asyncIterator]();
      const claims = await Promise.all(Array.from({ length: 6 }, () => pulled.next()));
      const keys = claims.map(({ value }) => value?.part.key);
      expect(keys).toEqual([1, 3, 5, 0, 2, 4].map((index) => `members/part-${index}`));
      const end = pulled.next();
      for (const { value } of claims) await value?.finish(nothing);
      expect(await end).toMatchObject({ done: true });
    });

    test('one waits for the parts of another, and takes those it lets go of', async (context) => {
      const { open } = await place(context);
      await using one = open({ leaseMs: 3_000 });
      await using two = open({ leaseMs: 3_000 });
      await using first = await one.writer.build(manifestOf(runAt(1)), callFor());
      await using second = await two.writer.build(manifestOf(runAt(1)), callFor());
      const claim = await claimNext(first);
      const waiting = claimNext(second);
      await claim[Symbol.asyncDispose]();
      expect(await waiting).toMatchObject({ part: claim.part, attempted: true });
      await expect(two.publisher.remove(runAt(1))).rejects.toEqual(failing('HELD', runAt(1)));
    });

    test('one waits while another closes it, and finds it published', async (context) => {
      const { open } = await place(context);
      await using one = open({ leaseMs: 3_000 });
      await using two = open({ leaseMs: 3_000 });
      await using second = await two.writer.build(manifestOf(runAt(1)), callFor());
      let waiting: Promise<unknown> = Promise.resolve();
      {
        await using first = await one.writer.build(manifestOf(runAt(1)), callFor());
        await first.catalogue(segmentsOf());
        await fillAll(first, [{ a: [] }]);
        await first.seal();
        waiting = second.seal();
        await one.publisher.publish(runAt(1), 0, []);
      }
      expect(await waiting).toMatchObject({ state: 'live', members: 1 });
      expect(second.state).toBe('published');
    });

    test('gives way to whoever aborts the wait for a part', async (context) => {
      const { open } = await place(context);
      await using one = open();
      await using first = await one.writer.build(manifestOf(runAt(1)), callFor());
      await using second = await one.writer.build(manifestOf(runAt(1)), callFor());
      await claimNext(first);
      const reason = new Error('enough');
      const stop = new AbortController();
      const call = { signal: stop.signal, deadlineAt: Number.POSITIVE_INFINITY };
      const waiting = second.parts({}, call)[Symbol.asyncIterator]().next();
      stop.abort(reason);
      await expect(waiting).rejects.toMatchObject({ code: 'ABORTED', cause: reason });
    });
  });

  describe('a job in another process that is killed', () => {
    const killed = async (context: TestContext, what: 'part' | 'seal') => {
      const here = await place(context);
      const leaseMs = 2_000;
      const held = { url: here.url, options: { ...here.options, leaseMs }, run: runAt(1), what };
      const other = await holdInOtherProcess(held);
      await other.kill();
      return here.open({ leaseMs });
    };

    test('leaves its part to this one', async (context) => {
      await using store = await killed(context, 'part');
      await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
      expect(await claimNext(build)).toMatchObject({ attempted: true });
    });

    test('while it closes the build is replaced', async (context) => {
      await using store = await killed(context, 'seal');
      const { closer } = await store.publisher.status(runAt(1));
      await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
      expect(await build.seal()).toMatchObject({ state: 'sealed', members: 1 });
      const now = await store.publisher.status(runAt(1));
      expect([now.closer?.pid, closer?.pid === process.pid]).toEqual([process.pid, false]);
    });
  });

  describe('the status of a run', () => {
    test('tells of every part: waiting, begun by whom, finished, failed', async (context) => {
      await using store = await opened(context);
      const before = Date.now();
      await expect(store.publisher.status(runAt(1))).rejects.toEqual(failing('NOT_FOUND', runAt(1)));
      await using build = await store.writer.build(manifestOf(runAt(1), { parts: 4 }), callFor());
      const [first, second, third] = [await claimNext(build), await claimNext(build), await claimNext(build)];
      await fillPart(first, { a: ['s:1'] });
      await failPart(second, { b: [] });
      const { generation, parts, lastSeenAt } = await store.publisher.status(runAt(1));
      expect(generation).toMatchObject({ run: runAt(1), state: 'building' });
      expect(parts).toMatchObject([
        { index: 0, state: 'finished', key: first.part.key, outcomes: { created: 1, memberships: 1 } },
        { index: 1, state: 'failed', key: second.part.key, outcomes: { created: 1 }, failure: broken },
        { index: 2, state: 'begun', key: third.part.key, job: { pid: process.pid }, acknowledged: { offset: 0 } },
        { index: 3, state: 'waiting' },
      ]);
      expect(lastSeenAt.getTime()).toBeGreaterThan(before);
    });

    test('names the closer until it lets go, and what was published', async (context) => {
      await using store = await opened(context);
      {
        await using build = await store.writer.build(manifestOf(runAt(1), { parts: 0 }), callFor());
        await build.catalogue(segmentsOf());
        await build.seal();
        const { closer, generation } = await store.publisher.status(runAt(1));
        expect([closer?.pid, generation.state]).toEqual([process.pid, 'sealed']);
      }
      await store.publisher.publish(runAt(1), 0, []);
      const { closer, generation, parts } = await store.publisher.status(runAt(1));
      expect([closer, generation.state, parts]).toEqual([undefined, 'live', []]);
    });
  });
}
