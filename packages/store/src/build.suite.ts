/** One build, whoever works on it. */
import { describe, expect, test } from 'vitest';
import { nothing, sumOutcomes, toOutcomes } from './outcomes.ts';
import { broken, failing, failPart, type Places } from './place.suite.ts';
import {
  callFor,
  claimNext,
  fillAll,
  fillPart,
  lineOf,
  linesOf,
  manifestOf,
  runAt,
  sealed,
  segmentsOf,
} from './store.fixture.ts';

export function buildSuite({ opened }: Places): void {
  describe('a build', () => {
    test('is not sealed without its catalogue, nor with parts unfinished', async (context) => {
      await using store = await opened(context);
      const manifest = manifestOf(runAt(1), { parts: 2 });
      await using build = await store.writer.build(manifest, callFor());
      await expect(build.seal()).rejects.toEqual(failing('CONFLICT', '2 unfinished parts'));
      await fillAll(build, []);
      await expect(build.seal()).rejects.toEqual(failing('CONFLICT', 'catalogue'));
      await build.catalogue(segmentsOf());
      expect(await build.seal()).toMatchObject({ state: 'sealed', members: 0 });
      expect(build.state).toBe('sealed');
    });

    test.for([-1, 1])(
      'is not sealed when the store counts %i more members than were written',
      async (more, context) => {
        await using store = await opened(context);
        await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
        await build.catalogue(segmentsOf('s:1'));
        const claim = await claimNext(build);
        const tally = await claim.write(linesOf(claim.part, [lineOf('a', ['s:1'])]), callFor());
        await claim.finish(toOutcomes({ ...tally, created: tally.created - more }));
        await expect(build.seal()).rejects.toEqual(
          failing('MISCOUNT', `${runAt(1)}: the store counts 1 members, ${1 - more}`),
        );
        await expect(store.publisher.publish(runAt(1), 0, [])).rejects.toEqual(failing('CONFLICT', 'building'));
        await expect(store.reader.open(runAt(1), callFor())).rejects.toEqual(failing('CONFLICT', runAt(1)));
      },
    );

    test('goes on where a job let go of it, and knows which part was begun', async (context) => {
      await using store = await opened(context);
      const manifest = manifestOf(runAt(1), { parts: 3 });
      const [first, second, third] = manifest.parts;
      {
        await using build = await store.writer.build(manifest, callFor());
        await build.catalogue(segmentsOf('s:1'));
        await fillPart(await claimNext(build), { a: ['s:1'] });
        const claim = await claimNext(build);
        await claim.write(linesOf(claim.part, [lineOf('b', ['s:1'])]), callFor());
      }
      await using build = await store.writer.build(manifest, callFor());
      await build.catalogue(segmentsOf('s:other'));
      const again = await claimNext(build);
      expect(again).toMatchObject({ part: second, attempted: true, acknowledged: { offset: 0 } });
      expect(await fillPart(again, { b: ['s:1'], c: [] })).toMatchObject({ created: 1, replayed: 1, memberships: 1 });
      const fresh = await claimNext(build);
      expect(fresh).toMatchObject({ part: third, attempted: false });
      expect(await fillPart(fresh, { d: [] })).toMatchObject({ created: 1, replayed: 0 });
      const { total, parts } = await build.outcomes();
      expect(total).toEqual({ created: 3, replayed: 1, skipped: 0, memberships: 2, rejected: {} });
      expect(parts.map(({ part, state }) => [part.key, state])).toEqual(
        [first, second, third].map((part) => [part?.key, 'finished']),
      );
      expect(await build.seal()).toMatchObject({ members: 4, memberships: 2, segments: 1 });
    });

    test('goes on behind what was acknowledged, which counts as it was', async (context) => {
      await using store = await opened(context);
      const texts = ['a', 'a', 'b', 'c'].map((id) => lineOf(id, ['s:1']));
      {
        await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
        await build.catalogue(segmentsOf('s:1'));
        const claim = await claimNext(build);
        const lines = linesOf(claim.part, texts.slice(0, 3));
        await claim.acknowledge(lines.offset, toOutcomes(await claim.write(lines, callFor())));
      }
      await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
      const claim = await claimNext(build);
      const { acknowledged, part } = claim;
      const { offset } = linesOf(part, texts.slice(0, 3));
      const outcomes = { created: 2, replayed: 0, skipped: 0, memberships: 2, rejected: { 'duplicate-customer': 1 } };
      expect(acknowledged).toEqual({ offset, outcomes });
      const rest = toOutcomes(await claim.write(linesOf(part, texts.slice(3)), callFor()));
      await claim.finish(sumOutcomes([outcomes, rest]));
      expect(await build.outcomes()).toMatchObject({ total: { ...outcomes, created: 3, memberships: 3 } });
      expect(await build.seal()).toMatchObject({ members: 3, memberships: 3 });
    });

    test('acknowledges nothing while a write of a line before it is under way or has failed', async (context) => {
      await using store = await opened(context);
      {
        await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
        const claim = await claimNext(build);
        const lines = linesOf(claim.part, [lineOf('a', [])]);
        const writing = claim.write(lines, callFor());
        await claim.acknowledge(lines.offset, nothing);
        await writing;
        const stopped = { ...callFor(), signal: AbortSignal.abort() };
        await expect(claim.write({ ...lines, offset: 2 * lines.offset }, stopped)).rejects.toThrow();
        await claim.acknowledge(2 * lines.offset, nothing);
      }
      await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
      expect(await claimNext(build)).toMatchObject({ attempted: true, acknowledged: { offset: 0 } });
    });

    test('with a part that failed is sealed without its rest, and names it', async (context) => {
      await using store = await opened(context);
      await using build = await store.writer.build(manifestOf(runAt(1), { parts: 2 }), callFor());
      await build.catalogue(segmentsOf('s:1'));
      await fillPart(await claimNext(build), { a: ['s:1'] });
      await failPart(await claimNext(build), { b: [], c: ['s:1'] });
      expect(await Array.fromAsync(build.parts({}, callFor()))).toEqual([]);
      const { total, parts } = await build.outcomes();
      expect(total).toMatchObject({ created: 3, memberships: 2 });
      expect(parts[1]).toMatchObject({ state: 'failed', outcomes: { created: 2 }, failure: broken });
      expect((await store.publisher.status(runAt(1))).parts[1]).toMatchObject({ state: 'failed', failure: broken });
      expect(await build.seal()).toMatchObject({ members: 3, memberships: 2 });
    });

    test('takes up a part that failed when it is told to, once, from its start', async (context) => {
      await using store = await opened(context);
      await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
      await build.catalogue(segmentsOf('s:1'));
      await failPart(await claimNext(build), { a: ['s:1'], b: [] });
      let failedAgain = 0;
      for await (const claim of build.parts({ retryFailed: true }, callFor())) {
        expect(claim).toMatchObject({ attempted: true, acknowledged: { offset: 0, outcomes: nothing } });
        await failPart(claim, { a: ['s:1'] });
        failedAgain += 1;
      }
      expect(failedAgain).toBe(1);
      // What is in the store is what the attempt left that came furthest.
      expect((await build.outcomes()).total).toMatchObject({ created: 2, replayed: 0, memberships: 1 });
      const again = await claimNext(build, { retryFailed: true });
      expect(await fillPart(again, { a: ['s:1'], b: [], c: [] })).toMatchObject({ created: 1, replayed: 2 });
      expect(await build.seal()).toMatchObject({ members: 3, memberships: 1 });
    });

    test('of a sealed or published run has nothing left to do and says so', async (context) => {
      await using store = await opened(context);
      const generation = await sealed(store, runAt(1), { a: [] });
      for (const state of ['sealed', 'published']) {
        await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
        expect(build.state).toBe(state);
        await build.catalogue(segmentsOf('s:late'));
        expect(await Array.fromAsync(build.parts({ retryFailed: true }, callFor()))).toEqual([]);
        expect(await build.seal()).toMatchObject({ run: generation.run, members: 1, segments: 0 });
        if (state === 'sealed') await store.publisher.publish(runAt(1), 0, []);
      }
    });

    test('of a known run with another manifest is refused', async (context) => {
      await using store = await opened(context);
      await sealed(store, runAt(1), { a: [] });
      const other = manifestOf(runAt(1), { hash: 'another hash' });
      await expect(store.writer.build(other, callFor())).rejects.toEqual(failing('CONFLICT', 'another hash'));
    });
  });

  describe('a customer with two lines', () => {
    test('keeps the first, and each further one is rejected where it stands', async (context) => {
      await using store = await opened(context);
      await using build = await store.writer.build(manifestOf(runAt(1), { parts: 2 }), callFor());
      const [first, second] = [await claimNext(build), await claimNext(build)];
      const texts = [lineOf('a', ['s:1']), lineOf('a', ['s:2']), lineOf('a', ['s:1']), lineOf('b', [])];
      const lines = linesOf(first.part, texts);
      const tally = await first.write(lines, callFor());
      expect(tally).toMatchObject({ created: 2, replayed: 0, memberships: 1 });
      expect(tally.rejected.map(({ part, offset, reason }) => [part, offset, reason])).toEqual([
        [first.part.key, lines.offsets[1], 'duplicate-customer'],
        [first.part.key, lines.offsets[2], 'duplicate-customer'],
      ]);
      const elsewhere = await second.write(linesOf(second.part, [lineOf('a', ['s:1'])]), callFor());
      expect(elsewhere).toMatchObject({ created: 0, replayed: 0, rejected: [{ part: second.part.key, offset: 0 }] });
    });

    test('in a part that a dead job had begun, is a replay only when the bytes are equal', async (context) => {
      await using store = await opened(context);
      await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
      {
        await using claim = await claimNext(build);
        await claim.write(linesOf(claim.part, [lineOf('a', ['s:1']), lineOf('é"\\', ['s:1'])]), callFor());
      }
      const claim = await claimNext(build);
      const again = ['a', 'é"\\', 'a'].map((id) => lineOf(id, ['s:1']));
      const other = lineOf('a', ['s:2']);
      const tally = await claim.write(linesOf(claim.part, [...again, other, lineOf('c', [])]), callFor());
      expect(tally).toMatchObject({ created: 1, replayed: 2, memberships: 2 });
      expect(tally.rejected.map(({ reason }) => reason)).toEqual(['duplicate-customer', 'duplicate-customer']);
    });
  });
}
