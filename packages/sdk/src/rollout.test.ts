import { manualTime } from '@segment-store/resilience/manual-time';
import { expect, test, vi } from 'vitest';
import { drivenServer, GENERATION, problem, reply, serving } from './driven-server.ts';
import { createSegmentClient } from './index.ts';
import { BAD_ROLLOUT_OPTIONS, BAD_RULES, BAD_SERVER_RULES } from './rollout/bad-input.cases.ts';
import { createFeed } from './rollout/feed.ts';
import { checkRules } from './rollout/rules.ts';
import { createRollout, type Exposure, type RolloutOptions, serverRules } from './rollout.ts';

const rules = {
  version: 'v1',
  gates: {
    everywhere: { stages: [{ percent: 100 }] },
    lyon: { stages: [{ cities: ['Lyon'], countries: ['France'], percent: 100 }] },
  },
  experiments: {
    mail: { segment: 'recurrent:store:17', variants: [{ name: 'on', weight: 1 }] },
    held: { segment: 'recurrent:store:17', holdOut: 100, variants: [{ name: 'on', weight: 1 }] },
    nobody: { segment: 'recurrent:store:17', percent: 0, variants: [{ name: 'on', weight: 1 }] },
    others: { segment: 'vip', variants: [{ name: 'on', weight: 1 }] },
  },
};

async function rolledOut(options: Partial<RolloutOptions> = {}, handle = serving()) {
  const server = await drivenServer(handle);
  const client = createSegmentClient({
    baseUrl: server.url,
    deadlineMs: 10_000,
    attemptTimeoutMs: 10_000,
    flightTimeoutMs: 10_000,
  });
  const exposures: Exposure[] = [];
  const rollout = createRollout({ client, rules, onExposure: (exposure) => exposures.push(exposure), ...options });
  return {
    server,
    rollout,
    exposures,
    async [Symbol.asyncDispose]() {
      rollout.close();
      await client.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

test('a gate is open by place, and closed where the place is not known or the gate does not exist', async () => {
  await using rolled = await rolledOut();
  const { isOpen } = rolled.rollout;
  expect(isOpen('lyon', 'c1', { city: 'Lyon', country: 'France' })).toBe(true);
  expect(isOpen('lyon', 'c1', { city: 'Lyon' })).toBe(false);
  expect(isOpen('lyon', 'c1', { city: 'Paris', country: 'France' })).toBe(false);
  expect(isOpen('everywhere', 'c1')).toBe(true);
  expect(isOpen('__proto__', 'c1')).toBe(false);
  expect(rolled.server.requests).toEqual([]);
});

test.each([undefined, null, 42, '', {}, Symbol('c1')])('customer %o is in no gate and no experiment', async (id) => {
  await using rolled = await rolledOut();
  expect(Reflect.apply(rolled.rollout.isOpen, undefined, ['everywhere', id])).toBe(false);
  expect(await Reflect.apply(rolled.rollout.assign, undefined, ['mail', id])).toMatchObject({ reason: 'invalid-id' });
});

test('a place that cannot be read is not known', async () => {
  await using rolled = await rolledOut();
  const hostile = new Proxy(
    {},
    {
      get: () => {
        throw new Error('hostile');
      },
    },
  );
  expect(rolled.rollout.isOpen('lyon', 'c1', hostile)).toBe(false);
  expect(Reflect.apply(rolled.rollout.isOpen, undefined, ['everywhere', 'c1', null])).toBe(true);
});

test('members take part, are told of without their id, held out ones too', async () => {
  await using rolled = await rolledOut();
  const [treated, held] = [
    await rolled.rollout.assign('mail', 'customer-1'),
    await rolled.rollout.assign('held', 'customer-1'),
  ];
  const exposureId = expect.stringMatching(/^[\w-]{22}$/);
  expect(treated).toEqual({ takesPart: true, variant: 'on', heldOut: undefined, exposureId });
  expect(held).toEqual({ takesPart: true, variant: undefined, heldOut: 'here', exposureId });
  const facts = { segment: 'recurrent:store:17', rulesVersion: 'v1', generation: GENERATION, exposureId };
  expect(rolled.exposures).toEqual([
    { experiment: 'mail', variant: 'on', heldOut: undefined, ...facts },
    { experiment: 'held', variant: undefined, heldOut: 'here', ...facts },
  ]);
  expect(treated).toMatchObject({ exposureId: rolled.exposures[0]?.exposureId });
  expect(rolled.exposures[0]?.exposureId).not.toBe(rolled.exposures[1]?.exposureId);
  expect(JSON.stringify(rolled.exposures)).not.toContain('customer-1');
});

test('who does not take part is told why, and told of to nobody', async () => {
  await using rolled = await rolledOut();
  const reasons = await Promise.all(['others', 'nobody', 'no such'].map((name) => rolled.rollout.assign(name, 'c1')));
  expect(reasons).toMatchObject([
    { reason: 'not-a-member' },
    { reason: 'outside-percent' },
    { reason: 'no-such-experiment' },
  ]);
  expect(rolled.exposures).toEqual([]);
  expect(rolled.server.requests).toHaveLength(1); // only the first had to ask
});

test('a membership that cannot be found out is no part, whatever the fallback says', async () => {
  await using rolled = await rolledOut({}, (_, response) => reply(response, problem('internal', 500), { status: 500 }));
  expect(await rolled.rollout.assign('mail', 'c1', { fallback: ['recurrent:store:17'] })).toMatchObject({
    takesPart: false,
    reason: 'fallback',
  });
  expect(rolled.exposures).toEqual([]);
});

test.each([
  [
    'throws',
    () => {
      throw new Error('hostile');
    },
  ],
  ['rejects', () => Promise.reject(new Error('hostile'))],
])('a callback that %s changes no answer, and is left alone after three times', async (_, onExposure) => {
  const called = vi.fn(onExposure);
  await using rolled = await rolledOut({ onExposure: called });
  for (let round = 0; round < 10; round += 1) {
    expect(await rolled.rollout.assign('mail', 'c1')).toMatchObject({ takesPart: true });
    await vi.waitFor(() => expect(rolled.rollout.status().exposures.failed).toBe(Math.min(round + 1, 3)));
  }
  expect(called).toHaveBeenCalledTimes(3);
});

test('a callback that never settles is not waited for', async () => {
  await using rolled = await rolledOut({ onExposure: () => new Promise(() => {}) });
  expect(await rolled.rollout.assign('mail', 'c1')).toMatchObject({ takesPart: true });
});

test('rules are loaded; until then everything is closed', async () => {
  const loading = Promise.withResolvers<unknown>();
  await using rolled = await rolledOut({ rules: () => loading.promise });
  expect(rolled.rollout.isOpen('everywhere', 'c1')).toBe(false);
  expect(await rolled.rollout.assign('mail', 'c1')).toMatchObject({ reason: 'no-such-experiment' });
  expect(await rolled.rollout.ready({ timeoutMs: 1 })).toBe(false);
  loading.resolve(rules);
  expect(await rolled.rollout.ready()).toBe(true);
  expect(rolled.rollout.isOpen('everywhere', 'c1')).toBe(true);
});

test('rules are asked for again; what fails, hangs or is bad leaves those that count', async () => {
  const time = manualTime();
  const answers = [
    () => rules,
    () => {
      throw new Error('away');
    },
    () => ({ version: 7 }),
    () => new Promise(() => {}),
    () => ({ ...rules, version: 'v2' }),
  ];
  const source = () => answers.shift()?.();
  const feed = createFeed(source, { refreshMs: 60_000, time, random: () => 0.5 });
  await time.advance(0);
  expect(feed.status()).toEqual({ version: 'v1', loads: 1, failures: 0, problem: undefined });
  await time.advance(60_000);
  expect(feed.status()).toEqual({ version: 'v1', loads: 1, failures: 1, problem: 'away' });
  await time.advance(60_000);
  expect(feed.status()).toMatchObject({
    version: 'v1',
    failures: 2,
    problem: expect.stringContaining('rules.version is 7'),
  });
  await time.advance(70_000);
  expect(feed.status()).toMatchObject({ version: 'v1', failures: 3 });
  await time.advance(60_000);
  expect(feed.status()).toMatchObject({ version: 'v2', loads: 2, problem: undefined });
  feed.stop();
  expect(time.pending()).toBe(0);
});

test.each(BAD_RULES)('rules are refused naming $names', ({ rules: bad, names }) => {
  for (const name of names) expect(() => checkRules(bad)).toThrow(name);
});

test.each(BAD_ROLLOUT_OPTIONS)('$error.name naming $names', ({ options, error, names }) => {
  const create = () => Reflect.apply(createRollout, undefined, [options]);
  expect(create).toThrow(error);
  for (const name of names) expect(create).toThrow(name);
});

test.each(BAD_SERVER_RULES)('serverRules: $error.name naming $names', ({ options, error, names }) => {
  const create = () => Reflect.apply(serverRules, undefined, [options]);
  expect(create).toThrow(error);
  for (const name of names) expect(create).toThrow(name);
});

test('rules of the service are asked for with the key, and once held only whether they have changed', async () => {
  const answers = [
    [200, rules, { etag: '"a"' }],
    [304, '', {}],
    [503, problem('store-unavailable', 503), {}],
    [401, problem('unauthorized', 401), {}],
    [200, { ...rules, version: 'v2' }, { etag: '"b"' }],
  ] as const;
  let at = 0;
  await using server = await drivenServer((_, response) => {
    const [status, body, headers] = answers[at] ?? answers[0];
    at += 1;
    reply(response, body, { status, headers });
  });
  const keys = ['k1', 'k2'];
  const ask = serverRules({ baseUrl: `${server.url}/base`, apiKey: () => keys.shift() ?? 'k3' });
  expect(await ask()).toEqual(rules);
  expect(await ask()).toEqual(rules);
  await expect(ask()).rejects.toThrow('answered 503');
  await expect(ask()).rejects.toThrow('answered 401');
  expect(await ask()).toMatchObject({ version: 'v2' });
  const sent = server.requests.map(({ path, headers }) => [path, headers.authorization, headers['if-none-match']]);
  const path = '/base/v1/rollout-rules';
  expect(sent).toEqual([
    [path, 'Bearer k1', undefined],
    [path, 'Bearer k1', '"a"'],
    [path, 'Bearer k1', '"a"'],
    [path, 'Bearer k1', '"a"'],
    [path, 'Bearer k2', '"a"'],
  ]);
});
