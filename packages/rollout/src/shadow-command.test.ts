import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { gzipSync } from 'node:zlib';
import type { CommandEvent } from '@segment-store/cli/event';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { call, type Flags, scratch } from './commands.fixture.ts';
import { badShadows } from './shadow.bad-input.cases.ts';
import { shadowCommand } from './shadow-command.ts';

vi.setConfig({ testTimeout: 30_000 });

/** Customers `0`, `1`, …: what each place answers wrongly. `noisy` is wrong for one customer in ten. */
const wrong: Readonly<Record<string, (customer: number) => boolean>> = {
  a: () => false,
  b: () => false,
  good: () => false,
  bad: (customer) => customer % 1_000 === 7,
  noisy: (customer) => customer % 10 === 3,
};

const asked: string[] = [];
const server = createServer((message, response) => {
  const [, place = '', customer = ''] = /^\/(\w+)\/v1\/customers\/(\w+)\/segments$/.exec(message.url ?? '') ?? [];
  asked.push(`${message.headers.authorization} ${place}`);
  const segmentIds = wrong[place]?.(Number(customer)) ? ['wrong'] : ['right'];
  response.end(JSON.stringify({ customerId: customer, known: true, generation: 'g1', complete: true, segmentIds }));
});
let url = '';
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${Object(server.address()).port}`;
});
afterAll(() => server.close());

const END = '\n🐵🙈🙉\n';
/** Requests a millisecond apart, and an answer, which is none. */
const recording = (customers: number): string =>
  Array.from({ length: customers }, (_, customer) => recorded(customer)).join('') +
  `2 x 1 0\nHTTP/1.1 200 OK\r\n\r\n${END}`;
const recorded = (customer: number): string =>
  `1 ${customer} ${customer * 1_000_000} 0\nGET /v1/customers/${customer}/segments HTTP/1.1\r\nHost: live\r\nAuthorization: Bearer live\r\n\r\n${END}`;

const places = (candidate: string, controlA = 'a', controlB = 'b'): Flags => ({
  candidate: `${url}/${candidate}`,
  controlA: `${url}/${controlA}`,
  controlB: `${url}/${controlB}`,
});
const enough = { comparisons: '400', during: '400ms', timeout: '20s' };
const shadow = (flags: Flags) => call(shadowCommand, { flags });

test('a candidate that is wrong for one in a thousand is refused, and each of them is written down without the customer', async () => {
  await using folder = await scratch();
  await writeFile(folder.path('day.gor'), recording(1_010));
  const mismatches = folder.path('mismatches.ndjson');
  // All of them: with fewer it is refused at the first look after the first wrong answer, sooner on a slow machine.
  const flags = { ...places('bad'), ...enough, comparisons: '1010', file: folder.path('day.gor'), apiKey: 'key' };
  const { data, exitCode } = await shadow({ ...flags, mismatches, hashKey: 'secret' });
  expect(data).toMatchObject({ verdict: 'refused', comparisons: 1_010, candidate: 2, noise: 0 });
  expect(exitCode).toBe(4);
  const lines = (await readFile(mismatches, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(lines).toHaveLength(2);
  expect(lines[0]).toMatchObject({
    found: 'candidate',
    question: 'GET /v1/customers/{customerId}/segments',
    customer: expect.stringMatching(/^[\w-]{22}$/),
    generation: 'g1',
    status: { candidate: 200, controlA: 200, controlB: 200 },
    onlyCandidate: { count: 1, ids: ['wrong'] },
    onlyControlA: { count: 1, ids: ['right'] },
  });
  expect(new Set(asked)).toEqual(new Set(['Bearer key bad', 'Bearer key a', 'Bearer key b']));
});

test.each([
  ['A', ['good', 'noisy', 'b']],
  ['B', ['good', 'a', 'noisy']],
] as const)('a noisy control %s is not blamed on the candidate', async (_, [candidate, controlA, controlB]) => {
  await using folder = await scratch();
  await writeFile(folder.path('day.gor.gz'), gzipSync(recording(401)));
  const file = folder.path('day.gor.gz');
  const { data, exitCode } = await shadow({ ...places(candidate, controlA, controlB), ...enough, file });
  expect(data).toMatchObject({ verdict: 'passed', comparisons: 401 });
  expect(exitCode).toBe(0);
});

test('copies are taken on a port, thanked for at once, and what was found goes on in the next run', async () => {
  await using folder = await scratch();
  const flags = { ...places('good'), listen: '127.0.0.1:0', state: folder.path('state.json'), sample: '50%' };
  for (const round of [1, 2]) {
    const [stop, listening] = [new AbortController(), Promise.withResolvers<string>()];
    const onEvent = (event: CommandEvent) => {
      if (event.kind === 'note') listening.resolve(/http:\S+/.exec(event.text)?.[0] ?? '');
    };
    const called = call(shadowCommand, { flags, signal: stop.signal, onEvent });
    const mirror = await listening.promise;
    const answers = Array.from({ length: 40 }, (_, customer) => fetch(`${mirror}/v1/customers/${customer}/segments`));
    const others = ['/v1/segments', '/livez'].map((path) => fetch(mirror + path));
    expect(new Set((await Promise.all([...answers, ...others])).map(({ status }) => status))).toEqual(new Set([202]));
    stop.abort();
    const { data, exitCode } = await called;
    const { comparisons, skipped } = Object(data);
    expect([comparisons + skipped, exitCode]).toEqual([42 * round, 6]);
    expect(comparisons).toBeGreaterThan(5 * round);
    expect(JSON.parse(await readFile(flags.state, 'utf8'))).toMatchObject({ comparisons, skipped });
  }
});

test.each(badShadows)('$title is refused', async ({ flags, exitCode, names, files = {} }) => {
  await using folder = await scratch();
  for (const [name, text] of Object.entries(files)) await writeFile(folder.path(name), text);
  const given = Object.entries(flags).map(([name, value]) => [name, value.replace('$FOLDER/', folder.path('/'))]);
  const called = await shadow({ ...places('good'), ...Object.fromEntries(given) });
  for (const name of names) expect(called.message).toContain(name);
  expect(called.exitCode).toBe(exitCode);
});
