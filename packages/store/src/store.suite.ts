/** What every store does: each adapter's tests run it. */
import { parseCustomerId, parseSegmentId, type RunId } from '@segment-store/contract/id';
import { describe, expect, type TestContext, test } from 'vitest';
import type { StoreOptions } from './options.ts';
import { holdInOtherProcess } from './other-process.fixture.ts';
import { nothing, sumOutcomes, toOutcomes } from './outcomes.ts';
import {
  callFor,
  claimNext,
  fillAll,
  fillPart,
  lineOf,
  linesOf,
  type Memberships,
  manifestOf,
  published,
  runAt,
  sealed,
  segmentsOf,
} from './store.fixture.ts';
import { type ClaimedPart, GENESIS, type Live, type Reader, type Store, type StoreCode } from './store.ts';

/** Where one test keeps its generations; opened several times it is the same place. */
export interface Place {
  readonly url: string;
  readonly options: StoreOptions;
  open(options?: StoreOptions): Store;
  remove(): Promise<void>;
}

/** Dozens of indices are created one after the other. */
const SLOW = { timeout: 300_000 };
const failing = (code: StoreCode, named = ''): unknown =>
  expect.objectContaining({ name: 'Failure', code, message: expect.stringContaining(named) });

export function storeSuite(fresh: () => Promise<Place>): void {
  const place = async ({ onTestFinished }: TestContext): Promise<Place> => {
    const made = await fresh();
    onTestFinished(() => made.remove());
    return made;
  };
  const opened = async (context: TestContext) => (await place(context)).open();

  describe('before the first publish', () => {
    test('the empty genesis generation is live: everyone is a stranger, nothing is listed', async (context) => {
      await using store = await opened(context);
      const { generation, epoch, floor } = await store.publisher.live();
      expect([generation.run, generation.members, epoch, floor]).toEqual([GENESIS, 0, 0, 0]);
      await using reader = await store.reader.open(GENESIS, callFor());
      expect(await read(reader, 'a')).toEqual([undefined]);
      expect(await store.publisher.generations()).toEqual([]);
    });

    test('several processes may come first at once', async (context) => {
      const { open } = await place(context);
      const stores = Array.from({ length: 4 }, () => open());
      const live = await Promise.all(stores.map((store) => store.publisher.live()));
      expect(live.map(({ epoch }) => epoch)).toEqual([0, 0, 0, 0]);
      await Promise.all(stores.map((store) => store[Symbol.asyncDispose]()));
    });
  });

  describe('a published generation', () => {
    test('answers for one customer and for many, in the order asked, strangers and repeats included', async (context) => {
      await using store = await opened(context);
      await published(store, runAt(1), { a: ['s:1', 's:2'], b: [] }, { c: ['s:2'] });
      await using reader = await liveReader(store);
      expect(await read(reader, 'a')).toEqual([['s:1', 's:2']]);
      expect(await read(reader, 'x')).toEqual([undefined]);
      expect(await read(reader, 'c', 'x', 'a', 'b', 'a')).toEqual([
        ['s:2'],
        undefined,
        ['s:1', 's:2'],
        [],
        ['s:1', 's:2'],
      ]);
      expect(await read(reader)).toEqual([]);
    });

    test('keeps every customer id as it is', async (context) => {
      await using store = await opened(context);
      const ids = [
        'a b',
        'a+b',
        'a/b?c=d&e#f',
        '100%',
        '..a',
        '"',
        '\\',
        'a"b\\c',
        '\u00e9',
        'e\u0301',
        '日本',
        '😀',
        'x'.repeat(512),
      ];
      const memberships = Object.fromEntries(ids.map((id, index) => [id, [`s:${index}`]]));
      await published(store, runAt(1), memberships);
      await using reader = await liveReader(store);
      expect(await read(reader, ...ids)).toEqual(ids.map((_, index) => [`s:${index}`]));
      for (const [index, id] of ids.entries()) expect(await read(reader, id)).toEqual([[`s:${index}`]]);
    });

    test('has its whole catalogue', async (context) => {
      await using store = await opened(context);
      const ids = Array.from({ length: 5_003 }, (_, index) => `s:${index}`);
      await using build = await store.writer.build(manifestOf(runAt(1), { parts: 0 }), callFor());
      await build.catalogue(segmentsOf(...ids));
      expect(await build.seal()).toMatchObject({ segments: ids.length, state: 'sealed' });
      await using reader = await store.reader.open(runAt(1), callFor());
      expect(new Set(reader.catalogue.keys())).toEqual(new Set(ids));
      const [segment] = await Array.fromAsync(segmentsOf('s:17'));
      expect(reader.catalogue.get(parseSegmentId('s:17'))).toEqual(segment);
    });

    test('counts members and memberships, and names run, manifest and times', async (context) => {
      await using store = await opened(context);
      const before = Date.now();
      const { generation, epoch, floor } = await published(store, runAt(1), { a: ['s:1', 's:2'], b: ['s:1'] });
      const facts = { run: runAt(1), manifestHash: `hash of ${runAt(1)}`, segments: 2, members: 2, memberships: 3 };
      expect(generation).toMatchObject({ ...facts, state: 'live', computedAt: manifestOf(runAt(1)).computedAt });
      expect(generation.state === 'live' && generation.publishedAt.getTime()).toBeGreaterThanOrEqual(before);
      expect([epoch, floor]).toEqual([1, 0]);
      expect(await store.publisher.live()).toEqual({ generation, epoch, floor });
      expect(await store.reader.generations(callFor())).toEqual([generation]);
    });

    test('takes lines by the ten thousand', async (context) => {
      await using store = await opened(context);
      const memberships = Object.fromEntries(
        Array.from({ length: 20_000 }, (_, index) => [
          `customer-${index}`,
          [`s:${index % 7}`, 'new-customers:country:France'],
        ]),
      );
      await published(store, runAt(1), memberships);
      await using reader = await liveReader(store);
      expect(reader.generation).toMatchObject({ members: 20_000, memberships: 40_000 });
      expect(await read(reader, 'customer-0', 'customer-19999')).toEqual([
        ['s:0', 'new-customers:country:France'],
        [`s:${19_999 % 7}`, 'new-customers:country:France'],
      ]);
    });
  });

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

  describe('publishing', () => {
    test('raises the epoch, retires the generation before, leaves the floor', async (context) => {
      await using store = await opened(context);
      await published(store, runAt(1), { a: [] });
      expect(await published(store, runAt(2), { a: [] })).toMatchObject({ epoch: 2, floor: 0 });
      expect(await states(store)).toEqual({ [runAt(1)]: 'retired', [runAt(2)]: 'live' });
    });

    test('is refused when another epoch is live than the one that was judged', async (context) => {
      await using store = await opened(context);
      await sealed(store, runAt(1), { a: [] });
      await expect(store.publisher.publish(runAt(1), 1, [])).rejects.toEqual(failing('FENCED', 'epoch 0'));
      expect(await states(store)).toEqual({ [runAt(1)]: 'sealed' });
    });

    test('an unknown, an older, a retired or a live run is refused', async (context) => {
      await using store = await opened(context);
      await sealed(store, runAt(1), {});
      await published(store, runAt(2), {});
      await published(store, runAt(3), {});
      const publish = (run: RunId) => store.publisher.publish(run, 2, []);
      await expect(publish(runAt(9))).rejects.toEqual(failing('NOT_FOUND', runAt(9)));
      await expect(publish(runAt(1))).rejects.toEqual(failing('OLDER', runAt(3)));
      await expect(publish(runAt(2))).rejects.toEqual(failing('CONFLICT', 'retired'));
      await expect(publish(runAt(3))).rejects.toEqual(failing('CONFLICT', 'live'));
    });

    test('an older run takes the place of a newer one when somebody lets it', async (context) => {
      await using store = await opened(context);
      await sealed(store, runAt(1), { a: [] });
      await published(store, runAt(2), {});
      const by = { allowOlder: 'ada@host' };
      await expect(store.publisher.publish(runAt(1), 0, [], by)).rejects.toEqual(failing('FENCED', 'epoch 0'));
      expect(await store.publisher.publish(runAt(1), 1, [], by)).toMatchObject({ epoch: 2, floor: 0 });
      expect(await states(store)).toEqual({ [runAt(1)]: 'live', [runAt(2)]: 'retired' });
    });

    test('of two publishers at once exactly one wins, five times in a row', SLOW, async (context) => {
      const { open } = await place(context);
      await using one = open();
      await using two = open();
      for (let round = 0; round < 5; round += 1) {
        const runs = [runAt(2 * round), runAt(2 * round + 1)];
        await Promise.all(runs.map((run) => sealed(one, run, {})));
        const results = await Promise.allSettled(
          runs.map((run, index) => (index === 0 ? one : two).publisher.publish(run, round, [])),
        );
        expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
        expect(results.find(({ status }) => status === 'rejected')).toMatchObject({ reason: failing('FENCED') });
        const { epoch, generation } = await one.publisher.live();
        expect(epoch).toBe(round + 1);
        const winner = results.find((result) => result.status === 'fulfilled');
        expect(winner?.value.generation.run).toBe(generation.run);
      }
      const live = Object.values(await states(two)).filter((state) => state === 'live');
      expect(live).toHaveLength(1);
    });
  });

  describe('rolling back', () => {
    test('brings the generation before back, withdraws the live one, raises the floor and holds publishing', async (context) => {
      await using store = await opened(context);
      await published(store, runAt(1), { a: ['s:1'] });
      await published(store, runAt(2), { a: ['s:2'] });
      const back = await store.publisher.rollBack(2);
      expect(back).toMatchObject({ epoch: 3, floor: 3, generation: { run: runAt(1), state: 'live' } });
      expect(await store.publisher.live()).toEqual(back);
      expect(await states(store)).toEqual({ [runAt(1)]: 'live', [runAt(2)]: 'withdrawn' });
      await sealed(store, runAt(3), { a: ['s:3'] });
      await expect(store.publisher.publish(runAt(3), 3, [])).rejects.toEqual(failing('ON_HOLD', 'unhold'));
      expect(await store.publisher.heldSince()).toBeInstanceOf(Date);
      expect(await store.publisher.unhold()).toBe(true);
      expect(await store.publisher.heldSince()).toBeUndefined();
      expect(await store.publisher.unhold()).toBe(false);
      expect(await store.publisher.publish(runAt(3), 3, [])).toMatchObject({ epoch: 4, floor: 3 });
      expect(await states(store)).toEqual({ [runAt(1)]: 'retired', [runAt(2)]: 'withdrawn', [runAt(3)]: 'live' });
    });

    test('goes further back each time, never to a withdrawn one, and stops at the first run', async (context) => {
      await using store = await opened(context);
      for (const index of [1, 2, 3]) await published(store, runAt(index), {});
      expect(await store.publisher.rollBack(3)).toMatchObject({ epoch: 4, floor: 4, generation: { run: runAt(2) } });
      expect(await store.publisher.rollBack(4)).toMatchObject({ epoch: 5, floor: 5, generation: { run: runAt(1) } });
      await expect(store.publisher.rollBack(5)).rejects.toEqual(failing('NOT_FOUND', 'roll back'));
      expect(await states(store)).toMatchObject({
        [runAt(1)]: 'live',
        [runAt(2)]: 'withdrawn',
        [runAt(3)]: 'withdrawn',
      });
    });

    test('is refused on another epoch than the one that was judged, and holds nothing then', async (context) => {
      await using store = await opened(context);
      await published(store, runAt(1), {});
      await published(store, runAt(2), {});
      await expect(store.publisher.rollBack(1)).rejects.toEqual(failing('FENCED', 'epoch 2'));
      expect(await store.publisher.unhold()).toBe(false);
    });

    test('against a publish at once: one of them wins, and the hold is there only if it was the roll back', async (context) => {
      const { open } = await place(context);
      await using one = open();
      await using two = open();
      await published(one, runAt(1), {});
      await published(one, runAt(2), {});
      await sealed(one, runAt(3), {});
      const [back, forth] = await Promise.allSettled([
        one.publisher.rollBack(2),
        two.publisher.publish(runAt(3), 2, []),
      ]);
      expect([back.status, forth.status].sort()).toEqual(['fulfilled', 'rejected']);
      const { epoch, floor } = await one.publisher.live();
      expect([epoch, floor]).toEqual([3, back.status === 'fulfilled' ? 3 : 0]);
      expect(await one.publisher.unhold()).toBe(back.status === 'fulfilled');
    });
  });

  describe('a reader', () => {
    test('during 20 publishes never mixes generations, one by one and many at once', SLOW, async (context) => {
      const { open } = await place(context);
      await using writing = open();
      await using reading = open({ pollMs: 5 });
      const customers = Array.from({ length: 20 }, (_, index) => `c${index}`);
      const generationOf = (k: number) => Object.fromEntries(customers.map((id) => [id, [`g:${k}`]]));
      const done = new AbortController();
      const runs = new Set<RunId>();
      const seen = readUntil(done.signal, reading, { customers, runs });
      for (let k = 1; k <= 20; k += 1) {
        await published(writing, runAt(k), generationOf(k));
        if (k % 5 === 0)
          await context.expect.poll(() => runs.has(runAt(k)), { timeout: 30_000, interval: 5 }).toBe(true);
      }
      done.abort();
      const { mixed, reads } = await seen;
      expect(mixed).toEqual([]);
      expect(reads).toBeGreaterThan(20);
    });

    test('of a retired generation keeps answering from it', async (context) => {
      await using store = await opened(context);
      await published(store, runAt(1), { a: ['g:1'] });
      await using old = await liveReader(store);
      await published(store, runAt(2), { a: ['g:2'], b: [] });
      await using live = await liveReader(store);
      expect([await read(old, 'a', 'b'), await read(live, 'a', 'b')]).toEqual([
        [['g:1'], undefined],
        [['g:2'], []],
      ]);
    });

    test('hears of each publish and roll back by others, once each, until it stops listening', async (context) => {
      const { open } = await place(context);
      await using reading = open({ pollMs: 5 });
      await using writing = open();
      const stop = new AbortController();
      const call = { signal: stop.signal, deadlineAt: Number.POSITIVE_INFINITY };
      const heard: [number, number][] = [];
      const steps: (() => Promise<unknown>)[] = [
        () => published(writing, runAt(1), {}),
        () => published(writing, runAt(2), {}),
        () => writing.publisher.rollBack(2),
        async () => stop.abort(),
      ];
      for await (const { epoch, floor } of reading.reader.live(call)) {
        heard.push([epoch, floor]);
        await steps.shift()?.();
      }
      expect(heard).toEqual([
        [0, 0],
        [1, 0],
        [2, 0],
        [3, 3],
      ]);
    });

    test('opens what is sealed, and nothing that is not there', async (context) => {
      await using store = await opened(context);
      await sealed(store, runAt(1), { a: ['s:1'] });
      await using reader = await store.reader.open(runAt(1), callFor());
      expect([reader.generation.state, await read(reader, 'a')]).toEqual(['sealed', [['s:1']]]);
      await expect(store.reader.open(runAt(2), callFor())).rejects.toEqual(failing('NOT_FOUND', runAt(2)));
    });
  });

  describe('what gates ask', () => {
    test('members of each segment are counted, in the order asked, segments of nobody included', async (context) => {
      await using store = await opened(context);
      const memberships = Object.fromEntries(
        Array.from({ length: 12_000 }, (_, index) => [`c${index}`, index % 3 === 0 ? ['s:3', 's:all'] : ['s:all']]),
      );
      await sealed(store, runAt(1), memberships);
      await using reader = await store.reader.open(runAt(1), callFor());
      const asked = ['s:all', 's:none', 's:3', 's:all'].map(parseSegmentId);
      expect(await reader.count(asked, callFor())).toEqual([12_000, 0, 4_000, 12_000]);
      expect(await reader.count([], callFor())).toEqual([]);
      const many = Array.from({ length: 1_203 }, (_, index) => parseSegmentId(index === 1_202 ? 's:3' : `x:${index}`));
      expect(await reader.count(many, callFor())).toEqual([...Array(1_202).fill(0), 4_000]);
      await using genesis = await store.reader.open(GENESIS, callFor());
      expect(await genesis.count(asked, callFor())).toEqual([0, 0, 0, 0]);
    });

    test('a generation as it was made has no changes, every shard, and the documents of its record', async (context) => {
      await using store = await opened(context);
      await expect(store.publisher.condition(runAt(1))).rejects.toEqual(failing('NOT_FOUND', runAt(1)));
      await sealed(store, runAt(1), { a: ['s:1'], b: ['s:2'], c: [] });
      const whole = { changes: [], health: 'green', shards: { missing: 0, starting: 0, lost: 0 } };
      const expected = { ...whole, counted: { members: 3, segments: 2 } };
      expect(await store.publisher.condition(runAt(1))).toMatchObject(expected);
      await store.publisher.publish(runAt(1), 0, []);
      expect(await store.publisher.condition(runAt(1))).toMatchObject(expected);
      expect(await store.publisher.condition(GENESIS)).toMatchObject({ ...whole, counted: { members: 0 } });
    });
  });

  describe('a store that is only looked at', () => {
    test('shows the empty genesis generation where nothing is yet, and makes nothing', async (context) => {
      const { open } = await place(context);
      await using store = open({ readOnly: true });
      const live = await store.publisher.live();
      expect([live.generation.run, live.epoch, live.floor]).toEqual([GENESIS, 0, 0]);
      expect(await store.publisher.generations()).toEqual([]);
      await using reader = await store.reader.open(GENESIS, callFor());
      expect([await read(reader, 'a'), reader.catalogue.size]).toEqual([[undefined], 0]);
      await expect(store.reader.open(runAt(1), callFor())).rejects.toEqual(failing('NOT_FOUND', runAt(1)));
    });

    test('shows what others publish meanwhile', async (context) => {
      const { open } = await place(context);
      await using looking = open({ readOnly: true });
      await looking.publisher.live();
      await using writing = open();
      await published(writing, runAt(1), { a: ['s:1'] });
      await sealed(writing, runAt(2), { a: ['s:2'] });
      expect(await looking.publisher.live()).toEqual(await writing.publisher.live());
      expect(await states(looking)).toEqual({ [runAt(1)]: 'live', [runAt(2)]: 'sealed' });
      await using reader = await liveReader(looking);
      expect(await read(reader, 'a', 'x')).toEqual([['s:1'], undefined]);
      expect(await reader.count([parseSegmentId('s:1')], callFor())).toEqual([1]);
      expect(await looking.publisher.condition(runAt(2))).toMatchObject({ changes: [], counted: { members: 1 } });
    });

    test('refuses whatever would write', async (context) => {
      const { open } = await place(context);
      await using store = open({ readOnly: true });
      const refused = failing('DENIED', 'read only');
      await expect(store.writer.build(manifestOf(runAt(1)), callFor())).rejects.toEqual(refused);
      await expect(store.publisher.publish(runAt(1), 0, [])).rejects.toEqual(refused);
      await expect(store.publisher.rollBack(0)).rejects.toEqual(refused);
      await expect(store.publisher.unhold()).rejects.toEqual(refused);
      await expect(store.publisher.remove(runAt(1))).rejects.toEqual(refused);
    });
  });

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

  describe('aborting', () => {
    test('takes a build away under the job at work on it, which ends as aborted; then the run is built anew', async (context) => {
      const { open } = await place(context);
      await using working = open({ leaseMs: 2_000 });
      await using other = open();
      const manifest = manifestOf(runAt(1), { parts: 3 });
      await using build = await working.writer.build(manifest, callFor());
      await build.catalogue(segmentsOf('s:1'));
      await fillPart(await claimNext(build), { a: ['s:1'] });
      const claim = await claimNext(build);
      const aborting = other.publisher.abort(runAt(1));
      await expect.poll(() => claim.signal.aborted, { timeout: 10_000 }).toBe(true);
      expect(claim.signal.reason).toMatchObject({ code: 'CONFLICT', message: /aborted/ });
      await expect(claim.finish(nothing)).rejects.toEqual(failing('CONFLICT', 'aborted'));
      await expect(claimNext(build)).rejects.toEqual(failing('CONFLICT', 'aborted'));
      await expect(build.seal()).rejects.toEqual(failing('CONFLICT', 'aborted'));
      await aborting;
      await expect(other.publisher.status(runAt(1))).rejects.toEqual(failing('NOT_FOUND', runAt(1)));
      expect(await sealed(other, runAt(1), { b: [] })).toMatchObject({ members: 1 });
    });

    test('keeps everybody out until the last job has ended', async (context) => {
      const { open } = await place(context);
      await using working = open({ leaseMs: 2_000 });
      await using other = open();
      await using build = await working.writer.build(manifestOf(runAt(1)), callFor());
      await claimNext(build);
      const aborting = other.publisher.abort(runAt(1));
      const refused = async () => {
        const joining = await Promise.allSettled([other.writer.build(manifestOf(runAt(1)), callFor())]);
        await Promise.all(joining.map((one) => one.status === 'fulfilled' && one.value[Symbol.asyncDispose]()));
        return joining;
      };
      await expect.poll(refused).toMatchObject([{ reason: failing('CONFLICT', 'being removed') }]);
      await aborting;
      expect(await sealed(other, runAt(1), { b: [] })).toMatchObject({ members: 1 });
    });

    test('gives up what was sealed, never what was published, and names what is not there', async (context) => {
      await using store = await opened(context);
      await published(store, runAt(1), {});
      await published(store, runAt(2), {});
      await sealed(store, runAt(3), {});
      await store.publisher.abort(runAt(3));
      expect(await states(store)).toEqual({ [runAt(1)]: 'retired', [runAt(2)]: 'live' });
      await expect(store.publisher.abort(runAt(1))).rejects.toEqual(failing('CONFLICT', 'retired'));
      await expect(store.publisher.abort(runAt(2))).rejects.toEqual(failing('CONFLICT', 'live'));
      await expect(store.publisher.abort(runAt(3))).rejects.toEqual(failing('NOT_FOUND', runAt(3)));
    });
  });

  describe('pruning', () => {
    test('lets go of all but the live generation and the last two, and says what went and why', async (context) => {
      await using store = await opened(context);
      for (const index of [1, 2, 3, 4, 5]) await published(store, runAt(index), { [`c${index}`]: [] });
      expect(await store.publisher.prune()).toEqual([]);
      const gone = await store.publisher.prune({ youngerThanMs: 0 });
      expect(gone).toMatchObject([{ run: runAt(1) }, { run: runAt(2) }]);
      expect(gone[0]?.why).toMatch(/^retired at .*, not among the 2 live last$/);
      expect(await states(store)).toEqual({ [runAt(3)]: 'retired', [runAt(4)]: 'retired', [runAt(5)]: 'live' });
      await expect(store.reader.open(runAt(1), callFor())).rejects.toEqual(failing('NOT_FOUND', runAt(1)));
      await using live = await liveReader(store);
      expect(await read(live, 'c5')).toEqual([[]]);
      expect(await store.publisher.prune({ youngerThanMs: 0 })).toEqual([]);
    });

    test('never lets go of what a roll back brings back', async (context) => {
      await using store = await opened(context);
      for (const index of [1, 2, 3]) await published(store, runAt(index), {});
      await store.publisher.rollBack(3);
      expect(await store.publisher.prune({ keep: 0, youngerThanMs: 0 })).toMatchObject([{ run: runAt(3) }]);
      expect(await store.publisher.rollBack(4)).toMatchObject({ generation: { run: runAt(1) } });
    });

    test('lets go of builds that nobody works on any more, never of one that somebody holds', async (context) => {
      await using store = await opened(context);
      await published(store, runAt(1), {});
      await sealed(store, runAt(2), { a: [] });
      {
        await using build = await store.writer.build(manifestOf(runAt(3)), callFor());
        await build.catalogue(segmentsOf('s:1'));
        await using _ = await claimNext(build);
        const gone = await store.publisher.prune({ youngerThanMs: 0 });
        expect(gone).toMatchObject([{ run: runAt(2), why: expect.stringMatching(/^sealed and never published/) }]);
      }
      const gone = await store.publisher.prune({ youngerThanMs: 0 });
      expect(gone).toMatchObject([{ run: runAt(3), why: expect.stringMatching(/^building and never published/) }]);
      expect(await states(store)).toEqual({ [runAt(1)]: 'live' });
    });

    test('refuses a retention that is none', async (context) => {
      await using store = await opened(context);
      await expect(store.publisher.prune({ keep: -1 })).rejects.toThrow('keep -1');
    });
  });

  describe('removing', () => {
    test('takes a generation away, so that the run can be loaded again, even from another manifest', async (context) => {
      await using store = await opened(context);
      await published(store, runAt(1), { a: ['s:1'], b: [] });
      await published(store, runAt(2), { a: ['s:2'] });
      await store.publisher.remove(runAt(1));
      expect(await states(store)).toEqual({ [runAt(2)]: 'live' });
      await expect(store.reader.open(runAt(1), callFor())).rejects.toEqual(failing('NOT_FOUND', runAt(1)));
      const manifest = manifestOf(runAt(1), { hash: 'another hash' });
      await using build = await store.writer.build(manifest, callFor());
      expect(await fillPart(await claimNext(build), { c: [] })).toMatchObject({ created: 1 });
      await build.catalogue(segmentsOf());
      expect(await build.seal()).toMatchObject({ members: 1, manifestHash: 'another hash' });
    });

    test('drops a build that cannot be sealed', async (context) => {
      await using store = await opened(context);
      const manifest = manifestOf(runAt(1));
      {
        await using build = await store.writer.build(manifest, callFor());
        await (await claimNext(build)).finish({ ...nothing, created: 7 });
        await build.catalogue(segmentsOf());
        await expect(build.seal()).rejects.toEqual(failing('MISCOUNT'));
      }
      await store.publisher.remove(runAt(1));
      expect(await sealed(store, runAt(1), { a: [] })).toMatchObject({ members: 1 });
    });

    test('leaves the live generation alone, and names what is not there', async (context) => {
      await using store = await opened(context);
      await published(store, runAt(1), {});
      await expect(store.publisher.remove(runAt(1))).rejects.toEqual(failing('CONFLICT', runAt(1)));
      await expect(store.publisher.remove(runAt(2))).rejects.toEqual(failing('NOT_FOUND', runAt(2)));
    });
  });
}

const broken = { code: 'CORRUPT', message: 'it ends too early' };

/** Writes lines of a part that is broken behind them. */
async function failPart(claim: ClaimedPart, memberships: Memberships): Promise<void> {
  await using _ = claim;
  const lines = linesOf(
    claim.part,
    Object.entries(memberships).map(([id, segmentIds]) => lineOf(id, segmentIds)),
  );
  const outcomes = toOutcomes(await claim.write(lines, callFor()));
  await claim.acknowledge(lines.offset, outcomes);
  await claim.fail(outcomes, broken);
}

async function read(reader: Reader, ...ids: readonly string[]): Promise<unknown[]> {
  const settled = await reader.read(ids.map(parseCustomerId), callFor());
  return settled.map((one, index) => {
    if (one.status === 'rejected') throw one.reason;
    if (one.value !== undefined) expect(one.value.customerId).toBe(ids[index]);
    return one.value?.segmentIds;
  });
}

async function liveReader(store: Store): Promise<Reader> {
  const { generation } = await store.publisher.live();
  return store.reader.open(generation.run, callFor());
}

async function states(store: Store): Promise<Record<string, string>> {
  const generations = await store.publisher.generations();
  return Object.fromEntries(generations.map(({ run, state }) => [run, state]));
}

/** Follows what is live and reads everyone, one by one and together, from the generation it pinned. */
async function readUntil(
  signal: AbortSignal,
  store: Store,
  { customers, runs }: { readonly customers: readonly string[]; readonly runs: Set<RunId> },
) {
  const mixed: unknown[] = [];
  let reads = 0;
  let live: Live | undefined;
  const following = (async () => {
    for await (const next of store.reader.live({ signal, deadlineAt: Number.POSITIVE_INFINITY })) live = next;
  })();
  while (!signal.aborted) {
    await new Promise((resolve) => setImmediate(resolve));
    if (live === undefined || live.generation.run === GENESIS) continue;
    const { run } = live.generation;
    await using reader = await store.reader.open(run, callFor());
    const expected = [`g:${Number(run.slice(9, 15))}`];
    const [first = '', ...others] = customers;
    const answers = [...(await read(reader, first)), ...(await read(reader, first, ...others))];
    mixed.push(...answers.filter((ids) => JSON.stringify(ids) !== JSON.stringify(expected)));
    reads += answers.length;
    runs.add(run);
  }
  await following;
  return { mixed, reads };
}
