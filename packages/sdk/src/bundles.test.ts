/** What is in the bundle of whom: sizes, who must not be in it, and two of them in one process. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { expect, onTestFinished, test } from 'vitest';
import { drivenServer, servingWhile } from './driven-server.ts';
import { createSegmentClient } from './index.ts';

const SUBPATHS = ['chaos', 'fetch', 'hedge', 'openfeature', 'otel', 'rollout', 'shadow', 'snapshot', 'testing'];

async function bundled(entry: string, options: BuildOptions) {
  const { outputFiles, metafile } = await build({
    entryPoints: [`${import.meta.dirname}/${entry}.ts`],
    bundle: true,
    format: 'esm',
    target: 'es2024',
    minify: true,
    write: false,
    metafile: true,
    logLevel: 'silent',
    ...options,
  });
  const text = outputFiles?.[0]?.text ?? '';
  return { text, bytes: gzipSync(text, { level: 9 }).length, inputs: Object.keys(metafile?.inputs ?? {}) };
}

test('the core takes 14,000 bytes, minified and gzipped, and 26,000 with lru-cache and cockatiel', async () => {
  const undici = ['undici', 'undici/*'];
  const own = await bundled('index', { platform: 'node', external: [...undici, 'lru-cache', 'cockatiel'] });
  const whole = await bundled('index', { platform: 'node', external: undici });
  expect(own.bytes).toBeLessThanOrEqual(14_000);
  expect(whole.bytes).toBeLessThanOrEqual(26_000);
});

test.each(SUBPATHS)('nothing of /%s is in the core', async (subpath) => {
  const { inputs } = await bundled('index', { platform: 'node', packages: 'external' });
  const theirs = new RegExp(`sdk/src/${subpath}(\\.ts|/)`);
  expect(inputs.filter((path) => theirs.test(path))).toEqual([]);
});

test('/fetch needs nothing of Node: it bundles for a neutral platform, with all its dependencies', async () => {
  const conditions = ['workerd', 'worker', 'browser']; // as bundlers of edge functions have them
  const options: BuildOptions = { platform: 'neutral', conditions, mainFields: ['module', 'main'] };
  const { text, bytes } = await bundled('fetch', options);
  expect(text.match(/node:|\brequire\(|\bprocess\.|\bBuffer\./g)).toBeNull();
  expect(bytes).toBeLessThanOrEqual(20_000);
});

test('/testing brings no transport', async () => {
  const { inputs } = await bundled('testing', { platform: 'node', packages: 'external' });
  expect(inputs.filter((path) => /(origin|circuit-breaker)\.ts$/.test(path))).toEqual([]);
});

/** The package as `require` gives it. */
async function required(): Promise<{ readonly createSegmentClient: typeof createSegmentClient }> {
  const external = ['undici', 'undici/*', 'cockatiel'];
  const { text } = await bundled('index', { platform: 'node', format: 'cjs', external });
  const folder = await mkdtemp(join(import.meta.dirname, '../node_modules/.copy-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(join(folder, 'index.cjs'), text);
  return createRequire(import.meta.url)(join(folder, 'index.cjs'));
}

test('an ESM and a CommonJS copy in one process share their guards, not their caches', async () => {
  const copy = await required();
  let well = true;
  await using server = await drivenServer(servingWhile(() => well));
  const options = { baseUrl: server.url, deadlineMs: 30_000, attemptTimeoutMs: 30_000, flightTimeoutMs: 30_000 };
  await using ours = createSegmentClient(options);
  await using theirs = copy.createSegmentClient(options);
  expect(copy.createSegmentClient).not.toBe(createSegmentClient);
  expect([await ours.lookup('c1'), await theirs.lookup('c1')]).toMatchObject([{ ok: true }, { ok: true }]);
  expect(server.requests).toHaveLength(2);
  well = false;
  for (let call = 0; call < 20; call += 1) await ours.lookup(`x${call}`);
  expect(await theirs.lookup('c2')).toMatchObject({ error: { code: 'CIRCUIT_OPEN' } });
  expect(theirs.stats().origin).toEqual(ours.stats().origin);
  await ours.close();
  expect(await theirs.lookup('c1')).toMatchObject({ servedFrom: 'cache' });
});
