/** What is in the bundle of whom: sizes, and who must not be in it. */
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { expect, test } from 'vitest';

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
