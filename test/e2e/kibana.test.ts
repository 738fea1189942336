/** What is shipped for Kibana, which no registry has: its requests and queries are asked of Elasticsearch itself. */
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { openStore } from '@segment-store/store/open';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CHARTS } from '../../scripts/kibana/saved-objects.ts';
import { publishNext } from '../support/all-of-one.ts';
import { type ConsoleRequest, parseConsole } from '../support/console-requests.ts';
import { removeIndices } from '../support/indices.ts';
import { servers } from '../support/servers.ts';

const folder = new URL('../../deploy/kibana/', import.meta.url);
const requests = parseConsole(await readFile(new URL('console.txt', folder), 'utf8'));
const prefix = `k${randomUUID().slice(0, 8)}`;
/** Elasticsearch as it comes from a registry has no _ilm: these two are not tested. */
const isLifecycle = ({ path }: ConsoleRequest) => path.includes('_ilm');

beforeAll(async () => {
  await using store = openStore(servers().elasticsearch, { prefix });
  for (const index of [0, 1]) await publishNext(store, index);
});
afterAll(() => removeIndices(prefix));

async function ask({ method, path, body }: ConsoleRequest): Promise<string> {
  // A browser sends a GET with a body through Kibana as it stands; Elasticsearch takes the same as a POST.
  const sent =
    body === undefined ? { method } : { method: 'POST', body, headers: { 'content-type': 'application/json' } };
  const response = await fetch(`${servers().elasticsearch}/${path.replaceAll('segments-', `${prefix}-`)}`, sent);
  return `${response.status} ${await response.text()}`;
}

test.for(requests.filter((request) => !isLifecycle(request)))('Dev Tools: $method $path', async (request) => {
  const answer = await ask(request);
  const isOfCustomer = request.path.includes('_doc/');
  expect(answer).toMatch(isOfCustomer ? /^404 .*"found":false/ : /^200 /);
});

test('they show the generations, and nothing else of what was published', async () => {
  const answers = await Promise.all(requests.filter((request) => !isLifecycle(request)).map(ask));
  const all = answers.join('\n');
  expect(all.match(new RegExp(`${prefix}-members-2026\\d{4}t\\d{6}z`, 'g'))).not.toBeNull();
  expect(all).toContain(`${prefix}-epoch-000002-floor-000000`);
  expect(all).toContain('"run":"20260101t');
  expect(requests.every(({ method }) => method === 'GET')).toBe(true);
});

test.for(CHARTS)('chart: $title', async ({ index, body }) => {
  const answer = await ask({
    method: 'GET',
    path: `${index}/_search?filter_path=aggregations`,
    body: JSON.stringify(body),
  });
  const [, json = ''] = /^200 (.*)$/s.exec(answer) ?? [];
  const counted = JSON.parse(json).aggregations.bars.buckets.map((bar: { doc_count: number }) => bar.doc_count);
  expect(counted).toEqual(index.includes('catalogue') ? [1, 1] : [300, 300]);
});

test('every saved object is whole, and refers to one that is there', async () => {
  const lines = (await readFile(new URL('saved-objects.ndjson', folder), 'utf8')).trimEnd().split('\n');
  const objects = lines.map((line) => JSON.parse(line));
  const there = new Set(objects.map(({ type, id }) => `${type} ${id}`));
  expect(there.size).toBe(objects.length);
  expect(objects.flatMap(({ references }) => references).filter(({ type, id }) => !there.has(`${type} ${id}`))).toEqual(
    [],
  );
  for (const { attributes } of objects) {
    for (const [name, value] of Object.entries(attributes)) if (name.endsWith('JSON')) JSON.parse(`${value}`);
  }
});
