import { readFile } from 'node:fs/promises';
import { parseCustomerId } from '@segment-store/contract/id';
import { describe, expect, test } from 'vitest';
import { nothing, toOutcomes } from '../outcomes.ts';
import {
  callFor,
  claimNext,
  lineOf,
  linesOf,
  manifestOf,
  published,
  runAt,
  sealed,
  segmentsOf,
} from '../store.fixture.ts';
import type { Build, Tally } from '../store.ts';
import { interposedPlaces } from './interposed-place.fixture.ts';
import type { Answering, Asked } from './interposer.fixture.ts';

const given = interposedPlaces({ patienceMs: 20_000 });

const isMemberBulk = ({ path }: Asked) => /-build-[^/.]+\/_bulk/.test(path);
const texts = Array.from({ length: 10 }, (_, index) => lineOf(`c${index}`, ['s:1']));

/** Answers the first member bulks one after the other with `answers`, everything else truthfully. */
function answerBulks(...answers: Answering[]): void {
  given.elasticsearch.answering((asked) => (isMemberBulk(asked) ? (answers.shift() ?? 'forward') : 'forward'));
}

/** Loads ten customers in one part, seals, and tells what the write said. */
async function load(lines: readonly string[] = texts): Promise<{ tally: Tally; members: number }> {
  await using build = await given.store.writer.build(manifestOf(runAt(1)), callFor(60_000));
  await build.catalogue(segmentsOf('s:1'));
  const tally = await write(build, lines);
  const { members } = await build.seal();
  return { tally, members };
}

async function write(build: Build, lines: readonly string[]): Promise<Tally> {
  await using claim = await claimNext(build);
  const tally = await claim.write(linesOf(claim.part, lines), callFor(60_000));
  await claim.finish(toOutcomes(tally));
  return tally;
}

describe('a bulk', () => {
  test('whose acknowledgement is lost is sent again, and each line counted once', async () => {
    answerBulks('lose');
    const { tally, members } = await load([...texts, lineOf('c3', ['s:1']), lineOf('c4', ['s:2'])]);
    expect(tally).toMatchObject({ created: 0, replayed: 10, memberships: 10 });
    expect(tally.rejected.map(({ reason }) => reason)).toEqual(['duplicate-customer', 'duplicate-customer']);
    expect(members).toBe(10);
  });

  test.each([429, 502, 503])('answered %i is sent again', async (status) => {
    answerBulks({ status, body: {} }, { status, body: {} });
    expect(await load()).toMatchObject({ tally: { created: 10, replayed: 0, rejected: [] }, members: 10 });
  });

  test('of which some items are refused as too many sends only those again', async () => {
    const bodies: string[] = [];
    given.elasticsearch.answering((asked) => {
      if (!isMemberBulk(asked)) return 'forward';
      bodies.push(asked.body);
      if (bodies.length > 1) return 'forward';
      const items = texts.map(() => ({ create: { status: 429, error: { type: 'es_rejected_execution_exception' } } }));
      return {
        status: 200,
        body: { errors: true, items: [{ create: { status: 400, error: { type: 'x' } } }, ...items.slice(1)] },
      };
    });
    const { tally, members } = await load();
    expect(tally).toMatchObject({ created: 9, rejected: [{ offset: 0, reason: 'store', status: 400, type: 'x' }] });
    expect([members, bodies.map((body) => body.split('\n').length >> 1)]).toEqual([9, [10, 9]]);
  });

  test.each([
    [413, 'too-large'],
    [400, 'store'],
  ])('refused whole as %i is halved until the line is found', async (status, reason) => {
    given.elasticsearch.answering((asked) =>
      isMemberBulk(asked) && asked.body.includes('"c7"') ? { status, body: {} } : 'forward',
    );
    const { tally, members } = await load();
    expect(tally).toMatchObject({ created: 9, replayed: 0, rejected: [{ reason, status }] });
    expect([members, tally.rejected[0]?.offset]).toEqual([
      9,
      linesOf({ key: '', bytes: 0, rows: 0 }, texts).offsets[7],
    ]);
  });

  test('to a full disk ends the load at once and names the remedy', async () => {
    const full = { create: { status: 429, error: { type: 'cluster_block_exception' } } };
    answerBulks({ status: 200, body: { errors: true, items: texts.map(() => full) } });
    await expect(load()).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: expect.stringContaining('free disk space'),
    });
  });

  test('with wrong credentials ends the load at once', async () => {
    answerBulks({ status: 403, body: { error: { type: 'security_exception' } } });
    await expect(load()).rejects.toMatchObject({ code: 'DENIED', message: expect.stringContaining('credentials') });
  });

  test('never quotes a customer', async () => {
    answerBulks({ status: 418, body: { error: { type: 'teapot', reason: 'c1 is a customer' } } });
    const error: unknown = await load().catch((reason) => reason);
    expect(error).toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('teapot') });
    expect(String(error)).not.toContain('c1 is a customer');
  });
});

describe('a connection that ends just as it is used', () => {
  /** Hangs up on the first request that `matches`; the paths of all that do. */
  function hangUpOn(matches: (asked: Asked) => boolean): readonly string[] {
    const paths: string[] = [];
    given.elasticsearch.answering((asked) => {
      if (!matches(asked)) return 'forward';
      paths.push(asked.path);
      return paths.length === 1 ? 'hang up' : 'forward';
    });
    return paths;
  }

  test('is nothing to whoever reads', async () => {
    await published(given.store, runAt(1), { a: ['s:1'], b: [] });
    const gets = hangUpOn(({ method }) => method === 'GET');
    expect(await given.store.publisher.live()).toMatchObject({ epoch: 1 });
    expect(gets[1]).toBe(gets[0]);
    const many = hangUpOn(({ path }) => path.endsWith('/_mget'));
    await using reader = await given.store.reader.open(runAt(1), callFor());
    const found = { status: 'fulfilled' };
    expect(await reader.read(['a', 'b'].map(parseCustomerId), callFor())).toMatchObject([found, found]);
    expect(many.length).toBe(2);
  });

  test('is told to whoever writes: it may have been done', async () => {
    await sealed(given.store, runAt(1), { a: [] });
    const moves = hangUpOn(({ path }) => path === '/_aliases');
    await expect(given.store.publisher.publish(runAt(1), 0, [])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(moves.length).toBe(1);
  });
});

describe('a publish', () => {
  test('whose acknowledgement is lost has happened, and says so', async () => {
    await sealed(given.store, runAt(1), { a: [] });
    given.elasticsearch.answering(({ path }) => (path === '/_aliases' ? 'lose' : 'forward'));
    expect(await given.store.publisher.publish(runAt(1), 0, [])).toMatchObject({
      epoch: 1,
      generation: { state: 'live' },
    });
  });

  test('that died after the aliases moved is finished by readers and by the next publisher', async () => {
    await published(given.store, runAt(1), { a: ['g:1'] });
    await sealed(given.store, runAt(2), { a: ['g:2'] });
    let moved = false;
    given.elasticsearch.answering(({ method, path }) => {
      const dead = moved && method === 'PUT' && path.includes('-control/');
      moved ||= path === '/_aliases';
      return dead ? { status: 503, body: {} } : 'forward';
    });
    await given.store.publisher.publish(runAt(2), 1, []);
    given.elasticsearch.answering(() => 'forward');
    const states = async () => (await given.store.publisher.generations()).map(({ state }) => state);
    expect(await states()).toEqual(['retired', 'live']);
    await published(given.store, runAt(3), { a: ['g:3'] });
    expect(await states()).toEqual(['retired', 'retired', 'live']);
    expect(await given.store.publisher.rollBack(3)).toMatchObject({ generation: { run: runAt(2) } });
  });
});

describe('a reader', () => {
  test('fails a read that is not answered within 5 s, and reads on afterwards', async () => {
    await published(given.store, runAt(1), { a: ['s:1'], b: [] });
    await using reader = await given.store.reader.open(runAt(1), callFor());
    const ids = ['a', 'b'].map(parseCustomerId);
    given.elasticsearch.answering(() => 'silence');
    const [one, many] = await Promise.allSettled([
      reader.read(ids.slice(0, 1), callFor()),
      reader.read(ids, callFor()),
    ]);
    const silent = {
      status: 'rejected',
      reason: { code: 'UNAVAILABLE', fault: true, message: expect.stringContaining('5000 ms') },
    };
    expect([one, many]).toMatchObject([silent, silent]);
    given.elasticsearch.answering(() => 'forward');
    expect(await reader.read(ids, callFor())).toMatchObject([
      { value: { segmentIds: ['s:1'] } },
      { value: { segmentIds: [] } },
    ]);
  });

  test('fails only the customers whose part of the index did not answer', async () => {
    await published(given.store, runAt(1), { a: ['s:1'], b: [] });
    await using reader = await given.store.reader.open(runAt(1), callFor());
    const broken = { _id: 'b', error: { type: 'no_shard_available_action_exception' } };
    const found = { _id: 'a', found: true, _source: { customer_id: 'a', segment_ids: ['s:1'] } };
    given.elasticsearch.answering(() => ({ status: 200, body: { docs: [found, broken] } }));
    const settled = await reader.read(['a', 'b'].map(parseCustomerId), callFor());
    expect(settled).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: { code: 'UNAVAILABLE' } }]);
    given.elasticsearch.answering(() => ({ status: 200, body: { docs: [broken, broken] } }));
    await expect(reader.read(['a', 'b'].map(parseCustomerId), callFor())).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });

  test('survives an outage silently and hears of what was published meanwhile', async () => {
    const stop = new AbortController();
    await using listening = given.place.open({ pollMs: 5 });
    const heard: number[] = [];
    let refused = 0;
    for await (const { epoch } of listening.reader.live({
      signal: stop.signal,
      deadlineAt: Number.POSITIVE_INFINITY,
    })) {
      heard.push(epoch);
      if (epoch === 1) stop.abort();
      else {
        await published(given.store, runAt(1), {});
        given.elasticsearch.answering(() => (refused++ < 3 ? { status: 503, body: {} } : 'forward'));
      }
    }
    expect([heard, refused > 3]).toEqual([[0, 1], true]);
  });
});

describe('in Elasticsearch', () => {
  test('the document is the canonical line, found through the alias, and its segments can be searched', async () => {
    await published(given.store, runAt(1), { 'a"b': ['s:1', 's:2'], c: ['s:2'] });
    const { prefix, ask } = given.place;
    const [index, alias] = [`${prefix}-members-${runAt(1)}`, `${prefix}-members`];
    expect(await ask('GET', `/${index}/_source/a%22b`)).toEqual({ customer_id: 'a"b', segment_ids: ['s:1', 's:2'] });
    const query = { query: { term: { segment_ids: 's:2' } } };
    expect(await ask('POST', `/${alias}/_count`, query)).toMatchObject({ count: 2 });
    const strange = { customer_id: 'd', segment_ids: [], more: 1 };
    expect(await ask('PUT', `/${index}/_doc/d`, strange)).toMatchObject({
      error: { type: 'strict_dynamic_mapping_exception' },
    });
  });

  test('the members index says what it holds and what the gates found', async () => {
    await sealed(given.store, runAt(1), { a: ['s:1'] });
    const verdict = { gate: 'counts', figure: '1', limit: '= 1', passed: true };
    await given.store.publisher.publish(runAt(1), 0, [verdict]);
    const index = `${given.place.prefix}-members-${runAt(1)}`;
    const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
    const tool = { name: 'segment-store', version };
    const gates = [{ gate: 'counts', figure: '1', limit: '= 1', verdict: 'passed' }];
    const facts = {
      tool,
      run: runAt(1),
      manifest_hash: `hash of ${runAt(1)}`,
      members: 1,
      memberships: 1,
      segments: 1,
    };
    const outcomes = { created: 1, replayed: 0, skipped: 0, memberships: 1, rejected: {} };
    expect(await given.place.ask('GET', `/${index}/_mapping`)).toMatchObject({
      [index]: { mappings: { _meta: { schema: 'segment-store/generation/1', ...facts, outcomes, gates } } },
    });
  });

  test('nothing can be written to a sealed run any more', async () => {
    await using build = await given.store.writer.build(manifestOf(runAt(1)), callFor());
    await build.catalogue(segmentsOf());
    const claim = await claimNext(build);
    await claim.finish(nothing);
    await build.seal();
    const late = claim.write(linesOf(claim.part, [lineOf('late', [])]), callFor());
    await expect(late).rejects.toMatchObject({ code: 'CONFLICT', message: expect.stringContaining('sealed') });
  });

  test('an index that no record knows is not taken for a build', async () => {
    await given.place.ask('PUT', `/${given.place.prefix}-members-${runAt(1)}`);
    await expect(given.store.writer.build(manifestOf(runAt(1)), callFor())).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining(`${given.place.prefix}-members-${runAt(1)}`),
    });
  });
});
