/** Several jobs on one build, where any number of processes may write. */
import { expect, onTestFinished, test } from 'vitest';
import { holdInOtherProcess } from '../other-process.fixture.ts';
import { nothing, toOutcomes } from '../outcomes.ts';
import {
  callFor,
  claimNext,
  fillAll,
  fillPart,
  lineOf,
  linesOf,
  manifestOf,
  runAt,
  segmentsOf,
} from '../store.fixture.ts';
import { interposedPlaces } from './interposed-place.fixture.ts';
import type { Asked } from './interposer.fixture.ts';

const given = interposedPlaces();

test('a part of a living process is waited for as long as it renews its lease', async () => {
  const leaseMs = 1_500;
  const other = await holdInOtherProcess({
    url: given.place.url,
    options: { ...given.place.options, leaseMs },
    run: runAt(1),
  });
  onTestFinished(() => other.kill());
  await using store = given.place.open({ leaseMs });
  await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
  const lease = async () => {
    const [part] = (await store.publisher.status(runAt(1))).parts;
    return part?.state === 'begun' ? part.job?.until.getTime() : undefined;
  };
  const first = (await lease()) ?? 0;
  let taken = false;
  const waiting = claimNext(build).then((claim) => {
    taken = true;
    return claim;
  });
  await expect.poll(lease, { timeout: 20_000 }).toBeGreaterThan(first + leaseMs);
  expect(taken).toBe(false);
  await other.kill();
  expect(await waiting).toMatchObject({ attempted: true });
});

test('a lease that ends in the middle of a write stops it; another job goes on, and each line counts once', async () => {
  await using late = given.place.open({ leaseMs: 1_500 });
  await using quick = given.place.open({ leaseMs: 60_000 });
  const manifest = manifestOf(runAt(1));
  await using zombie = await late.writer.build(manifest, callFor());
  await zombie.catalogue(segmentsOf('s:1'));
  const claim = await claimNext(zombie);
  const texts = ['a', 'b', 'c'].map((id) => lineOf(id, ['s:1']));
  await claim.write(linesOf(claim.part, texts.slice(0, 2)), callFor());
  // Neither its renewals nor its bulks are answered from here on.
  const isItsOwn = ({ method, path }: Asked) =>
    path.includes('/_bulk') || (method === 'PUT' && path.includes(`-control/_doc/${encodeURIComponent('part:')}`));
  given.elasticsearch.answering((asked) => (isItsOwn(asked) ? 'silence' : 'forward'));
  const writing = claim.write(linesOf(claim.part, texts), callFor());
  await expect(writing).rejects.toMatchObject({ code: 'UNAVAILABLE', message: /lease of part .* ended/ });
  given.elasticsearch.answering(() => 'forward');
  await using build = await quick.writer.build(manifest, callFor());
  const next = await claimNext(build);
  expect(next.attempted).toBe(true);
  const tally = await next.write(linesOf(next.part, texts), callFor());
  expect(tally).toMatchObject({ created: 1, replayed: 2, rejected: [] });
  await next.finish(toOutcomes(tally));
  await expect(claim.finish(nothing)).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  expect(await build.seal()).toMatchObject({ members: 3 });
});

test('a part costs one write of the ledger to claim and one to finish, and a run is read once', async () => {
  await using store = given.place.open();
  await using build = await store.writer.build(manifestOf(runAt(1), { parts: 40 }), callFor());
  await build.catalogue(segmentsOf());
  const asked = { put: 0, mget: 0, get: 0 };
  given.elasticsearch.answering(({ method, path }) => {
    if (path.includes('-control/_mget')) asked.mget += 1;
    else if (path.includes('-control/') && method === 'PUT') asked.put += 1;
    else if (path.includes('-control/') && method === 'GET') asked.get += 1;
    return 'forward';
  });
  await fillAll(build, []);
  // The run before and after its parts, and whether anybody was ever erased.
  expect(asked).toEqual({ put: 80, mget: 1, get: 3 });
});

test('a job that was left behind by the others says what they have done', async () => {
  await using store = given.place.open();
  await using one = await store.writer.build(manifestOf(runAt(1), { parts: 2 }), callFor());
  await using two = await store.writer.build(manifestOf(runAt(1), { parts: 2 }), callFor());
  await one.catalogue(segmentsOf());
  await fillPart(await claimNext(two), { a: [] });
  await fillAll(one, [{}, { b: [] }]);
  await one.seal();
  expect(await Array.fromAsync(two.parts({}, callFor()))).toEqual([]);
  expect(two.state).toBe('sealed');
});

test.each(['_count', '_flush', '_bulk'])(
  'a run that is aborted right before %s ends as aborted, not as something lost',
  async (step) => {
    await using store = given.place.open({ leaseMs: 10_000 });
    await using other = given.place.open();
    await using build = await store.writer.build(manifestOf(runAt(1)), callFor());
    await build.catalogue(segmentsOf());
    let aborting: Promise<void> | undefined;
    const loading = async () => {
      await using claim = await claimNext(build);
      const tally = await claim.write(linesOf(claim.part, [lineOf('a', [])]), callFor());
      await claim.finish(toOutcomes(tally));
      await build.seal();
    };
    given.elasticsearch.answering(({ path }) => {
      if (path.split('?')[0]?.endsWith(step) !== true || aborting !== undefined) return 'forward';
      aborting = other.publisher.abort(runAt(1));
      return { status: 503, body: {} };
    });
    await expect(loading()).rejects.toMatchObject({ code: 'CONFLICT', message: /aborted/ });
    await build[Symbol.asyncDispose]();
    await aborting;
  },
);

test('a part whose claim is on its way when the caller stops is let go with the build', async () => {
  const stop = new AbortController();
  const isClaim = ({ path }: Asked) => path.includes(`-control/_create/${encodeURIComponent('part:')}`);
  given.elasticsearch.answering((asked) => {
    if (isClaim(asked)) stop.abort(new Error('SIGINT'));
    return 'forward';
  });
  {
    await using build = await given.store.writer.build(manifestOf(runAt(1)), callFor());
    const parts = build.parts({}, { ...callFor(), signal: stop.signal })[Symbol.asyncIterator]();
    await parts.next().catch(() => {});
  }
  expect(stop.signal.aborted).toBe(true);
  const heldBy = async () => {
    const [part] = (await given.store.publisher.status(runAt(1))).parts;
    return part?.state === 'begun' ? (part.job?.pid ?? 'nobody') : part?.state;
  };
  await expect.poll(heldBy, { timeout: 10_000 }).toBe('nobody');
});
