import { systemTime } from '@segment-store/resilience/time';
import { type Postgres, startPostgres } from '@segment-store/services/postgres';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { type Admission, scopes } from '../admission/admission.ts';
import { createConformance } from '../conformance.ts';
import { createChangeLog } from '../database/change-log.ts';
import type { Database } from '../database/database.ts';
import { openDatabase } from '../database/open.ts';
import { readDocument } from '../document.ts';
import { permitFor } from '../fixture/admission.ts';
import { createFixture, type Fixture } from '../fixture/app.ts';
import { loadedRun, RUN } from '../fixture/store.ts';
import { createRollouts } from '../rollouts/rollouts.ts';
import { badRollouts } from './rollouts.bad-input.cases.ts';

vi.setConfig({ testTimeout: 30_000, hookTimeout: 60_000 });

const conformance = createConformance(await readDocument());
/** Whoever asks is who they say. */
const admission: Admission = {
  admit: ({ authorization = 'nobody' }) => permitFor({ id: authorization, class: 'normal', scopes: new Set(scopes) }),
};
const troubles: unknown[] = [];
let postgres: Postgres;
let database: Database;
let fixture: Fixture;
beforeAll(async () => {
  postgres = await startPostgres();
  database = await openDatabase(postgres.url, (error) => troubles.push(error));
  fixture = await served();
  await put('checkout', '"0"', ladder());
  await step('checkout', { action: 'advance' });
});
afterAll(async () => {
  await fixture[Symbol.asyncDispose]();
  await database[Symbol.asyncDispose]();
  await postgres[Symbol.asyncDispose]();
});

/** Another server over the same database. */
function served(time = systemTime): Promise<Fixture> {
  const rollouts = createRollouts(createChangeLog(database), { time, onTrouble: (error) => troubles.push(error) });
  return createFixture(loadedRun(RUN, { c1: [] }), { admission, rollouts });
}

const ladder = (fields: object = {}) => ({
  owner: 'team',
  stages: [
    { name: 'lyon', cities: ['Lyon'], countries: ['France'], percent: 100, hold: 'PT24H' },
    { name: 'france', countries: ['France'], percent: 25.5, hold: 'PT24H', signOffs: 1 },
    { name: 'world', percent: 5, hold: 'PT24H' },
  ],
  ...fields,
});

interface Sent {
  readonly method?: string;
  readonly ifMatch?: string | null;
  readonly body?: unknown;
  readonly by?: string;
  readonly at?: Fixture;
}

async function ask(target: string, { method = 'GET', ifMatch, body, by = 'ann', at = fixture }: Sent = {}) {
  const headers = new Headers({ authorization: by });
  if (typeof ifMatch === 'string') headers.set('if-match', ifMatch);
  if (body !== undefined) headers.set('content-type', 'application/json');
  const init = { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) };
  const response = await at.app.request(target, init);
  const answer = {
    status: response.status,
    headers: Object.fromEntries(response.headers),
    body: await response.text(),
  };
  expect(conformance({ method, target, ...answer })).toEqual([]);
  return { ...answer, json: answer.body === '' ? undefined : JSON.parse(answer.body) };
}

const put = (name: string, ifMatch: string, body: unknown) =>
  ask(`/v1/rollouts/${name}`, { method: 'PUT', ifMatch, body });

/** Against the version that is there. */
async function step(name: string, body: object, sent: Sent = {}) {
  const { headers } = await ask(`/v1/rollouts/${name}`);
  const asked = { method: 'POST', ifMatch: headers.etag ?? null, body: { reason: 'a test', ...body }, ...sent };
  return ask(`/v1/rollouts/${name}/steps`, asked);
}

async function gateOf(name: string, at: Fixture = fixture) {
  return (await ask('/v1/rollout-rules', { at })).json.gates[name];
}

test.each(badRollouts)('$title is $status', async (bad) => {
  const { target = '/v1/rollouts/new', method = 'GET', body, status, names } = bad;
  const current = target.includes('checkout') ? (await ask('/v1/rollouts/checkout')).headers.etag : '"0"';
  const { ifMatch = current ?? null } = bad;
  const answer = await ask(target, { method, ifMatch, body });
  for (const name of names) expect(answer.json.detail).toContain(name);
  expect([answer.status, answer.json.status]).toEqual([status, status]);
});

test('a ladder is climbed from its first city to everywhere, and SDKs read the gate that it is', async () => {
  const written = await put('climb', '"0"', ladder());
  expect(written.json).toMatchObject({ version: 1, state: 'planned', next: { stage: 'lyon', signOffsMissing: 0 } });
  expect(written.headers.etag).toBe('"1"');
  expect(await gateOf('climb')).toEqual({ stages: [] });
  expect((await step('climb', { action: 'advance', to: 'lyon' })).json).toMatchObject({ state: 'open', stage: 'lyon' });
  expect(await gateOf('climb')).toEqual({ stages: [{ cities: ['Lyon'], countries: ['France'], percent: 100 }] });
  expect((await step('climb', { action: 'sign-off' })).json.next).toEqual({ stage: 'france', signOffsMissing: 0 });
  await step('climb', { action: 'advance' });
  await step('climb', { action: 'advance' });
  expect(await gateOf('climb')).toMatchObject({ stages: [{ percent: 100 }, { percent: 25.5 }, { percent: 5 }] });
  const { json, status } = await step('climb', { action: 'advance' });
  expect([status, json.detail]).toEqual([409, expect.stringContaining('last stage')]);
});

test('a stage that wants two sign-offs wants them of two callers, and a new ladder asks anew', async () => {
  const stages = [{ name: 'all', percent: 100, hold: 'PT1H', signOffs: 2 }];
  await put('signed', '"0"', { owner: 'team', stages });
  await step('signed', { action: 'sign-off' });
  const twice = await step('signed', { action: 'sign-off' });
  expect([twice.status, twice.json.detail]).toEqual([409, expect.stringContaining('somebody else')]);
  const { json } = await step('signed', { action: 'sign-off' }, { by: 'bob' });
  expect(json.next.signOffsMissing).toBe(0);
  const rewritten = await put('signed', `"${json.version}"`, { owner: 'others', stages });
  expect(rewritten.json.next.signOffsMissing).toBe(2);
  expect((await step('signed', { action: 'advance' })).status).toBe(409);
});

test('halted, nothing more opens until it is resumed; rolled back, what was open is closed', async () => {
  await put('stopped', '"0"', { owner: 'team', stages: ladder().stages.map((stage) => ({ ...stage, signOffs: 0 })) });
  await step('stopped', { action: 'advance' });
  await step('stopped', { action: 'advance' });
  expect((await step('stopped', { action: 'halt', reason: 'errors' })).json).toMatchObject({
    state: 'halted',
    stage: 'france',
    why: 'errors',
  });
  expect((await gateOf('stopped')).stages).toHaveLength(2);
  const { status, json } = await step('stopped', { action: 'advance' });
  expect([status, json.detail]).toEqual([409, expect.stringContaining('errors')]);
  expect((await step('stopped', { action: 'roll-back', to: 'lyon' })).json).toMatchObject({
    state: 'halted',
    stage: 'lyon',
  });
  expect((await gateOf('stopped')).stages).toHaveLength(1);
  const closed = await step('stopped', { action: 'roll-back' });
  expect([closed.json.state, closed.json.stage]).toEqual(['halted', undefined]);
  expect(await gateOf('stopped')).toEqual({ stages: [] });
  expect((await step('stopped', { action: 'resume' })).json).toMatchObject({ state: 'planned' });
});

test('what is open cannot be rewritten, what is not yet open can', async () => {
  const { stages } = ladder();
  const narrower = stages.map((stage) => (stage.name === 'lyon' ? { ...stage, percent: 1 } : stage));
  const { headers } = await ask('/v1/rollouts/checkout');
  const { status, json } = await put('checkout', headers.etag ?? '', ladder({ stages: narrower }));
  expect([status, json.detail]).toEqual([409, expect.stringContaining('lyon')]);
  expect((await put('checkout', headers.etag ?? '', ladder({ salt: 'other' }))).status).toBe(409);
  const wider = stages.map((stage) => ({ ...stage, hold: 'PT48H', ...(stage.name === 'world' && { percent: 100 }) }));
  expect((await put('checkout', headers.etag ?? '', ladder({ stages: wider }))).status).toBe(200);
});

test('of two who change a version at once one is told that somebody was faster', async () => {
  const { headers } = await ask('/v1/rollouts/checkout');
  const change = () => put('checkout', headers.etag ?? '', ladder());
  const answers = await Promise.all([change(), change(), change()]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
});

test('who did what is kept, in an unbroken chain', async () => {
  await put('kept', '"0"', ladder());
  await step('kept', { action: 'advance', reason: 'go', to: 'lyon' });
  await step('kept', { action: 'sign-off', reason: 'I looked' }, { by: 'bob' });
  const { json } = await ask('/v1/rollouts/kept/steps');
  expect(json).toMatchObject({
    intact: true,
    steps: [
      { version: 1, by: 'ann', action: 'put' },
      { version: 2, by: 'ann', action: 'advance', reason: 'go', to: 'lyon' },
      { version: 3, by: 'bob', action: 'sign-off', reason: 'I looked' },
    ],
  });
});

test('experiments and the hold-out of all of them are written as a whole, and are in the rules', async () => {
  const before = await ask('/v1/experiments');
  expect([before.headers.etag, before.json]).toEqual(['"0"', { version: 0, experiments: {} }]);
  const body = {
    holdOut: { percent: 5 },
    experiments: { mail: { segment: 'recurrent:store:17', holdOut: 10, variants: [{ name: 'on', weight: 1 }] } },
  };
  const written = await ask('/v1/experiments', { method: 'PUT', ifMatch: '"0"', body });
  expect(written.json).toEqual({ version: 1, ...body });
  expect((await ask('/v1/rollout-rules')).json).toMatchObject(body);
});

test('rules that the caller holds are answered 304, until something changes', async () => {
  const first = await ask('/v1/rollout-rules');
  expect(first.headers).toMatchObject({ 'cache-control': 'private, no-cache' });
  const again = () =>
    fixture.app.request('/v1/rollout-rules', {
      headers: { authorization: 'ann', 'if-none-match': `"other", ${first.headers.etag}` },
    });
  expect((await again()).status).toBe(304);
  await put('one-more', '"0"', ladder());
  const changed = await again();
  const { gates } = Object(await changed.json());
  expect([changed.status, Object.keys(gates)]).toEqual([200, expect.arrayContaining(['one-more'])]);
});

test('another server follows within its two seconds, and answers from memory while the database is away', async () => {
  const clock = { now: systemTime.now() };
  await using other = await served({ ...systemTime, now: () => clock.now });
  expect(await gateOf('followed', other)).toBeUndefined();
  await put('followed', '"0"', ladder());
  expect(await gateOf('followed', other)).toBeUndefined();
  clock.now += 2_001;
  expect(await gateOf('followed', other)).toEqual({ stages: [] });

  await postgres.kill();
  clock.now += 2_001;
  expect(await gateOf('followed', other)).toEqual({ stages: [] });
  expect(troubles.map(String).join()).toContain('did not answer');
  const sent = { method: 'PUT', ifMatch: '"0"', body: ladder() };
  const { status, json } = await ask('/v1/rollouts/late', sent);
  expect([status, json.type]).toEqual([503, 'urn:segment-store:error:store-unavailable']);
  await using fresh = await served();
  expect((await ask('/v1/rollout-rules', { at: fresh })).status).toBe(503);
});

test('a server without a database says so', async () => {
  await using bare = await createFixture(loadedRun(RUN, { c1: [] }), { admission });
  for (const target of ['/v1/rollouts', '/v1/rollouts/x', '/v1/experiments', '/v1/rollout-rules']) {
    const { status, json } = await ask(target, { at: bare });
    expect([target, status, json.detail]).toEqual([target, 404, expect.stringContaining('--database')]);
  }
});
