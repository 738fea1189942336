/** The command as it runs for weeks: a real queue, runs in a real S3. */
import { join } from 'node:path';
import { startCommand } from '@segment-store/cli/child';
import type { CommandEvent } from '@segment-store/cli/event';
import { openFolder } from '@segment-store/folder/open';
import { unlimited } from '@segment-store/resilience/operation';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { runFiles } from '../../../../test/support/run-folder.ts';
import { createBucket, servers } from '../../../../test/support/servers.ts';
import { createPlaces, type Places, parts, run, served } from '../place.fixture.ts';
import { s3Event, sns } from '../watch/notice.cases.ts';
import { createQueue, createQueueWithRedrive, messages, send } from '../watch/queue.fixture.ts';

const { endpoint, accessKeyId, secretAccessKey } = servers().s3;
const environment = { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey };
for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);

let places: Places;
beforeAll(async () => {
  places = await createPlaces();
});
afterAll(() => places[Symbol.asyncDispose]());

/** A run folder in a bucket of its own, and where to load it. */
async function place() {
  const files = runFiles({ run, parts });
  const { store } = await places.place(files);
  const bucket = await createBucket();
  await using folder = openFolder(`s3://${bucket}/runs/${run}`, { s3Endpoint: endpoint });
  for (const [key, bytes] of files) await folder.write(key, once(bytes), unlimited);
  return { store, bucket, url: folder.url, event: s3Event(bucket, `runs/${run}/manifest.json`) };
}

async function* once(bytes: Uint8Array) {
  yield bytes;
}

const main = join(import.meta.dirname, '../main.ts');
const start = (...args: readonly string[]) =>
  startCommand(main, ['watch', ...args, '--s3-endpoint', endpoint], { environment });
const notes = (text: string) => (event: CommandEvent) => event.kind === 'note' && event.text.includes(text);

test('an announced run is loaded, the same again is nothing to do; a signal ends well', async () => {
  const { store, url, event } = await place();
  const queue = await createQueue();
  const child = start('--queue', queue, '--store', store);
  await send(queue, sns(event));
  await child.until(notes(`${url}: published`));
  await send(queue, event);
  await child.until(notes(`${url}: nothing to do`));
  await vi.waitFor(async () => expect(await messages(queue)).toEqual([0, 0]), { timeout: 10_000 });
  child.process.kill('SIGTERM');
  const { exitCode, events } = await child.finished;
  expect(exitCode).toBe(0);
  expect(events.at(-1)).toEqual({
    kind: 'result',
    text: 'stopped by SIGTERM: 1 published, 1 nothing to do, 0 failed',
    data: { published: 1, nothingToDo: 1, failed: 0 },
  });
  expect(await served(store, ['c1'])).toEqual({ run, members: [['a', 'b']] });
});

test('a run that is not whole is told; the next one is loaded', async () => {
  const { store, url, event } = await place();
  const { url: queue } = await createQueueWithRedrive();
  const child = start('--queue', queue, '--store', store, '--hidden', '3s');
  await send(queue, s3Event('nobodys-bucket', `runs/${run}/manifest.json`));
  await child.until(
    (one) => one.kind === 'item' && one.name === `s3://nobodys-bucket/runs/${run}` && one.state === 'failed',
  );
  await send(queue, event);
  await child.until(notes(`${url}: published`));
  child.process.kill('SIGTERM');
  expect((await child.finished).exitCode).toBe(0);
});

test.each([
  { what: 'no queue', args: ['--store', 'embedded:x'], names: ['--queue', 'SEGMENT_INGEST_QUEUE'] },
  { what: 'no store', args: ['--queue', 'https://sqs.eu-west-1.amazonaws.com/1/runs'], names: ['--store'] },
  {
    what: 'a queue that is none',
    args: ['--queue', 'runs', '--store', 'embedded:x'],
    names: ['"runs"', 'https://sqs.'],
  },
  {
    what: 'a time no queue hides for',
    args: ['--queue', 'https://sqs.eu-west-1.amazonaws.com/1/runs', '--store', 'embedded:x', '--hidden', '1s'],
    names: ['--hidden', '3s to 12h', '1 s'],
  },
  {
    what: 'a queue that is not there',
    args: ['--queue', `${servers().sqs}/000000000000/nowhere`, '--store', 'embedded:x'],
    names: ['/nowhere', 'does not exist'],
  },
])('$what: exit 2', async ({ args, names }) => {
  const { exitCode, events } = await start(...args).finished;
  const error = events.at(-1);
  expect(error).toMatchObject({ kind: 'error', exitCode: 2 });
  expect(exitCode).toBe(2);
  for (const name of names) expect(error).toMatchObject({ text: expect.stringContaining(name) });
});
