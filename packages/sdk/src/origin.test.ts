import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { drivenServer, serving, servingWhile } from './driven-server.ts';
import { createSegmentClient } from './index.ts';
import { joinOrigin } from './origin.ts';
import { VERSION } from './version.ts';

const join = (origin: string, apiKey?: string, basePath = '') => joinOrigin({ origin, basePath, apiKey });

test('clients of one origin and credential share their guards, others do not', async () => {
  const [one, same, otherKey, otherOrigin] = [
    join('http://a.test', 'k1'),
    join('http://a.test', 'k1'),
    join('http://a.test', 'k2'),
    join('http://b.test', 'k1'),
  ];
  expect(same.state).toBe(one.state);
  expect(otherKey.state).not.toBe(one.state);
  expect(otherOrigin.state).not.toBe(one.state);
  await Promise.all([one, same, otherKey, otherOrigin].map(({ leave }) => leave()));
});

test('services at different paths of one origin share the guards, not the epochs', async () => {
  const [one, same, other] = ['/eu', '/eu', '/us'].map((path) => join('http://a.test', 'k1', path));
  expect(other?.state).toBe(one?.state);
  expect(same?.epochs).toBe(one?.epochs);
  expect(other?.epochs).not.toBe(one?.epochs);
  await Promise.all([one, same, other].map((joined) => joined?.leave()));
});

test('a roll back of one service leaves the answers of another at the same origin', async () => {
  await using server = await drivenServer((asked, response) => {
    const epoch = asked.path.startsWith('/eu') ? '7' : '1';
    serving(() => ({}), { headers: { 'segment-epoch': epoch, 'segment-epoch-floor': epoch } })(asked, response);
  });
  const options = { deadlineMs: 30_000, attemptTimeoutMs: 30_000, flightTimeoutMs: 30_000 };
  await using us = createSegmentClient({ baseUrl: `${server.url}/us`, ...options });
  await using eu = createSegmentClient({ baseUrl: `${server.url}/eu`, ...options });
  expect(await us.lookup('c1')).toMatchObject({ ok: true });
  expect(await eu.lookup('c1')).toMatchObject({ ok: true });
  expect(us.peek('c1')).toMatchObject({ ok: true });
  expect(await us.lookup('c2')).toMatchObject({ ok: true });
});

test('the last client to leave takes the state along; leaving twice counts once', async () => {
  const [first, second] = [join('http://a.test'), join('http://a.test')];
  await first.leave();
  await first.leave();
  const third = join('http://a.test');
  expect(third.state).toBe(second.state);
  await second.leave();
  await third.leave();
  const later = join('http://a.test');
  expect(later.state).not.toBe(third.state);
  await later.leave();
});

test('a breaker opened through one client holds for the others; closing one leaves the others connected', async () => {
  let broken = false;
  await using server = await drivenServer(servingWhile(() => !broken));
  const options = { baseUrl: server.url, deadlineMs: 30_000, attemptTimeoutMs: 30_000, flightTimeoutMs: 30_000 };
  const [first, second] = [createSegmentClient(options), createSegmentClient(options)];
  await first.lookup('c1');
  await first.close();
  expect(await second.lookup('c1')).toMatchObject({ ok: true });
  broken = true;
  const third = createSegmentClient(options);
  for (let call = 0; call < 25; call += 1) await second.lookup(`x${call}`);
  expect(await third.lookup('c9')).toMatchObject({ error: { code: 'CIRCUIT_OPEN' } });
  await Promise.all([second.close(), third.close()]);
});

const run = async (script: string): Promise<string> => {
  const args = ['--unhandled-rejections=strict', '--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: import.meta.dirname });
  return stdout;
};

test('the global fetch of the application keeps its dispatcher', async () => {
  await using server = await drivenServer(serving());
  const printed = await run(`
    import { createSegmentClient } from './index.ts';
    const [current, legacy] = [Symbol.for('undici.globalDispatcher.2'), Symbol.for('undici.globalDispatcher.1')];
    const mine = { dispatch() {} };
    globalThis[legacy] = mine;
    const client = createSegmentClient({ baseUrl: '${server.url}', deadlineMs: 10_000, attemptTimeoutMs: 10_000, flightTimeoutMs: 10_000 });
    const { servedFrom } = await client.lookup('c1');
    console.log(servedFrom, globalThis[legacy] === mine, globalThis[current]);
  `);
  expect(printed).toBe('server true undefined\n');
});

test('a script that awaits reads ends by itself, with the service gone too, and without close', async () => {
  await using server = await drivenServer(serving());
  const printed = await run(`
    import { createSegmentClient } from './index.ts';
    const options = { deadlineMs: 10_000, attemptTimeoutMs: 10_000, flightTimeoutMs: 10_000 };
    const there = await createSegmentClient({ baseUrl: '${server.url}', ...options }).lookup('c1');
    const gone = await createSegmentClient({ baseUrl: 'http://127.0.0.1:1', ...options }).lookup('c1');
    console.log(there.servedFrom, gone.error.code, gone.error.attempts);
  `);
  expect(printed).toBe('server NETWORK 2\n');
});

test('more than 10 clients at a time are warned of, once in a process', async () => {
  const printed = await run(`
    import { createSegmentClient } from './index.ts';
    process.on('warning', ({ code, message }) => console.log(code, message));
    const open = () => createSegmentClient({ baseUrl: 'http://a.test', apiKey: () => 'k' });
    for (let one = 0; one < 20; one += 1) await open().close();
    const clients = Array.from({ length: 10 }, open);
    await new Promise(setImmediate);
    console.log('10 are open');
    for (let one = 0; one < 3; one += 1) clients.push(open());
    for (let one = 0; one < 5; one += 1) await clients.pop().close();
    for (let one = 0; one < 5; one += 1) clients.push(open());
  `);
  const advice = '11 segment clients are open; share one';
  expect(printed).toBe(`10 are open\nSEGMENT_STORE_CLIENTS ${advice}\n`);
});

test('importing the package starts nothing', async () => {
  const printed = await run(`
    const before = Object.getOwnPropertySymbols(globalThis).length;
    await import('./index.ts');
    console.log(Object.getOwnPropertySymbols(globalThis).length - before, process.getActiveResourcesInfo());
  `);
  expect(printed).toBe('0 []\n');
});

test('the version sent is the version published', () => {
  expect(VERSION).toBe(JSON.parse(readFileSync(`${import.meta.dirname}/../package.json`, 'utf8')).version);
});
