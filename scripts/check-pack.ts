/**
 * Packs the SDK as it would be published and uses the tarball as a stranger would: `node scripts/check-pack.ts`.
 * `--long` runs it on more runtimes; `--to <folder>` leaves the tarball there.
 */
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { command, explain, output } from './pack/run.ts';
import { startService } from './pack/service.ts';
import { PRINTS, writeReadmePrograms, writeStranger } from './pack/stranger.ts';
import { packInto } from './pack/tarball.ts';

const ROOT = join(import.meta.dirname, '..');
const SDK = join(ROOT, 'packages/sdk');
const { values: flags } = parseArgs({ options: { long: { type: 'boolean' }, to: { type: 'string' } } });

const PRIVATE = /@segment-store\/(?!sdk\b)[\w-]+/;
const CHUNK = /^dist\/[\w-]+-[\w-]{8}\.(js|cjs|d\.ts|d\.cts)$/;
const MAX = { tarballBytes: 150_000, dependencies: 3, packages: 5, installedBytes: 4_000_000 };
const PLATFORM = `${process.platform}-${process.arch}`;

/** Runtimes by the npm package that holds their binary for this machine, and its path in there. */
const RUNTIMES = {
  'Node 22': { package: `node-${PLATFORM}@22.23.3`, bin: 'bin/node', args: [] },
  'Node 26': { package: `node-${PLATFORM}@26.10.0`, bin: 'bin/node', args: [] },
  Bun: { package: `@oven/bun-${PLATFORM}@1.4.4`, bin: 'bin/bun', args: ['run'] },
  Deno: { package: `@deno/${PLATFORM}-glibc@2.9.6`, bin: 'deno', args: ['run', '--allow-all'] },
} as const;
type Runtime = keyof typeof RUNTIMES;
const runtimes: readonly Runtime[] = flags.long ? ['Node 22', 'Node 26', 'Bun', 'Deno'] : ['Node 22'];

interface Step {
  readonly name: string;
  /** What is wrong, if anything; rejects with it too. */
  run(): Promise<string | undefined>;
}

const work = await mkdtemp(join(tmpdir(), 'check-pack-'));
const stranger = join(work, 'stranger');
const installed = join(stranger, 'node_modules');
const service = await startService();
let tarball = '';

const manifest = async () => JSON.parse(await readFile(join(work, 'package/package.json'), 'utf8'));
const bin = (name: string): string => join(ROOT, 'node_modules/.bin', name);
const sdkBin = (name: string): string => join(SDK, 'node_modules/.bin', name);

async function pack(): Promise<undefined> {
  tarball = await packInto(work);
  return command('tar', ['-xzf', tarball, '-C', work], work);
}

/** Of everything below `folder`, by path from there. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map(({ parentPath, name }) => join(parentPath, name).slice(folder.length + 1)).sort();
}

/** The files its exports name, what these share, and nothing else. */
async function contents(): Promise<string | undefined> {
  const unpacked = join(work, 'package');
  const names = await filesIn(unpacked);
  const exported = JSON.stringify((await manifest()).exports).match(/dist\/[^"]+/g) ?? [];
  const expected = ['LICENSE', 'NOTICE', 'README.md', 'package.json', ...exported];
  const missing = expected.filter((name) => !names.includes(name));
  const stray = names.filter((name) => !expected.includes(name) && !CHUNK.test(name));
  if (missing.length + stray.length > 0)
    return `the tarball lacks ${missing.join(', ')} and should not hold ${stray.join(', ')}`;
  for (const name of names) {
    const [mention] = PRIVATE.exec(await readFile(join(unpacked, name), 'utf8')) ?? [];
    if (mention !== undefined) return `${name} mentions ${mention}, which is not published`;
  }
  return undefined;
}

async function promises(): Promise<string | undefined> {
  const { dependencies, scripts = {} } = await manifest();
  const { size } = await stat(tarball);
  if (size > MAX.tarballBytes) return `the tarball has ${size} bytes; at most ${MAX.tarballBytes}`;
  const count = Object.keys(dependencies).length;
  if (count > MAX.dependencies) return `it has ${count} dependencies; at most ${MAX.dependencies}`;
  return Object.keys(scripts).length > 0 ? `it brings scripts: ${Object.keys(scripts).join(', ')}` : undefined;
}

async function project(folder: string, dependencies: Readonly<Record<string, string>>): Promise<undefined> {
  await mkdir(folder);
  await writeStranger(folder, { '@segment-store/sdk': `file:${tarball}`, ...dependencies });
  return command('npm', ['install', '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'], folder);
}

/** What a stranger gets who installs this and nothing else. */
async function footprint(): Promise<string | undefined> {
  const alone = join(work, 'alone');
  await project(alone, {});
  const modules = join(alone, 'node_modules');
  const files = await filesIn(modules);
  const packages = files.filter((path) => /^(@[^/]+\/)?[^/]+\/package\.json$/.test(path));
  const sizes = await Promise.all(files.map(async (path) => (await stat(join(modules, path))).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (packages.length > MAX.packages) return `it installs ${packages.length} packages; at most ${MAX.packages}`;
  return bytes > MAX.installedBytes ? `it installs ${bytes} bytes; at most ${MAX.installedBytes}` : undefined;
}

async function install(): Promise<undefined> {
  const root = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'));
  const own = JSON.parse(await readFile(join(SDK, 'package.json'), 'utf8'));
  const { '@types/node': types } = root.devDependencies;
  const { '@openfeature/server-sdk': openfeature, '@openfeature/core': core } = own.devDependencies;
  const binaries = runtimes.map((name) => [folderOf(name), `npm:${RUNTIMES[name].package}`]);
  return project(stranger, {
    '@types/node': types,
    '@openfeature/server-sdk': openfeature,
    '@openfeature/core': core,
    ...Object.fromEntries(binaries),
  });
}

const folderOf = (name: Runtime): string => name.toLowerCase().replace(' ', '-');

async function runOn(runtime: Runtime | 'this Node', file: string): Promise<string | undefined> {
  const own = { program: process.execPath, args: [] };
  const { program, args } = runtime === 'this Node' ? own : binary(runtime);
  const printed = await output(program, [...args, file, service.url], stranger);
  return printed === PRINTS ? undefined : `printed ${printed}\nexpected ${PRINTS}`;
}

function binary(name: Runtime): { readonly program: string; readonly args: readonly string[] } {
  return { program: join(installed, folderOf(name), RUNTIMES[name].bin), args: RUNTIMES[name].args };
}

/** The README's own programs, run as they stand. One that starts cold on a busy machine may use up its 150 ms: it has three tries. */
async function readme(): Promise<string | undefined> {
  await writeReadmePrograms(stranger);
  const env = { ...process.env, SEGMENT_STORE_URL: service.url };
  for (const file of ['readme.mts', 'readme.cjs']) {
    let printed = '';
    for (let tries = 0; tries < 3 && !printed.startsWith('server'); tries += 1) {
      printed = await output(process.execPath, [file], stranger, env);
    }
    if (!printed.startsWith("server [ 'recurrent:store:17' ]")) return `${file} printed ${printed}`;
  }
  return undefined;
}

const STEPS: readonly Step[] = [
  { name: 'build and pack', run: pack },
  { name: 'contents', run: contents },
  { name: 'size, dependencies, no scripts', run: promises },
  { name: 'publint', run: async () => command(sdkBin('publint'), [tarball, '--strict'], ROOT) },
  { name: 'attw', run: async () => command(sdkBin('attw'), [tarball, '--profile', 'node16'], ROOT) },
  { name: 'packages and bytes installed', run: footprint },
  { name: 'install in an empty project', run: install },
  {
    name: 'types for .mts and .cts, libraries checked too',
    run: () => command(bin('tsc'), ['-p', stranger], stranger),
  },
  { name: 'the README’s programs', run: readme },
  ...(['this Node', ...runtimes] as const).flatMap((runtime) =>
    ['run.mjs', 'run.cjs'].map((file) => ({ name: `${file} on ${runtime}`, run: () => runOn(runtime, file) })),
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
  if (['build and pack', 'install in an empty project'].includes(name)) break;
}
service.close();
if (flags.to !== undefined && failed === 0) await copyFile(tarball, join(flags.to, 'segment-store-sdk.tgz'));
await rm(work, { recursive: true, force: true });
process.exitCode = failed === 0 ? 0 : 1;
