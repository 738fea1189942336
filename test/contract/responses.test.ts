/** Every response of a real server over a real store, against openapi.yaml. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRunId } from '@segment-store/contract/id';
import { createConformance, type Document, readDocument } from '@segment-store/server';
import { type Postgres, startPostgres } from '@segment-store/services/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, resultOf, runCommand, startServer } from '../support/commands.ts';
import { generatedMember, generatedParts, runFiles, writeRun } from '../support/run-folder.ts';

interface Case {
  readonly title: string;
  readonly target: string;
  readonly init?: RequestInit;
  readonly status: number;
}

const RUN = '20260101t000000z';
const member = Array.from({ length: 100 }, (_, index) => generatedMember(index, 1)).find(
  ({ segmentIds }) => segmentIds.length > 2,
);
const { customerId = '', segmentIds: [segmentId = ''] = [] } = member ?? {};
const segments = `/v1/customers/${customerId}/segments`;
const lookups = (body: unknown, type = 'application/json'): RequestInit => ({
  method: 'POST',
  headers: { 'Content-Type': type },
  body: JSON.stringify(body),
});

const cases: readonly Case[] = [
  { title: 'segments, first', target: segments, status: 200 },
  { title: 'segments, from the cache', target: segments, status: 200 },
  { title: 'segments, held by the caller', target: segments, init: { headers: { 'If-None-Match': '*' } }, status: 304 },
  { title: 'segments by HEAD', target: segments, init: { method: 'HEAD' }, status: 200 },
  { title: 'segments of a type, in full', target: `${segments}?type=test&view=full`, status: 200 },
  { title: 'segments of no type', target: `${segments}?type=none&country=France&country=Spain`, status: 200 },
  { title: 'segments of a customer never seen', target: '/v1/customers/%F0%9F%9B%92%2F%C3%A9/segments', status: 200 },
  { title: 'segments, unknown parameter', target: `${segments}?stroe=17`, status: 400 },
  { title: 'segments, bad id', target: '/v1/customers/%00/segments', status: 400 },
  { title: 'segments, bad method', target: segments, init: { method: 'DELETE' }, status: 405 },
  { title: 'a membership', target: `${segments}/${segmentId}`, status: 200 },
  { title: 'a membership of a customer never seen', target: `/v1/customers/nobody/segments/${segmentId}`, status: 200 },
  { title: 'a membership in an unknown segment', target: `${segments}/none`, status: 404 },
  {
    title: 'lookups',
    target: '/v1/lookups',
    init: lookups({ customerIds: [customerId, 'nobody', '', customerId] }),
    status: 200,
  },
  {
    title: 'lookups, filtered',
    target: '/v1/lookups',
    init: lookups({ customerIds: ['a'], filter: { type: ['test'] } }),
    status: 200,
  },
  { title: 'lookups, empty', target: '/v1/lookups', init: lookups({ customerIds: [] }), status: 400 },
  { title: 'lookups, other type', target: '/v1/lookups', init: lookups({}, 'text/csv'), status: 415 },
  { title: 'lookups, too large', target: '/v1/lookups', init: lookups('x'.repeat(600_000)), status: 413 },
  { title: 'lookups by GET', target: '/v1/lookups', status: 405 },
  { title: 'the catalogue', target: '/v1/segments', status: 200 },
  { title: 'a page of the catalogue', target: '/v1/segments?limit=3&type=test', status: 200 },
  { title: 'the catalogue, bad cursor', target: '/v1/segments?cursor=x', status: 400 },
  { title: 'one segment', target: `/v1/segments/${segmentId}`, status: 200 },
  { title: 'an unknown segment', target: '/v1/segments/none', status: 404 },
  { title: 'generations', target: '/v1/generations', status: 200 },
  { title: 'rollouts', target: '/v1/rollouts', status: 200 },
  { title: 'a rollout', target: '/v1/rollouts/new-checkout', status: 200 },
  { title: 'a rollout of nobody', target: '/v1/rollouts/none', status: 404 },
  { title: 'a rollout by DELETE', target: '/v1/rollouts/none', init: { method: 'DELETE' }, status: 405 },
  { title: 'experiments', target: '/v1/experiments', status: 200 },
  { title: 'rollout rules', target: '/v1/rollout-rules', status: 200 },
  { title: 'liveness', target: '/livez', status: 200 },
  { title: 'startup', target: '/startupz', status: 200 },
  { title: 'readiness', target: '/readyz', status: 200 },
  { title: 'the document', target: '/openapi.json', status: 200 },
  { title: 'the reference', target: '/reference', status: 200 },
  { title: 'no such path', target: '/v1/nothing', status: 404 },
];

let scratch = '';
let document: Document;
/** Paths that were answered 200. */
const answered: string[] = [];
let server: RunningServer;
let notReady: RunningServer;
let postgres: Postgres;

beforeAll(async () => {
  postgres = await startPostgres();
  scratch = await mkdtemp(join(tmpdir(), 'segment-contract-'));
  document = await readDocument();
  const parts = generatedParts({ customers: 100, parts: 2, seed: 1 });
  const folder = await writeRun(join(scratch, RUN), runFiles({ run: parseRunId(RUN), parts }));
  const store = `embedded:${join(scratch, 'store')}`;
  await resultOf('ingest', ['load', folder, '--store', store]);
  await writeRollout(['--store', store, '--database', postgres.url, '--keys', join(scratch, 'keys.json')]);
  [server, notReady] = await Promise.all([
    startServer(['--store', store, '--database', postgres.url]),
    startServer(['--store', `embedded:${join(scratch, 'empty')}`], 'starting'),
  ]);
});
afterAll(async () => {
  await Promise.all([server.stop(), notReady.stop()]);
  await postgres[Symbol.asyncDispose]();
  await rm(scratch, { recursive: true });
});

/** By a server with keys: without them nobody may write. */
async function writeRollout(args: readonly string[]): Promise<void> {
  const create = await runCommand('server', [
    'keys',
    'create',
    'all',
    '--keys',
    args.at(-1) ?? '',
    '--scopes',
    'publish',
  ]);
  const key = create.events.find((event) => event.kind === 'data')?.data.key;
  const keyed = await startServer(args);
  const headers = { authorization: `Bearer ${key}`, 'if-match': '"0"', 'content-type': 'application/json' };
  const body = JSON.stringify({
    owner: 'team',
    stages: [{ name: 'lyon', cities: ['Lyon'], percent: 5, hold: 'PT24H' }],
  });
  const { status } = await fetch(`${keyed.url}/v1/rollouts/new-checkout`, { method: 'PUT', headers, body });
  expect([status, await keyed.stop()]).toEqual([200, 0]);
}

async function faults(origin: string, { target, init }: Pick<Case, 'target' | 'init'>) {
  const response = await fetch(origin + target, init);
  const { status } = response;
  const [headers, body] = [Object.fromEntries(response.headers), await response.text()];
  const exchange = { method: init?.method ?? 'GET', target, status, headers, body };
  if (status === 200) answered.push(target.split('?')[0] ?? '');
  return { status, faults: createConformance(document)(exchange) };
}

test.each(cases)('$title: $status, as the document says', async ({ status, ...request }) => {
  expect(await faults(server.url, request)).toEqual({ status, faults: [] });
});

const notReadyStatus: Readonly<Record<string, number>> = {
  [segments]: 503,
  [`${segments}/${segmentId}`]: 503,
  '/v1/segments': 503,
  '/v1/generations': 200,
  '/livez': 200,
  '/readyz': 503,
};
test.each(Object.entries(notReadyStatus))(
  'before the first publish %s is %i, as the document says',
  async (target, status) => {
    expect(await faults(notReady.url, { target })).toEqual({ status, faults: [] });
  },
);

test('every operation that needs no key was asked', () => {
  const { paths }: { paths: Record<string, Record<string, { security?: object[] }>> } = JSON.parse(document.text);
  const isOpen = ({ security = [{ key: ['read'] }] }: { security?: object[] }) =>
    security.length === 0 || JSON.stringify(security) === '[{"key":["read"]}]';
  const open = Object.keys(paths).filter((template) => Object.values(paths[template] ?? {}).some(isOpen));
  const asked = (template: string) => {
    const pattern = new RegExp(`^${template.replace(/\{[^}]*\}/g, '[^/]+')}$`);
    return answered.some((path) => pattern.test(path));
  };
  expect(open.filter((template) => !asked(template))).toEqual([]);
});
