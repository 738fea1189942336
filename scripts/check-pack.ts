/** Packs the SDK as it would be published and uses the tarball as a stranger would: `node scripts/check-pack.ts [--keep]`. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..');
const SDK = join(ROOT, 'packages/sdk');
const NODE_22 = '22.23.3';
const PRIVATE = /@segment-store\/(?!sdk\b)[\w-]+/;
const FILES = [
  'LICENSE',
  'README.md',
  ...['hedge', 'index', 'snapshot'].flatMap((entry) =>
    ['cjs', 'd.cts', 'd.ts', 'js'].map((end) => `dist/${entry}.${end}`),
  ),
  'package.json',
];
/** What several of them use, under names that the build makes. */
const SHARED = /^dist\/[\w-]+-[\w-]{8}\.(js|d\.c?ts)$/;
const MAX_BYTES = 150_000;

const USES = `
type Name = 'recurrent:store:17' | 'inactive:country:France';
const client = createSegmentClient<Name>({ baseUrl: new URL('https://segments.example.com'), fallback: [] });
export async function uses(signal: AbortSignal): Promise<readonly Name[]> {
  const lookup: Lookup<Name> = await client.lookup('c1', { signal, deadlineMs: 50 });
  if (lookup.ok) lookup.computedAt.getTime();
  else lookup.error.code satisfies string;
  const many: ReadonlyMap<string, Lookup<Name>> = await client.lookupMany(['c1', 'c2']);
  const member: boolean = await client.isMember('c1', 'recurrent:store:17');
  return member || many.size > 0 ? lookup.segmentIds : [];
}
`;
/**
 * Never closes its clients, and one of them finds nobody at home: it must print and end by itself all the same. What one
 * format of the package learns of an origin, the other knows.
 */
const RUNS = `
async function main(baseUrl) {
  const client = createSegmentClient({ baseUrl, deadlineMs: 2000 });
  const first = await client.lookup('c 1');
  const member = await client.isMember('c 1', 'recurrent:store:17');
  const nobody = createSegmentClient({ baseUrl: 'http://127.0.0.1:1', deadlineMs: 2000 });
  const error = await nobody.lookupOrThrow('c 1').catch((error) => error);
  const code = error instanceof SegmentLookupError ? error.code : error;
  const { epoch } = (await otherFormat).createSegmentClient({ baseUrl }).stats().origin;
  console.log(process.version, first.servedFrom, ...first.segmentIds, client.peek('c 1').servedFrom, member, code, epoch);
}
main(process.argv[2]);
`;

interface Step {
  readonly name: string;
  run(): Promise<string | undefined>;
}

const work = await mkdtemp(join(tmpdir(), 'check-pack-'));
const consumer = join(work, 'consumer');
const service = createServer((asked, response) => {
  const id = decodeURIComponent(asked.url?.split('/')[3] ?? '');
  const generation = '20260914t031500z';
  response.writeHead(200, { 'segment-epoch': '1', 'segment-epoch-floor': '0', 'segment-generation': generation });
  const facts = { known: true, complete: true, generation, computedAt: '2026-09-14T03:15:00.000Z' };
  response.end(JSON.stringify({ customerId: id, ...facts, segmentIds: ['recurrent:store:17'] }));
});

async function pack(): Promise<string | undefined> {
  const hooks = `--config.pnpmfile=${join(SDK, 'pack-hooks.cjs')}`;
  const [pinned = 'pnpm'] = /pnpm@[\d.]+/.exec(await readFile(join(ROOT, 'package.json'), 'utf8')) ?? [];
  return command('npx', ['--yes', pinned, 'pack', hooks, '--pack-destination', work], SDK);
}

async function tarball(): Promise<string> {
  const name = (await readdir(work)).find((file) => file.endsWith('.tgz'));
  if (name === undefined) throw new Error('nothing was packed');
  return join(work, name);
}

async function contents(): Promise<string | undefined> {
  const packed = await tarball();
  const unpacked = join(work, 'package');
  await output('tar', ['-xzf', packed, '-C', work], work);
  const files = (await readdir(unpacked, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const paths = files.map(({ parentPath, name }) => join(parentPath, name));
  const names = paths
    .map((path) => path.slice(unpacked.length + 1))
    .filter((name) => !SHARED.test(name))
    .sort();
  if (names.join() !== FILES.join()) return `the tarball holds ${names.join(', ')}; expected ${FILES.join(', ')}`;
  const { size } = await stat(packed);
  if (size > MAX_BYTES) return `the tarball has ${size} bytes; at most ${MAX_BYTES}`;
  for (const path of paths) {
    const [mention] = PRIVATE.exec(await readFile(path, 'utf8')) ?? [];
    if (mention !== undefined) return `${path.slice(unpacked.length + 1)} mentions ${mention}, which is not published`;
  }
  return undefined;
}

async function install(): Promise<string | undefined> {
  await output('mkdir', [consumer], work);
  const types = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')).devDependencies['@types/node'];
  const dependencies = {
    '@segment-store/sdk': `file:${await tarball()}`,
    '@types/node': types,
    // The package behind `node` for this machine, without its install script.
    'node-22': `npm:node-${process.platform}-${process.arch}@${NODE_22}`,
  };
  const strict = {
    module: 'nodenext',
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  };
  const files: Record<string, string> = {
    'package.json': JSON.stringify({ name: 'stranger', private: true, dependencies }),
    'tsconfig.json': JSON.stringify({ compilerOptions: { ...strict, types: ['node'] }, include: ['*.mts', '*.cts'] }),
    'uses.mts': `import { createSegmentClient, type Lookup } from '@segment-store/sdk';\n${USES}`,
    'uses.cts': `import { createSegmentClient, type Lookup } from '@segment-store/sdk';\n${USES}`,
    'run.mjs': `import { createRequire } from 'node:module';\nimport { createSegmentClient, SegmentLookupError } from '@segment-store/sdk';\nconst otherFormat = createRequire(import.meta.url)('@segment-store/sdk');\n${RUNS}`,
    'run.cjs': `const { createSegmentClient, SegmentLookupError } = require('@segment-store/sdk');\nconst otherFormat = import('@segment-store/sdk');\n${RUNS}`,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(consumer, name), text);
  return command('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], consumer);
}

async function runOn(major: number, file: string): Promise<string | undefined> {
  await listening();
  const address = service.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const node = major === 22 ? join(consumer, 'node_modules/node-22/bin/node') : process.execPath;
  const printed = await output(node, [file, `http://127.0.0.1:${port}`], consumer);
  const expected = `v${major} server recurrent:store:17 cache true NETWORK 1\n`;
  return printed.replace(/^v(\d+)\S*/, 'v$1') === expected ? undefined : `printed ${printed}\nexpected ${expected}`;
}

const listening = (): Promise<void> =>
  new Promise((resolve) => {
    if (service.listening) resolve();
    else service.listen(0, '127.0.0.1', resolve);
  });

const bin = (name: string): string => join(ROOT, 'node_modules/.bin', name);
const sdkBin = (name: string): string => join(SDK, 'node_modules/.bin', name);

async function command(program: string, args: readonly string[], cwd: string): Promise<undefined> {
  await output(program, args, cwd);
  return undefined;
}

async function output(program: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(program, [...args], { cwd, timeout: 120_000 });
  return stdout;
}

const explain = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error);
  const said = 'stdout' in error && 'stderr' in error ? `\n${error.stdout}${error.stderr}` : '';
  return `${error.message}${said}`.trim();
};

const STEPS: readonly Step[] = [
  { name: 'build', run: () => command(bin('tsup'), [], SDK) },
  { name: 'pack', run: pack },
  { name: 'contents', run: contents },
  { name: 'publint', run: async () => command(sdkBin('publint'), [await tarball(), '--strict'], ROOT) },
  { name: 'attw', run: async () => command(sdkBin('attw'), [await tarball(), '--profile', 'node16'], ROOT) },
  { name: 'install in an empty project', run: install },
  {
    name: 'types for .mts and .cts, libraries checked too',
    run: () => command(bin('tsc'), ['-p', consumer], consumer),
  },
  ...[22, 24].flatMap((major) =>
    ['run.mjs', 'run.cjs'].map((file) => ({ name: `${file} on Node ${major}`, run: () => runOn(major, file) })),
  ),
];

let failed = 0;
for (const { name, run } of STEPS) {
  const started = performance.now();
  const complaint = await run().catch(explain);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stdout.write(`${complaint === undefined ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n`);
  if (complaint === undefined) continue;
  process.stdout.write(`${complaint.replace(/^/gm, '     ')}\n`);
  failed += 1;
  if (['build', 'pack', 'install in an empty project'].includes(name)) break;
}
service.close();
if (process.argv.includes('--keep')) process.stdout.write(`kept in ${work}\n`);
else await rm(work, { recursive: true, force: true });
process.exitCode = failed === 0 ? 0 : 1;
