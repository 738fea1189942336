/** How generations and builds go away. */
import { describe, expect, test } from 'vitest';
import { nothing } from './outcomes.ts';
import { failing, liveReader, type Places, read, states } from './place.suite.ts';
import { callFor, claimNext, fillPart, manifestOf, published, runAt, sealed, segmentsOf } from './store.fixture.ts';

export function removingSuite({ place, opened }: Places): void {
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
