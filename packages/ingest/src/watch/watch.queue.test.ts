/** Messages as they come, through a real queue. */
import type { CommandEvent } from '@segment-store/cli/event';
import { Failure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import { expect, test, vi } from 'vitest';
import { servers } from '../../../../test/support/servers.ts';
import { eventBridge, foreign, notices, s3Event, sns } from './notice.cases.ts';
import { createQueue, createQueueWithRedrive, messages, send } from './queue.fixture.ts';
import { openSqs } from './sqs.ts';
import { type Loaded, watch } from './watch.ts';

vi.stubEnv('AWS_ACCESS_KEY_ID', 'anything').stubEnv('AWS_SECRET_ACCESS_KEY', 'anything');

/** Watches a queue; `load` answers for each run folder. */
function watching(url: string, load: (folder: string, call: Call) => Promise<Loaded>, hiddenMs = 1_000) {
  const stop = new AbortController();
  const [said, loaded]: [CommandEvent[], string[]] = [[], []];
  const call: Call = { signal: stop.signal, deadlineAt: Number.POSITIVE_INFINITY };
  const queue = openSqs(url);
  let renewals = 0;
  const watched = watch(
    {
      queue: {
        ...queue,
        hide(...args) {
          renewals++;
          return queue.hide(...args);
        },
      },
      hiddenMs,
      time: systemTime,
      say: (event) => said.push(event),
      load(folder, loadCall) {
        loaded.push(folder);
        return load(folder, loadCall);
      },
    },
    call,
  );
  watched.catch(() => 'awaited by the test');
  const texts = () => said.flatMap((event) => ('text' in event ? [event.text] : []));
  /** What was said of one run. */
  const runs = (folder: string) =>
    said.flatMap((event) => {
      if (event.kind !== 'item' || event.name !== folder) return [];
      const { kind, item, name, ...rest } = event;
      return [rest];
    });
  return { stop: () => stop.abort(new Error('SIGTERM')), watched, loaded, texts, runs, renewals: () => renewals };
}

const until = (condition: () => unknown) =>
  vi.waitFor(async () => expect(await condition()).toBe(true), { timeout: 30_000, interval: 50 });

const published = async (): Promise<Loaded> => 'published';

test('every manifest is loaded once; what is none is removed', async () => {
  const url = await createQueue();
  const known = notices.filter(({ body }) => body !== '');
  for (const { body } of known) await send(url, body);
  const { watched, loaded, stop } = watching(url, published);
  await until(async () => (await messages(url)).every((count) => count === 0));
  stop();
  const expected = known.flatMap(({ notice }) => (notice.kind === 'runs' ? notice.folders : []));
  expect(loaded.sort()).toEqual(expected.sort());
  expect(await watched).toEqual({ published: expected.length, nothingToDo: 0, failed: 0 });
});

test('what is foreign is told and left to the redrive policy', async () => {
  const { url, aside } = await createQueueWithRedrive();
  const bodies = foreign.filter(({ body }) => body !== '');
  for (const { body } of bodies) await send(url, body);
  const { watched, loaded, texts, stop } = watching(url, published);
  await until(async () => (await messages(aside))[0] === bodies.length);
  stop();
  expect(loaded).toEqual([]);
  for (const { why } of bodies) expect(texts().join('\n')).toContain(why);
  expect(await watched).toEqual({ published: 0, nothingToDo: 0, failed: 0 });
});

test('a run that is not loaded comes back, and is put aside when it does too often', async () => {
  const { url, aside } = await createQueueWithRedrive();
  await send(url, sns(s3Event('lake', 'bad/manifest.json')));
  await send(url, eventBridge('lake', 'good/manifest.json'));
  const { watched, loaded, runs, stop } = watching(url, async (folder) => {
    if (folder === 's3://lake/bad') throw new Failure('REFUSED', 'not published, refused by a gate');
    return 'published';
  });
  await until(async () => (await messages(aside))[0] === 1);
  stop();
  expect(loaded.sort()).toEqual(['s3://lake/bad', 's3://lake/bad', 's3://lake/good']);
  const failure = { code: 'REFUSED', text: 'not published, refused by a gate; its message comes back' };
  expect(runs('s3://lake/bad')).toEqual([
    { state: 'begun' },
    { state: 'failed', failure },
    { state: 'begun' },
    { state: 'failed', failure },
  ]);
  expect(runs('s3://lake/good')).toEqual([{ state: 'begun' }, { state: 'finished' }]);
  expect(await watched).toEqual({ published: 1, nothingToDo: 0, failed: 2 });
});

test('a queue without a redrive policy is told at once', async () => {
  const { texts, stop, watched } = watching(await createQueue(), published);
  await until(() => texts().length > 0);
  expect(texts()[0]).toContain('has no redrive policy');
  stop();
  await watched;
});

test('while a run is loaded, its message is hidden from a second process, longer than it would be by itself', async () => {
  const url = await createQueue();
  await send(url, s3Event('lake', 'long/manifest.json'));
  const loading = Promise.withResolvers<Loaded>();
  const first = watching(url, () => loading.promise);
  await until(() => first.loaded.length === 1);
  const second = watching(url, published);
  await until(() => first.renewals() === 9); // every third of a second: by itself it would have come back three times
  expect(second.loaded).toEqual([]);
  loading.resolve('published');
  await until(async () => (await messages(url)).every((count) => count === 0));
  for (const one of [first, second]) one.stop();
  expect(await second.watched).toMatchObject({ published: 0 });
});

test('a message twice, to two processes: each run is loaded or nothing to do', async () => {
  const url = await createQueue();
  for (let copy = 0; copy < 4; copy++) await send(url, s3Event('lake', 'run/manifest.json'));
  const done = new Set<string>();
  const load = async (folder: string): Promise<Loaded> => {
    const loaded = done.has(folder) ? 'nothing to do' : 'published';
    done.add(folder);
    return loaded;
  };
  const both = [watching(url, load), watching(url, load)];
  await until(async () => (await messages(url)).every((count) => count === 0));
  for (const one of both) one.stop();
  const counts = await Promise.all(both.map(({ watched }) => watched));
  expect(counts.reduce((sum, one) => sum + one.published, 0)).toBe(1);
  expect(counts.reduce((sum, one) => sum + one.nothingToDo, 0)).toBe(3);
});

test('a signal while nothing is loaded ends well; during a load the message is given back at once', async () => {
  const url = await createQueue();
  await send(url, s3Event('lake', 'run/manifest.json'));
  const first = watching(
    url,
    (_, { signal }) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason));
      }),
    600_000,
  );
  await until(() => first.loaded.length === 1);
  expect(await messages(url)).toEqual([0, 1]);
  first.stop();
  await expect(first.watched).rejects.toThrow('SIGTERM');
  expect(await messages(url)).toEqual([1, 0]);
  const second = watching(url, published);
  await until(async () => (await messages(url)).every((count) => count === 0));
  second.stop();
  expect(await second.watched).toEqual({ published: 1, nothingToDo: 0, failed: 0 });
});

test('a queue that does not exist ends the watch', async () => {
  const url = `${servers().sqs}/000000000000/nowhere`;
  await expect(watching(url, published).watched).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: expect.stringContaining(url),
  });
});

test.each(['', 'lake', 'https://sqs.eu-west-1.amazonaws.com/', 'arn:aws:sqs:eu-west-1:1:runs', 'ftp://x/1/runs'])(
  '"%s" is no URL of a queue',
  (url) => {
    expect(() => openSqs(url)).toThrow('expected https://sqs.');
  },
);
