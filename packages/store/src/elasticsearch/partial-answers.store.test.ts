/** Elasticsearch answers 200 where a part of it did not answer at all. */

import { parseSegmentId } from '@segment-store/contract/id';
import type { Segment } from '@segment-store/contract/lines';
import { describe, expect, test } from 'vitest';
import {
  callFor,
  claimNext,
  fillAll,
  lineOf,
  linesOf,
  manifestOf,
  published,
  runAt,
  sealed,
  segmentsOf,
} from '../store.fixture.ts';
import type { Build } from '../store.ts';
import { interposedPlaces } from './interposed-place.fixture.ts';
import type { Answering, Asked } from './interposer.fixture.ts';

const given = interposedPlaces({ patienceMs: 20_000 });

const texts = Array.from({ length: 10 }, (_, index) => lineOf(`c${index}`, ['s:1']));
const unread = { error: { type: 'no_shard_available_action_exception' } };

/** Answers the first request that `matches` by `answer`, and counts how many came. */
function answerFirst(matches: (asked: Asked) => boolean, answer: (asked: Asked) => Answering): { count: number } {
  const seen = { count: 0 };
  given.elasticsearch.answering((asked) => {
    if (!matches(asked)) return 'forward';
    seen.count += 1;
    return seen.count === 1 ? answer(asked) : 'forward';
  });
  return seen;
}

const isMget = (of: string) => (asked: Asked) => asked.path === `/${given.place.prefix}-${of}/_mget`;
const noneRead = ({ body }: Asked): Answering => {
  const { ids }: { ids: readonly string[] } = JSON.parse(body);
  return { status: 200, body: { docs: ids.map((_id) => ({ _id, ...unread })) } };
};

async function begun(): Promise<Build> {
  const build = await given.store.writer.build(manifestOf(runAt(1)), callFor());
  await build.catalogue(segmentsOf('s:1'));
  return build;
}

describe('a segment of the catalogue', () => {
  const named = async function* (...names: string[]): AsyncGenerator<Segment> {
    for await (const segment of segmentsOf(...names.map((_, index) => `s:${index}`))) {
      yield { ...segment, name: names[Number(segment.id.slice(2))] ?? '' };
    }
  };

  test('may have a name of any length', async () => {
    await using build = await given.store.writer.build(manifestOf(runAt(1), { parts: 0 }), callFor());
    await build.catalogue(named('é'.repeat(600_000), 'x'.repeat(40_000), 'short'));
    expect(await build.seal()).toMatchObject({ segments: 3 });
  });

  test('that is refused for good is named at once', async () => {
    await using build = await given.store.writer.build(manifestOf(runAt(1)), callFor());
    const stored = { index: { status: 201 } };
    const refused = { index: { status: 400, error: { type: 'document_parsing_exception' } } };
    const asked = answerFirst(
      ({ path }) => path.includes('.catalogue/_bulk'),
      () => ({ status: 200, body: { errors: true, items: [stored, refused] } }),
    );
    await expect(build.catalogue(named('good', 'bad'))).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('document_parsing_exception to segment s:1'),
    });
    expect(asked.count).toBe(1);
  });

  test('is not written any more once the run is sealed', async () => {
    await using build = await begun();
    await fillAll(build, [{ a: [] }]);
    await build.seal();
    await build.catalogue(segmentsOf('s:late'));
    await using reader = await given.store.reader.open(runAt(1), callFor());
    expect([...reader.catalogue.keys()]).toEqual(['s:1']);
  });
});

test('a seal that was cut off after it had closed the run is done again by the next job', async () => {
  {
    await using build = await begun();
    await fillAll(build, [{ a: [] }]);
    const isSealed = ({ method, path, body }: Asked) =>
      method === 'PUT' && path.includes('-control/') && body.includes('"state":"sealed"');
    given.elasticsearch.answering((asked) => (isSealed(asked) ? { status: 403, body: {} } : 'forward'));
    await expect(build.seal()).rejects.toMatchObject({ code: 'DENIED' });
    given.elasticsearch.answering(() => 'forward');
  }
  await using build = await begun();
  expect(await build.seal()).toMatchObject({ members: 1, segments: 1, state: 'sealed' });
});

describe('a part of an index that does not answer', () => {
  test('makes no duplicates of replays: the lines are asked for again', async () => {
    await using build = await begun();
    {
      await using claim = await claimNext(build);
      await claim.write(linesOf(claim.part, texts), callFor());
    }
    const claim = await claimNext(build);
    const asked = answerFirst(isMget(`members-${runAt(1)}`), noneRead);
    const tally = await claim.write(linesOf(claim.part, texts), callFor());
    expect(tally).toMatchObject({ created: 0, replayed: 10, rejected: [] });
    expect(asked.count).toBe(2);
  });

  test('makes no finished part an unfinished one', async () => {
    {
      await using build = await begun();
      await fillAll(build, [{ a: [] }]);
    }
    await using build = await begun();
    const asked = answerFirst(isMget('control'), noneRead);
    expect(await build.outcomes()).toMatchObject({ parts: [{ state: 'finished' }] });
    expect(asked.count).toBe(2);
  });

  test('makes no generation vanish', async () => {
    await published(given.store, runAt(1), { a: [] });
    answerFirst(isMget('control'), noneRead);
    await expect(given.store.publisher.generations()).rejects.toMatchObject({ code: 'UNAVAILABLE', retryable: true });
    expect(await given.store.publisher.generations()).toHaveLength(1);
  });

  test.each(['_refresh', '_flush'])('seals nothing that is not whole: %s is tried again', async (step) => {
    const asked = answerFirst(
      ({ path }) => path.endsWith(step),
      () => ({ status: 200, body: { _shards: { total: 2, successful: 1, failed: 1 } } }),
    );
    expect(await sealed(given.store, runAt(1), { a: [] })).toMatchObject({ members: 1, state: 'sealed' });
    expect(asked.count).toBe(2);
  });

  test('leaves no half removed run unsaid: removing it again ends it', async () => {
    await sealed(given.store, runAt(1), { a: [] });
    const refused = { delete: { status: 503, ...unread } };
    answerFirst(
      ({ path }) => path === `/${given.place.prefix}-control/_bulk`,
      () => ({ status: 200, body: { errors: true, items: [refused] } }),
    );
    await expect(given.store.publisher.remove(runAt(1))).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      retryable: true,
    });
    await given.store.publisher.remove(runAt(1));
    await using build = await begun();
    expect(await claimNext(build)).toMatchObject({ attempted: false });
  });
});

describe('a walk through the members of a segment', () => {
  const walk = async (pages: (readonly string[])[]) => {
    const memberships = Object.fromEntries(Array.from({ length: 5_001 }, (_, index) => [`c${index}`, ['s:1']]));
    await sealed(given.store, runAt(1), memberships);
    await using reader = await given.store.reader.open(runAt(1), callFor());
    for await (const page of reader.membersOf(parseSegmentId('s:1'), callFor())) pages.push(page);
  };

  test.each([
    ['is away', { status: 503, body: { error: { type: 'search_phase_execution_exception' } } }, 'UNAVAILABLE'],
    ['has let go of it', { status: 404, body: { error: { type: 'search_context_missing_exception' } } }, 'NOT_FOUND'],
  ])('breaks, and is no shorter list, when the store %s on the way', async (_, answer, code) => {
    const seen: string[] = [];
    given.elasticsearch.answering(({ method, path }) => {
      if (path.includes('_pit')) seen.push(method);
      if (path.startsWith('/_search')) seen.push('search');
      return seen.filter((one) => one === 'search').length === 2 && path.startsWith('/_search') ? answer : 'forward';
    });
    const pages: (readonly string[])[] = [];
    await expect(walk(pages)).rejects.toMatchObject({ code });
    expect(pages.map(({ length }) => length)).toEqual([5_000]);
    expect(seen).toEqual(['POST', 'search', 'search', 'DELETE']);
  });

  test('asks for whole answers only', async () => {
    const queries: string[] = [];
    given.elasticsearch.answering(({ path }) => {
      if (path.startsWith('/_search')) queries.push(path);
      return 'forward';
    });
    const pages: (readonly string[])[] = [];
    await walk(pages);
    expect(pages.flat().length).toBe(5_001);
    expect(queries).toHaveLength(2);
    for (const query of queries) expect(query).toContain('allow_partial_search_results=false');
  });
});

test('no room for another index is said in the words of Elasticsearch', async () => {
  await given.store.publisher.live();
  const error = { type: 'validation_exception', reason: 'this cluster has 1000 maximum normal shards open' };
  answerFirst(
    ({ method, path }) => method === 'PUT' && path.includes('-catalogue-'),
    () => ({ status: 400, body: { error } }),
  );
  await using build = await given.store.writer.build(manifestOf(runAt(1)), callFor());
  await expect(build.catalogue(segmentsOf('s:1'))).rejects.toMatchObject({
    code: 'UNAVAILABLE',
    message: expect.stringContaining('maximum normal shards'),
  });
});
