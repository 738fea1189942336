/** Publishing, rolling back, and who follows what is live. */
import type { RunId } from '@segment-store/contract/id';
import { describe, expect, test } from 'vitest';
import { failing, type Places, SLOW, states } from './place.suite.ts';
import { published, runAt, sealed } from './store.fixture.ts';

export function publishingSuite({ place, opened }: Places): void {
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

    test('what gates found, and who published all the same, stands with the generation', async (context) => {
      await using store = await opened(context);
      const passed = { gate: 'drift', figure: '+1 %', limit: 'at most 20 %', passed: true };
      const accepted = { gate: 'empty', figure: '0', limit: 'at least 1', passed: false, overriddenBy: 'ada@host' };
      expect(await sealed(store, runAt(1), {})).not.toHaveProperty('verdicts');
      await store.publisher.publish(runAt(1), 0, [passed, accepted]);
      await published(store, runAt(2), {});
      expect(await store.publisher.generations()).toMatchObject([
        { run: runAt(1), state: 'retired', verdicts: [passed, accepted] },
        { run: runAt(2), state: 'live' },
      ]);
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
}
