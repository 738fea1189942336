/** Parts that failed are taken up after the seal, as long as the run was never published. */
import { parseCustomerId } from '@segment-store/contract/id';
import type { Manifest } from '@segment-store/contract/manifest';
import { describe, expect, test } from 'vitest';
import { nothing } from './outcomes.ts';
import { failing, failPart, type Places, read } from './place.suite.ts';
import { callFor, claimNext, fillPart, type Memberships, manifestOf, runAt, segmentsOf } from './store.fixture.ts';
import type { Generation, Store } from './store.ts';

const manifest: Manifest = manifestOf(runAt(1), { parts: 2 });

export function reopeningSuite({ place, opened }: Places): void {
  describe('a sealed build with a part that failed', () => {
    test('goes on for whoever takes up failed parts, and is sealed whole', async (context) => {
      const { open } = await place(context);
      await using store = open();
      expect(await sealedWithout(store, { a: ['s:1'] }, { b: ['s:1'] })).toMatchObject({ members: 2, memberships: 2 });
      await using other = open();
      await using build = await other.writer.build(manifest, callFor());
      expect(build.state).toBe('sealed');
      const claim = await claimNext(build, { retryFailed: true });
      expect(claim).toMatchObject({ part: manifest.parts[1], attempted: true, acknowledged: { outcomes: nothing } });
      expect(build.state).toBe('building');
      await expect(store.reader.open(manifest.run, callFor())).rejects.toEqual(failing('CONFLICT', 'being built'));
      await expect(store.publisher.publish(manifest.run, 0, [])).rejects.toEqual(failing('CONFLICT', 'building'));
      expect(await fillPart(claim, { b: ['s:1'], c: [] })).toMatchObject({ created: 1, replayed: 1 });
      expect(await build.seal()).toMatchObject({ state: 'sealed', members: 3, memberships: 2, segments: 1 });
      expect((await build.outcomes()).parts.map(({ state }) => state)).toEqual(['finished', 'finished']);
      expect(await store.publisher.publish(manifest.run, 0, [])).toMatchObject({ generation: { members: 3 } });
      expect(await store.publisher.condition(manifest.run)).toMatchObject({ changes: [], counted: { members: 3 } });
    });

    test('stays sealed for whoever does not', async (context) => {
      await using store = await opened(context);
      await sealedWithout(store, {}, {});
      await using build = await store.writer.build(manifest, callFor());
      expect(await Array.fromAsync(build.parts({}, callFor()))).toEqual([]);
      expect(build.state).toBe('sealed');
    });

    test('may fail in it again, once a job, and is sealed again', async (context) => {
      await using store = await opened(context);
      await sealedWithout(store, { a: [] }, { b: ['s:1'], c: [] });
      await using build = await store.writer.build(manifest, callFor());
      let taken = 0;
      for await (const claim of build.parts({ retryFailed: true }, callFor())) {
        await failPart(claim, { b: ['s:1'] });
        taken += 1;
        await using closing = await store.writer.build(manifest, callFor());
        expect(await closing.seal()).toMatchObject({ members: 3, memberships: 1 });
      }
      expect([taken, build.state]).toEqual([1, 'sealed']);
    });

    test('goes on for a job that was at it before the seal', async (context) => {
      await using store = await opened(context);
      await using early = await store.writer.build(manifest, callFor());
      await early.catalogue(segmentsOf('s:1'));
      await fillPart(await claimNext(early), { a: [] });
      await failPart(await claimNext(early), { b: [] });
      {
        await using closing = await store.writer.build(manifest, callFor());
        await closing.seal();
      }
      expect(await fillPart(await claimNext(early, { retryFailed: true }), { b: [], c: [] })).toMatchObject({
        created: 1,
        replayed: 1,
      });
      expect(await early.seal()).toMatchObject({ members: 3 });
    });

    test('is waited for while a closer judges it, and over once that has published it', async (context) => {
      await using store = await opened(context);
      await sealedWithout(store, { a: [] }, { b: [] });
      await using closing = await store.writer.build(manifest, callFor());
      await closing.seal();
      await using build = await store.writer.build(manifest, callFor());
      const impatient = Array.fromAsync(build.parts({ retryFailed: true }, callFor(500)));
      await expect(impatient).rejects.toMatchObject({ code: 'ABORTED' });
      expect(build.state).toBe('sealed');
      const [retried] = await Promise.all([
        Array.fromAsync(build.parts({ retryFailed: true }, callFor())),
        store.publisher.publish(manifest.run, 0, []),
      ]);
      expect(retried).toEqual([]);
      expect(build.state).toBe('published');
    });

    test('is reopened or published, never both', { timeout: 120_000 }, async (context) => {
      const { open } = await place(context);
      await using store = open();
      await using other = open();
      let epoch = 0;
      for (const round of [1, 2, 3, 4, 5, 6]) {
        const one = manifestOf(runAt(round), { parts: 2 });
        await sealedWithout(store, { a: [] }, { b: [] }, one);
        await using build = await store.writer.build(one, callFor());
        const publishing = other.publisher.publish(one.run, epoch, []);
        const [published, claims] = await Promise.allSettled([
          publishing,
          claimNext(build, { retryFailed: true }).then((claim) => fillPart(claim, { b: [], c: [] })),
        ]);
        expect([published.status, claims.status].sort()).toEqual(['fulfilled', 'rejected']);
        if (published.status === 'rejected') await build.seal();
        const members = published.status === 'fulfilled' ? 2 : 3;
        if (published.status === 'rejected') await store.publisher.publish(one.run, epoch, []);
        epoch += 1;
        expect(await store.publisher.live()).toMatchObject({ epoch, generation: { run: one.run, members } });
        expect(await store.publisher.condition(one.run)).toMatchObject({ counted: { members } });
      }
    });
  });

  describe('customers erased before a build is reopened', () => {
    /** a, e, f, g stand in the part that is whole, b and c in the one that fails. */
    const whole = { a: ['s:1'], e: ['s:1'], f: [], g: ['s:1'] };

    test('at its seal or after it are gone after the next, and the counts hold', async (context) => {
      await using store = await opened(context);
      {
        await using build = await store.writer.build(manifest, callFor());
        await build.catalogue(segmentsOf('s:1'));
        await fillPart(await claimNext(build), whole);
        await failPart(await claimNext(build), { b: ['s:1'], c: ['s:1'] });
        await erase(store, 'a', 'b');
        expect(await build.seal()).toMatchObject({ members: 4, memberships: 3 });
      }
      await erase(store, 'c', 'e');
      await using build = await store.writer.build(manifest, callFor());
      const claim = await claimNext(build, { retryFailed: true });
      await erase(store, 'f');
      // Of those erased before, b and c come back with their part.
      expect(await fillPart(claim, { b: ['s:1'], c: ['s:1'], d: ['s:1'] })).toMatchObject({ created: 3, skipped: 0 });
      // Written: a, b, c, d, e, f, g. Deleted by seals: a, b, c, f. e was erased after the first, and counts as it did.
      expect(await build.seal()).toMatchObject({ members: 3, memberships: 3, erased: 1 });
      await build[Symbol.asyncDispose]();
      await store.publisher.publish(manifest.run, 0, []);
      await using reader = await store.reader.open(manifest.run, callFor());
      const gone = undefined;
      expect(await read(reader, 'a', 'b', 'c', 'd', 'e', 'f', 'g')).toEqual([
        gone,
        gone,
        gone,
        ['s:1'],
        gone,
        gone,
        ['s:1'],
      ]);
      expect(await store.publisher.condition(manifest.run)).toMatchObject({ counted: { members: 2 } });
    });

    test('are known to a job that was at it before they were erased', async (context) => {
      await using store = await opened(context);
      await using early = await store.writer.build(manifest, callFor());
      await early.catalogue(segmentsOf('s:1'));
      await fillPart(await claimNext(early), whole);
      await failPart(await claimNext(early), { b: ['s:1'] });
      {
        await using closing = await store.writer.build(manifest, callFor());
        await closing.seal();
      }
      await erase(store, 'b', 'c');
      await fillPart(await claimNext(early, { retryFailed: true }), { b: ['s:1'], c: [] });
      expect(await early.seal()).toMatchObject({ members: 4 });
      await using reader = await store.reader.open(manifest.run, callFor());
      expect(await read(reader, 'a', 'b', 'c')).toEqual([['s:1'], undefined, undefined]);
    });

    test('who do not come back, because their part fails again, are counted out as before', async (context) => {
      await using store = await opened(context);
      await sealedWithout(store, whole, { b: ['s:1'], c: [] });
      await erase(store, 'a', 'c');
      for (const members of [6, 6]) {
        await using build = await store.writer.build(manifest, callFor());
        await failPart(await claimNext(build, { retryFailed: true }), { b: ['s:1'] });
        expect(await build.seal()).toMatchObject({ members, erased: 2 });
      }
      expect(await store.publisher.condition(manifest.run)).toMatchObject({ counted: { members: 4 } });
    });
  });
}

/** Sealed with the second of two parts failed. */
async function sealedWithout(
  store: Store,
  first: Memberships,
  second: Memberships,
  one: Manifest = manifest,
): Promise<Generation> {
  await using build = await store.writer.build(one, callFor());
  await build.catalogue(segmentsOf('s:1'));
  await fillPart(await claimNext(build), first);
  await failPart(await claimNext(build), second);
  return await build.seal();
}

function erase(store: Store, ...ids: readonly string[]): Promise<unknown> {
  return store.erasures.add(ids.map(parseCustomerId), callFor());
}
