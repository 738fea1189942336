/** SIGKILL of Elasticsearch: who was seen is answered, also by a server that starts only then. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCommand } from '@segment-store/cli/child';
import { parseCustomerId } from '@segment-store/contract/id';
import { unlimited } from '@segment-store/resilience/operation';
import { startElasticsearch } from '@segment-store/services/elasticsearch';
import { openStore } from '@segment-store/store/open';
import { expect, onTestFinished, test } from 'vitest';
import { CUSTOMERS, publishNext, segmentOf } from '../support/all-of-one.ts';
import { mainOf, runCommand, startServer } from '../support/commands.ts';

const seen = CUSTOMERS.slice(0, 50);
const unseen = CUSTOMERS.slice(50, 60);
const erased = CUSTOMERS.slice(60, 61);
/** `--store-timeout-ms` and what a machine at work adds to it. */
const DEADLINE_MS = 1_500;

async function statuses(url: string, ids: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const id of ids) {
    const startedAt = performance.now();
    const response = await fetch(`${url}/v1/customers/${id}/segments`);
    const { segmentIds = '' } = JSON.parse(await response.text());
    const tookMs = performance.now() - startedAt;
    found.add(`${response.status} ${segmentIds}${tookMs > DEADLINE_MS ? ` after ${tookMs} ms` : ''}`);
  }
  return found;
}

async function erase(url: string): Promise<void> {
  await using store = openStore(url);
  await store.erasures.add(erased.map(parseCustomerId), unlimited);
}

const readiness = async (url: string) => {
  const response = await fetch(`${url}/readyz`);
  return [response.status, JSON.parse(await response.text())];
};

test('Elasticsearch is killed, and the server started again', { timeout: 240_000 }, async () => {
  const elasticsearch = await startElasticsearch({ heapMb: 400 });
  onTestFinished(() => elasticsearch.stop());
  const scratch = await mkdtemp(join(tmpdir(), 'segment-dead-store-'));
  onTestFinished(() => rm(scratch, { recursive: true }));
  const args = ['--store', elasticsearch.url, '--state-dir', join(scratch, 'state')];
  const run = await (async () => {
    await using store = openStore(elasticsearch.url);
    return await publishNext(store, 0);
  })();
  const hit = new Set([`200 ${segmentOf(run)}`]);
  const refused = new Set(['503 ']);
  const strangers = new Set(['200 ']);

  const first = await startServer(args);
  expect(await statuses(first.url, [...seen, ...erased])).toEqual(hit);
  await erase(elasticsearch.url);
  await expect.poll(() => statuses(first.url, erased), { timeout: 10_000 }).toEqual(strangers);
  process.kill(elasticsearch.pid, 'SIGKILL');
  await expect.poll(() => statuses(first.url, unseen), { timeout: 10_000 }).toEqual(refused);
  expect(await statuses(first.url, CUSTOMERS.slice(100, 200))).toEqual(refused);
  await first.until((event) => event.kind === 'warning' && event.text.startsWith('the store fails too often: '));
  expect(await statuses(first.url, seen)).toEqual(hit);
  expect(await readiness(first.url)).toEqual([200, { status: 'serving', generation: run }]);

  const second = await runCommand('server', [...args, '--port', '0']);
  expect([second.exitCode, second.events.at(-1)]).toMatchObject([
    2,
    { text: expect.stringMatching(/--state-dir: .*state belongs to another server/) },
  ]);
  expect(await first.stop()).toBe(0);

  const again = startCommand(mainOf('server'), [...args, '--port', '0']);
  const listening = await again.until(({ kind }) => kind === 'result');
  const url = listening.kind === 'result' ? `${listening.data.url}` : '';
  await again.until((event) => event.kind === 'stage' && event.stage === 'serving');
  expect(await statuses(url, seen)).toEqual(hit);
  expect(await statuses(url, unseen)).toEqual(refused);
  expect(await statuses(url, erased)).toEqual(strangers);
  expect(await readiness(url)).toMatchObject([200, { status: 'serving', generation: run }]);
  again.process.kill('SIGKILL');
  await again.finished;

  const third = await startServer(args);
  expect(await statuses(third.url, seen)).toEqual(hit);
  expect(await statuses(third.url, unseen)).toEqual(refused);
  expect(await statuses(third.url, erased)).toEqual(strangers);
  expect(await third.stop()).toBe(0);
});
