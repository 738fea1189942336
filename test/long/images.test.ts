/** What the Dockerfile makes, made without an engine: orders become answers through the three images. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, chown, cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Image, makeImage } from '../deploy/image.ts';

const RUN = '20260101t000000z';
const example = join(import.meta.dirname, '../../examples/online-retail');
let scratch = '';
let data = '';
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'images-'));
  await chmod(scratch, 0o755); // the user of the images comes through
  data = join(scratch, 'data');
  await mkdir(data);
  await cp(example, join(scratch, 'orders'), { recursive: true });
  if (process.getuid?.() === 0) await chown(data, 1000, 1000);
});
afterAll(() => rm(scratch, { recursive: true }));

const image = (name: string): Promise<Image> => makeImage(name, join(scratch, name));

async function ended(child: ChildProcess): Promise<string> {
  const output = Promise.all([child.stdout, child.stderr].map((stream) => (stream === null ? '' : text(stream))));
  const [code] = await once(child, 'close');
  const said = (await output).join('\n');
  expect(code, said).toBe(0);
  return said;
}

/** `listening on <url>, probes and figures on <url>` */
async function listening(child: ChildProcess): Promise<{ readonly url: string; readonly opsUrl: string }> {
  if (child.stdout === null) throw new Error('nothing to read');
  for await (const line of createInterface({ input: child.stdout })) {
    const event = JSON.parse(line);
    if (event.kind === 'result') return event.data;
  }
  throw new Error('it ended before it listened');
}

test('orders are calculated, loaded and answered by a user who may write into none of the images', async () => {
  const [compute, ingest, server] = await Promise.all(['compute', 'ingest', 'server'].map(image));
  if (compute === undefined || ingest === undefined || server === undefined) throw new Error('an image is missing');
  const orders = join(scratch, 'orders');
  const flags = {
    orders: join(orders, 'orders.parquet'),
    definitions: join(orders, 'definitions.json'),
    categories: join(orders, 'categories.csv'),
    'as-of': '2011-12-10',
    run: RUN,
    to: join(data, 'runs'),
    'temp-dir': data,
  };
  await ended(compute.start(['run', ...Object.entries(flags).map(([name, value]) => `--${name}=${value}`)]));
  const store = `--store=embedded:${join(data, 'store')}`;
  await ended(ingest.start(['load', join(data, 'runs', RUN), store, `--scratch=${join(data, 'scratch')}`]));
  const keys = `--keys=${join(data, 'keys.json')}`;
  const [key] = /seg_\w+/.exec(await ended(server.start(['keys', 'create', 'me', keys]))) ?? [];
  const doors = ['--host=0.0.0.0', '--port=0', '--ops-port=0', '--drain-delay-ms=0'];
  const running = server.start([store, keys, ...doors, `--state-dir=${join(data, 'state')}`, '--json']);
  const { url, opsUrl } = await listening(running);
  await expect.poll(async () => (await fetch(`${opsUrl}/readyz`)).status).toBe(200);
  expect((await fetch(`${url}/v1/customers/12583/segments`)).status).toBe(401);
  const asked = await fetch(`${url}/v1/customers/12583/segments`, { headers: { Authorization: `Bearer ${key}` } });
  const answer = await asked.json();
  expect(answer).toMatchObject({ customerId: '12583', known: true, generation: RUN });
  running.kill('SIGTERM');
  await ended(running);
});

test('the image of rollouts starts, too', async () => {
  const rollout = await image('rollout');
  expect(await ended(rollout.start(['--version']))).toContain('0.1.0');
});

test('an image holds no tests and no tools of developers', async () => {
  const app = join(scratch, 'server', 'app');
  expect((await readdir(app)).sort()).toEqual(
    [
      'LICENSE',
      'node_modules',
      'openapi.yaml',
      'package.json',
      'packages',
      'pnpm-lock.yaml',
      'pnpm-workspace.yaml',
    ].sort(),
  );
  const names = await readdir(join(app, 'packages'), { recursive: true });
  expect(
    names.filter((name) => /\.(test|suite|cases|fixture)\.ts$/.test(name) && !name.includes('node_modules')),
  ).toEqual([]);
  const installed = await readdir(join(app, 'node_modules/.pnpm'));
  expect(installed.filter((name) => /^(vitest|typescript|tsup|knip|node|@duckdb|cockatiel)@/.test(name))).toEqual([
    'cockatiel@4.0.0',
  ]);
});
