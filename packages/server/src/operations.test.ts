import { expect, test } from 'vitest';
import { createApp } from './app.ts';
import { readDocument } from './document.ts';
import { createFixture } from './fixture/app.ts';
import { loadedRun, RUN } from './fixture/store.ts';
import { operationsOf } from './operations.ts';

const document = await readDocument();
const operations = [...operationsOf(document)].map(([id, operation]) => ({ id, ...operation }));

test.each(operations)(
  '$id has a route, and without keys it is answered only if it changes nothing',
  async (operation) => {
    await using fixture = await createFixture(loadedRun(RUN, { c1: ['a'] }));
    const path = operation.template.replace('{customerId}', 'c1').replace('{segmentId}', 'a');
    const response = await fixture.app.request(path, { method: operation.method.toUpperCase() });
    const isOpen = [undefined, 'read', 'admin'].includes(operation.scope);
    expect([403, 405].includes(response.status)).toBe(!isOpen);
  },
);

const secured = (security: unknown) => ({ paths: { '/x': { get: { operationId: 'getX', security } } } });

test.each([undefined, [{}], [{ key: [] }], [{ key: ['root'] }], [{ key: ['read', 'admin'] }], [{ other: ['read'] }]])(
  'a document whose operation asks for %j is none of ours: the server does not start',
  (security) => {
    const root = JSON.parse(JSON.stringify(secured(security)));
    expect(() => operationsOf({ text: '', root })).toThrow(/getX .*read:members/);
  },
);

test('a route the document does not have cannot be registered', async () => {
  await using fixture = await createFixture();
  const root = JSON.parse(JSON.stringify(document.root).replace('getLiveness', 'getLife'));
  expect(() => createApp({ ...fixture.deps, document: { text: '', root } })).toThrow('no operation getLiveness');
});
