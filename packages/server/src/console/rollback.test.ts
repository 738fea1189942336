import { published, runAt } from '@segment-store/store/store.fixture';
import { beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createFixture } from '../fixture/app.ts';
import { createEmbedded, type EmbeddedFixture } from '../fixture/embedded.ts';
import { loadedRun, NEXT_RUN, RUN, unavailable } from '../fixture/store.ts';
import { byKey, keyFor, textOf, Visitor } from './visits.fixture.ts';

// A real store waits for the disk.
vi.setConfig({ testTimeout: 30_000 });

let fixture: EmbeddedFixture;
let visitor: Visitor;
beforeEach(async () => {
  fixture = await createEmbedded(byKey);
  visitor = new Visitor(fixture.app);
  onTestFinished(() => fixture[Symbol.asyncDispose]());
});

async function twoGenerations(): Promise<void> {
  await published(fixture.store, runAt(1), { c1: ['a', 'gone'], c2: ['a'] });
  await published(fixture.store, runAt(2), { c1: ['a'], c2: ['a', 'new'] });
  await fixture.served(runAt(2));
}

const page = async () => {
  const { html } = await visitor.open('/console/rollback');
  return textOf(html);
};
const confirm = async (form: Readonly<Record<string, string>>) =>
  visitor.open('/console/rollback', { form: { token: await visitor.tokenOf('/console/rollback'), ...form } });

test('what would change is shown before, and the typed run makes it so', async () => {
  await twoGenerations();
  await visitor.signIn(keyFor('read', 'publish'));
  const text = await page();
  expect(text).toContain(`withdraws ${runAt(2)}, brings ${runAt(1)} back`);
  expect(text).toContain('Segments larger 0 Smaller 0 As large as before 1 Gone 1 Back 1');
  const { status, headers } = await confirm({ epoch: '2', run: ` ${runAt(2)} ` });
  expect([status, headers.get('location')]).toEqual([303, `/console/generations/${runAt(1)}?withdrawn=${runAt(2)}`]);
  const { html } = await visitor.open(headers.get('location') ?? '');
  expect(html).toContain('Rolled back');
  expect(await fixture.store.publisher.live()).toMatchObject({ epoch: 3, generation: { run: runAt(1) } });
});

test.each([
  ['another run', { epoch: '2', run: runAt(1) }, 409, `Type ${runAt(2)} to confirm`],
  ['no run', { epoch: '2' }, 409, `Type ${runAt(2)} to confirm`],
  ['an epoch that has passed', { epoch: '1', run: runAt(2) }, 409, 'Something was published or rolled back since'],
  ['no epoch', { run: runAt(2) }, 409, 'Something was published or rolled back since'],
  ['a form of another session', { epoch: '2', run: runAt(2), token: 'x' }, 403, 'was not made by this console'],
])('%s does nothing', async (_, form, expected, said) => {
  await twoGenerations();
  await visitor.signIn(keyFor('read', 'publish'));
  const { status, html } = await confirm(form);
  expect([status, html.includes(said)]).toEqual([expected, true]);
  expect(await fixture.store.publisher.live()).toMatchObject({ epoch: 2, generation: { run: runAt(2) } });
});

test('who may only read sees what would change and has no form, nor does one of his own help', async () => {
  await twoGenerations();
  await visitor.signIn(keyFor('read'));
  const text = await page();
  expect(text).toContain('As large as before 1');
  expect(text).toContain('You may look, not roll back');
  const { status } = await confirm({ epoch: '2', run: runAt(2) });
  expect(status).toBe(403);
  expect(await fixture.store.publisher.live()).toMatchObject({ epoch: 2 });
});

test('where nothing can come back, the way forward is said', async () => {
  await visitor.signIn(keyFor('read', 'publish'));
  expect(await page()).toContain('Nothing is live yet');
  await published(fixture.store, runAt(1), { c1: [] });
  expect(await page()).toContain('There is no generation to go back to');
  const { status, html } = await confirm({ epoch: '1', run: runAt(1) });
  expect([status, html.includes('No retired generation to roll back to')]).toEqual([409, true]);
});

test('a generation is compared segment by segment with the one before, when somebody asks', async () => {
  await twoGenerations();
  await visitor.signIn(keyFor('read'));
  const { html } = await visitor.open(`/console/generations/${runAt(2)}`);
  expect(html).toContain(`/console/generations/${runAt(2)}?changes`);
  const compared = await visitor.open(`/console/generations/${runAt(2)}?changes`);
  expect(textOf(compared.html)).toContain('Gone 1 New 1');
});

test('a catalogue that cannot be read keeps nobody from rolling back', async () => {
  const old = loadedRun(RUN, { c1: ['a'] });
  const retired = { ...old, generation: { ...old.generation, state: 'retired' as const, retiredAt: new Date(0) } };
  await using stood = await createFixture(retired, { admission: byKey });
  await stood.publish(loadedRun(NEXT_RUN, { c1: ['a'] }));
  stood.store.onOpen = () => Promise.reject(unavailable());
  visitor = new Visitor(stood.app);
  await visitor.signIn(keyFor('read', 'publish'));
  const text = await page();
  expect(text).toContain('What it does to each segment is not known The store is away.');
  expect(text).toContain(`Roll back to ${RUN}`);
});
