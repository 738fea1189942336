/** deploy/elasticsearch against what the store does: on a real Elasticsearch, as far as it runs here. */
import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseRunId } from '@segment-store/contract/id';
import { startAnsweringProxy } from '@segment-store/services/answering-proxy';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { resultOf, startServer } from '../support/commands.ts';
import { removeIndices } from '../support/indices.ts';
import { runFiles, writeRun } from '../support/run-folder.ts';
import { servers } from '../support/servers.ts';

const RUN = parseRunId('20260101t000000z');
const prefix = `deploy-${randomUUID().slice(0, 8)}`;
const read = async (name: string) =>
  JSON.parse(await readFile(new URL(`../../deploy/elasticsearch/${name}`, import.meta.url), 'utf8'));
let scratch = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'deploy-elasticsearch-'));
});
afterAll(async () => {
  await removeIndices(prefix);
  await ask('DELETE', `/_index_template/${prefix}-shield`);
  await ask('DELETE', `/_index_template/${prefix}-everything`);
  await rm(scratch, { recursive: true });
});

async function ask(method: string, path: string, body?: object): Promise<unknown> {
  const content = body === undefined ? {} : { body: JSON.stringify(body) };
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${servers().elasticsearch}${path}`, { method, headers, ...content });
  return response.json();
}

/** `GET /*\/_doc/*`: without names of indices and ids. */
const kindOf = (asked: string): string =>
  asked
    .replace(/\?.*/, '')
    .replaceAll(/ \/(?!_)[^/]*/g, ' /*')
    .replace(/(_doc|_alias)\/.*/, '$1/*');

test('the template that we ship keeps those of others off our indices', async () => {
  const template = await read('index-template.json');
  expect(template.index_patterns).toEqual(['segments-*']); // of the prefix that commands have unless told otherwise
  const everything = { settings: { refresh_interval: '30s' }, mappings: { properties: { host: { type: 'keyword' } } } };
  await ask('PUT', `/_index_template/${prefix}-everything`, {
    index_patterns: [`${prefix}-*`],
    priority: 10,
    template: everything,
  });
  const shield = { ...template, index_patterns: [`${prefix}-*`] };
  expect(await ask('PUT', `/_index_template/${prefix}-shield`, shield)).toEqual({ acknowledged: true });
  const files = runFiles({ run: RUN, parts: [['{"customer_id":"c1","segment_ids":["s:1"]}']] });
  await writeRun(join(scratch, RUN), files);
  await resultOf('ingest', ['load', join(scratch, RUN), '--store', servers().elasticsearch, '--prefix', prefix]);
  const index = `${prefix}-members-${RUN}`;
  const made = Object(await ask('GET', `/${index}`))[index];
  expect(made.mappings.properties).not.toHaveProperty('host');
  expect(made.settings.index).not.toHaveProperty('refresh_interval');
});

test('a server that only answers asks for nothing that its role does not allow', async () => {
  const elasticsearch = await startAnsweringProxy(servers().elasticsearch);
  onTestFinished(elasticsearch.stop);
  const flags = ['--store', elasticsearch.url, '--prefix', prefix, '--poll-ms', '50'];
  const server = await startServer(flags);
  expect((await fetch(`${server.url}/v1/customers/c1/segments`)).status).toBe(200);
  const lookups = {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"customerIds":["c2","c3"]}',
  };
  expect((await fetch(`${server.url}/v1/lookups`, lookups)).status).toBe(200);
  expect((await fetch(`${server.url}/v1/segments`)).status).toBe(200);
  expect((await fetch(`${server.url}/v1/generations`)).status).toBe(200);
  expect(await server.stop()).toBe(0);
  // What the privileges read, monitor and view_index_metadata allow: no index is made, nothing is written.
  const reading = /^(GET|HEAD) |^POST \/(\*\/)?_(mget|search|msearch|count|pit)$|^DELETE \/_pit$/;
  const kinds = new Set(elasticsearch.asked.map(kindOf));
  expect([...kinds].filter((one) => !reading.test(one))).toEqual([]);
  expect([...kinds]).toContain('POST /*/_mget');
});
