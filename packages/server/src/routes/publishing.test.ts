import { published, runAt, sealed } from '@segment-store/store/store.fixture';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createConformance } from '../conformance.ts';
import { readDocument } from '../document.ts';
import { createEmbedded, type EmbeddedFixture } from '../fixture/embedded.ts';

// A real store waits for the disk.
vi.setConfig({ testTimeout: 30_000 });
const conformance = createConformance(await readDocument());

async function given(): Promise<EmbeddedFixture> {
  const fixture = await createEmbedded();
  onTestFinished(() => fixture[Symbol.asyncDispose]());
  return fixture;
}

async function send(app: EmbeddedFixture['app'], [method, target]: readonly [string, string], ifMatch?: string) {
  const headers: Record<string, string> = ifMatch === undefined ? {} : { 'If-Match': ifMatch };
  const response = await app.request(target, { method, headers });
  const { status } = response;
  const text = await response.text();
  const exchange = { method, target, status, headers: Object.fromEntries(response.headers), body: text };
  expect(conformance(exchange)).toEqual([]);
  return { status, body: JSON.parse(text) };
}

const publishOf = (run: string) => ['POST', `/v1/generations/${run}/publish`] as const;
const rollback = ['POST', '/v1/generations/rollback'] as const;
const list = ['GET', '/v1/generations'] as const;

test('a sealed generation goes live at the epoch that the list names, and is served', async () => {
  const { app, store, served } = await given();
  await sealed(store, runAt(1), { c1: ['s:1'] });
  const before = await send(app, list);
  expect(before.body).toMatchObject({
    live: { epoch: 0, floor: 0 },
    generations: [{ run: runAt(1), state: 'sealed' }],
  });
  expect(before.body.live.generation).toBeUndefined();
  const { status, body } = await send(app, publishOf(runAt(1)), '"0"');
  expect(status).toBe(200);
  expect(body).toMatchObject({ generation: { run: runAt(1), state: 'live' }, epoch: 1, floor: 0 });
  await served(runAt(1));
  expect((await send(app, list)).body).toMatchObject({
    served: { generation: runAt(1), epoch: 1 },
    live: { generation: runAt(1), epoch: 1, floor: 0 },
  });
});

test('a roll back brings the generation before back, and holds publishing until unhold', async () => {
  const { app, store, served } = await given();
  for (const index of [1, 2]) await published(store, runAt(index), { c1: [`s:${index}`] });
  const { status, body } = await send(app, rollback, '"2"');
  expect(status).toBe(200);
  expect(body).toMatchObject({ generation: { run: runAt(1), state: 'live' }, epoch: 3, floor: 3 });
  await served(runAt(1));
  const listed = (await send(app, list)).body;
  expect(listed).toMatchObject({ live: { generation: runAt(1) }, heldSince: expect.stringMatching(/^2.*Z$/) });
  expect(listed.generations).toMatchObject([{ state: 'withdrawn' }, { state: 'live' }]);
  await sealed(store, runAt(3), { c1: [] });
  const held = await send(app, publishOf(runAt(3)), '"3"');
  expect(held).toMatchObject({ status: 409, body: { detail: expect.stringContaining('segment-ingest unhold') } });
  await store.publisher.unhold();
  expect(await send(app, publishOf(runAt(3)), '"3"')).toMatchObject({ status: 200, body: { epoch: 4, floor: 3 } });
});

test('of two who judged the same epoch one publishes, the other is told to look again', async () => {
  const { app, store } = await given();
  await sealed(store, runAt(1), {});
  await sealed(store, runAt(2), {});
  const answers = await Promise.all([1, 2].map((index) => send(app, publishOf(runAt(index)), '"0"')));
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  const { body } = answers.find(({ status }) => status === 412) ?? {};
  expect(body).toMatchObject({ type: 'urn:segment-store:error:conflict', detail: expect.stringContaining('epoch 0') });
});

const forms: readonly [string, string | undefined, number][] = [
  ['none', undefined, 428],
  ['an epoch without quotes', '1', 400],
  ['a weak one', 'W/"1"', 400],
  ['any', '*', 400],
  ['two', '"1", "2"', 400],
  ['a negative one', '"-1"', 400],
  ['one of 16 digits', '"1000000000000000"', 400],
  ['another epoch', '"7"', 412],
];
test('without an If-Match that names the live epoch nothing happens', async () => {
  const { app, store } = await given();
  for (const index of [1, 2]) await published(store, runAt(index), {});
  await sealed(store, runAt(3), {});
  for (const [title, ifMatch, expected] of forms) {
    for (const request of [publishOf(runAt(3)), rollback]) {
      const { status, body } = await send(app, request, ifMatch);
      const kind = expected === 412 ? 'conflict' : 'invalid-request';
      const type = `urn:segment-store:error:${kind}`;
      expect({ title, status, type: body.type }).toEqual({ title, status: expected, type });
      expect(body.detail).toMatch(expected === 412 ? /epoch 2/ : /If-Match/);
    }
  }
  expect(await store.publisher.live()).toMatchObject({ epoch: 2, generation: { run: runAt(2) } });
});

test('what cannot go live says why', async () => {
  const { app, store } = await given();
  const refused = async (request: readonly [string, string], epoch: number) => {
    const { status, body } = await send(app, request, `"${epoch}"`);
    return [status, body.type.split(':').at(-1), body.detail];
  };
  const text = (part: string) => expect.stringContaining(part);
  expect(await refused(rollback, 0)).toEqual([409, 'conflict', text('no retired generation')]);
  expect(await refused(publishOf(runAt(1)), 0)).toEqual([404, 'invalid-request', text(runAt(1))]);
  expect(await refused(publishOf('yesterday'), 0)).toEqual([400, 'invalid-id', text('run of the path')]);
  await sealed(store, runAt(1), {});
  await published(store, runAt(2), {});
  expect(await refused(publishOf(runAt(2)), 1)).toEqual([409, 'conflict', text('only a sealed one')]);
  expect(await refused(publishOf(runAt(1)), 1)).toEqual([409, 'conflict', text('roll back instead')]);
});
