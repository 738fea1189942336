/** What readers and gates are told. */
import { parseSegmentId, type RunId } from '@segment-store/contract/id';
import { describe, expect, test } from 'vitest';
import { failing, liveReader, type Places, read, SLOW, states } from './place.suite.ts';
import { callFor, manifestOf, published, runAt, sealed, segmentsOf } from './store.fixture.ts';
import { GENESIS, type Live, type Store } from './store.ts';

export function readingSuite({ place, opened }: Places): void {
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

  describe('the members of a segment', () => {
    test('are all listed, each once, in pages; nobody is for a segment of nobody', async (context) => {
      await using store = await opened(context);
      const ids = Array.from({ length: 12_001 }, (_, index) => `c${index}`);
      const memberships = Object.fromEntries(
        ids.map((id, index) => [id, index % 3 === 0 ? ['s:3', 's:all'] : ['s:all']]),
      );
      await published(store, runAt(1), { ...memberships, 's:3': ['s:all'], 's:none': [], '"é/😀': ['s:3'] });
      await using reader = await liveReader(store);
      const listed = async (id: string) =>
        (await Array.fromAsync(reader.membersOf(parseSegmentId(id), callFor()))).flat().sort();
      expect(await listed('s:3')).toEqual([...ids.filter((_, index) => index % 3 === 0), '"é/😀'].sort());
      expect(await listed('s:all')).toEqual([...ids, 's:3'].sort());
      expect(await listed('s:none')).toEqual([]);
      await using genesis = await store.reader.open(GENESIS, callFor());
      expect(await Array.fromAsync(genesis.membersOf(parseSegmentId('s:3'), callFor()))).toEqual([]);
    });

    test('are left at any page; whoever aborts, or closes the reader, gets no list that looks whole', async (context) => {
      await using store = await opened(context);
      const memberships = Object.fromEntries(Array.from({ length: 12_000 }, (_, index) => [`c${index}`, ['s:all']]));
      await sealed(store, runAt(1), memberships);
      await using reader = await store.reader.open(runAt(1), callFor());
      const pages = (signal: AbortSignal) =>
        reader.membersOf(parseSegmentId('s:all'), { signal, deadlineAt: Number.POSITIVE_INFINITY });
      for await (const page of pages(AbortSignal.timeout(30_000))) {
        expect(page.length).toBeLessThan(12_000);
        break;
      }
      const stop = new AbortController();
      const stopped = (async () => {
        for await (const _ of pages(stop.signal)) stop.abort(new Error('enough'));
      })();
      await expect(stopped).rejects.toThrow();
      expect(await read(reader, 'c0')).toEqual([['s:all']]);
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
