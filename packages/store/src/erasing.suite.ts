/** Customers who are to be forgotten. */
import { parseCustomerId, parseSegmentId } from '@segment-store/contract/id';
import { describe, expect, test } from 'vitest';
import { toOutcomes } from './outcomes.ts';
import { failing, liveReader, type Places, read, SLOW } from './place.suite.ts';
import {
  callFor,
  claimNext,
  fillAll,
  fillPart,
  lineOf,
  linesOf,
  manifestOf,
  published,
  runAt,
  sealed,
  segmentsOf,
} from './store.fixture.ts';
import type { Store } from './store.ts';

export function erasingSuite({ place, opened }: Places): void {
  describe('erasing customers', () => {
    const add = (store: Store, ...ids: string[]) => store.erasures.add(ids.map(parseCustomerId), callFor());
    const isErased = async (store: Store, ...ids: string[]) => {
      const erased = await store.erasures.list(callFor());
      return ids.map((id) => erased.has(parseCustomerId(id)));
    };

    test('leaves nobody on the list of a store that erased nobody', async (context) => {
      await using store = await opened(context);
      const { size } = await store.erasures.list(callFor());
      expect([size, await isErased(store, 'a')]).toEqual([0, [false]]);
    });

    test('is heard of by whoever follows, in every process, once each', async (context) => {
      const { open } = await place(context);
      await using writing = open();
      await using reading = open({ pollMs: 5 });
      const stop = new AbortController();
      const heard: (readonly [number, boolean, boolean])[] = [];
      const steps = [() => add(writing, 'a'), () => add(writing, 'a', 'b', 'c'), async () => stop.abort()];
      for await (const erased of reading.erasures.follow({
        signal: stop.signal,
        deadlineAt: Number.POSITIVE_INFINITY,
      })) {
        heard.push([erased.size, erased.has(parseCustomerId('a')), erased.has(parseCustomerId('b'))]);
        await steps.shift()?.();
      }
      expect(heard).toEqual([
        [0, false, false],
        [1, true, false],
        [3, true, true],
      ]);
    });

    test('deletes them from every generation that is kept, live or not, and says how many there were', async (context) => {
      const { open } = await place(context);
      await using store = open();
      await published(store, runAt(1), { a: ['s:1'], b: ['s:1'], c: [] });
      await published(store, runAt(2), { a: ['s:1'], c: ['s:2'] });
      await sealed(store, runAt(3), { b: ['s:1'], c: ['s:2'] });
      await using old = await store.reader.open(runAt(1), callFor());
      const receipt = await add(store, 'a', 'b', 'x', 'a');
      expect(receipt).toMatchObject({ recorded: 3, at: expect.any(Date) });
      expect([...receipt.generations].sort((a, b) => (a.run < b.run ? -1 : 1))).toEqual([
        { run: runAt(1), state: 'retired', deleted: 2 },
        { run: runAt(2), state: 'live', deleted: 1 },
        { run: runAt(3), state: 'sealed', deleted: 1 },
      ]);
      await using other = open();
      expect(await isErased(other, 'a', 'b', 'c', 'x')).toEqual([true, true, false, true]);
      expect(await read(old, 'a', 'b', 'c')).toEqual([undefined, undefined, []]);
      await using live = await liveReader(other);
      expect(await read(live, 'a', 'c')).toEqual([undefined, ['s:2']]);
      await other.publisher.publish(runAt(3), 2, []);
      await using next = await liveReader(other);
      expect(await read(next, 'b', 'c')).toEqual([undefined, ['s:2']]);
      expect(await next.count([parseSegmentId('s:1'), parseSegmentId('s:2')], callFor())).toEqual([0, 1]);
    });

    test('leaves the counts that were judged, and tells beside them who is gone', async (context) => {
      await using store = await opened(context);
      await published(store, runAt(1), { a: ['s:1'], b: ['s:1'] });
      await add(store, 'a', 'x');
      const { generation } = await store.publisher.live();
      expect(generation).toMatchObject({ members: 2, memberships: 2, erased: 1 });
      expect(await store.publisher.condition(runAt(1))).toMatchObject({ counted: { members: 1 } });
      const again = await add(store, 'a', 'b');
      expect(again).toMatchObject({ recorded: 1, generations: [{ run: runAt(1), deleted: 1 }] });
      expect((await store.publisher.live()).generation).toMatchObject({ members: 2, erased: 2 });
      await using reader = await liveReader(store);
      expect(await read(reader, 'a', 'b')).toEqual([undefined, undefined]);
    });

    test('while a build is under way deletes what it has written and still writes of them, at its seal', async (context) => {
      const { open } = await place(context);
      await using store = open();
      await using other = open();
      await using build = await store.writer.build(manifestOf(runAt(1), { parts: 3 }), callFor());
      await build.catalogue(segmentsOf('s:1'));
      await fillPart(await claimNext(build), { a: ['s:1'], b: ['s:1'] });
      const receipt = await add(other, 'a', 'c', 'x');
      expect(receipt.generations).toEqual([{ run: runAt(1), state: 'building', deleted: 0 }]);
      // A load that read the list before: it writes one who is erased, and meets the second line of another.
      expect(await fillPart(await claimNext(build), { c: ['s:1'], d: [] })).toMatchObject({ created: 2 });
      expect(await fillPart(await claimNext(build), { a: [] })).toMatchObject({ created: 0, rejected: [{ line: 1 }] });
      expect(await build.seal()).toMatchObject({ members: 2, memberships: 1 });
      await using reader = await other.reader.open(runAt(1), callFor());
      expect(await read(reader, 'a', 'b', 'c', 'd')).toEqual([undefined, ['s:1'], undefined, []]);
      expect(await store.publisher.publish(runAt(1), 0, [])).toMatchObject({ generation: { members: 2 } });
    });

    test(
      'against the seal of a build: whoever comes first, nobody is left, and the counts hold',
      SLOW,
      async (context) => {
        const { open } = await place(context);
        await using store = open();
        await using other = open();
        for (const round of [1, 2, 3, 4, 5]) {
          const manifest = manifestOf(runAt(round));
          await using build = await store.writer.build(manifest, callFor());
          await build.catalogue(segmentsOf('s:1'));
          await fillAll(build, [{ a: ['s:1'], b: ['s:1'] }]);
          const [receipt, generation] = await Promise.all([add(other, 'a', `x${round}`), build.seal()]);
          const deleted = receipt.generations.find(({ run }) => run === runAt(round))?.deleted ?? 0;
          await using reader = await store.reader.open(runAt(round), callFor());
          expect(await read(reader, 'a', 'b')).toEqual([undefined, ['s:1']]);
          expect(generation.members - deleted).toBe(1);
          expect(await store.publisher.condition(runAt(round))).toMatchObject({ counted: { members: 1 } });
        }
      },
    );

    test('keeps them out of later loads: their lines are skipped, and everybody else keeps line and place', async (context) => {
      await using store = await opened(context);
      await add(store, 'a', 'é"\\');
      await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
      await build.catalogue(segmentsOf('s:1'));
      const claim = await claimNext(build);
      const texts = ['a', 'b', 'é"\\', 'c', 'b'].map((id) => lineOf(id, ['s:1']));
      const lines = linesOf(claim.part, texts);
      const tally = await claim.write(lines, callFor());
      expect(tally).toMatchObject({ created: 2, replayed: 0, skipped: 2, memberships: 2 });
      expect(tally.rejected).toMatchObject([{ line: 5, offset: lines.offsets[4], reason: 'duplicate-customer' }]);
      await claim.finish(toOutcomes(tally));
      expect(await build.seal()).toMatchObject({ members: 2 });
      await using reader = await store.reader.open(runAt(1), callFor());
      expect(await read(reader, 'a', 'b', 'é"\\', 'c')).toEqual([undefined, ['s:1'], undefined, ['s:1']]);
    });

    test('of whom a job that died had written some: what it wrote is met again, and goes at the seal', async (context) => {
      const { open } = await place(context);
      await using store = open();
      const texts = ['a', 'b', 'c'].map((id) => lineOf(id, ['s:1']));
      {
        await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
        await build.catalogue(segmentsOf('s:1'));
        await using claim = await claimNext(build);
        await claim.write(linesOf(claim.part, texts.slice(0, 2)), callFor());
      }
      await add(store, 'a', 'c');
      await using next = open();
      await using build = await next.writer.build(manifestOf(runAt(1)), callFor());
      const claim = await claimNext(build);
      const tally = await claim.write(linesOf(claim.part, texts), callFor());
      expect(tally).toMatchObject({ created: 1, replayed: 2, skipped: 0 });
      await claim.finish(toOutcomes(tally));
      expect(await build.seal()).toMatchObject({ members: 1, memberships: 1 });
      await using reader = await store.reader.open(runAt(1), callFor());
      expect(await read(reader, 'a', 'b', 'c')).toEqual([undefined, ['s:1'], undefined]);
      const late = store.erasures.defer(runAt(1), [parseCustomerId('b')], callFor());
      await expect(late).rejects.toEqual(failing('CONFLICT', runAt(1)));
    });

    test('a thousand at once, of a generation of three thousand', async (context) => {
      await using store = await opened(context);
      const ids = Array.from({ length: 3_000 }, (_, index) => `c${index}`);
      await published(store, runAt(1), Object.fromEntries(ids.map((id) => [id, ['s:1']])));
      expect(await add(store, ...ids.slice(0, 1_500))).toMatchObject({
        recorded: 1_500,
        generations: [{ deleted: 1_500 }],
      });
      expect((await store.erasures.list(callFor())).size).toBe(1_500);
      await using reader = await liveReader(store);
      expect(await reader.count([parseSegmentId('s:1')], callFor())).toEqual([1_500]);
    });
  });
}
