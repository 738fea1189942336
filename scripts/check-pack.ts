/**
 * Packs the SDK as it would be published and uses the tarball as a stranger would, against a real service:
 * `node scripts/check-pack.ts`. `--long` adds runtimes, compilers and peers, `--to <folder>` leaves the tarball there,
 * `--write` does nothing but rewrite what is kept of it in packages/sdk/api.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { apiReport } from './pack/api-report.ts';
import { difference, write } from './pack/committed.ts';
import { contents, footprint, listed, type Manifest, manifestOf, notice, promises } from './pack/contents.ts';
import {
  FIRST_PROGRAMS,
  installCommand,
  PEERS,
  PROGRAMS,
  runAstray,
  runPrograms,
  TESTS,
  unread,
  writePrograms,
} from './pack/readme.ts';
import { command, explain, output } from './pack/run.ts';
import { everyRuntime, invocation, type Runtime, runtimePackages } from './pack/runtimes.ts';
import { startService } from './pack/service.ts';
import { smokeArguments, smokeComplaint } from './pack/smoke.ts';
import { configFile, project, writeTypes } from './pack/stranger.ts';
import { packInto } from './pack/tarball.ts';
import { OLDEST_COMPILER, type Settings } from './pack/types.ts';

const ROOT = join(import.meta.dirname, '..');
const SDK = join(ROOT, 'packages/sdk');
const options = { long: { type: 'boolean' }, write: { type: 'boolean' }, to: { type: 'string' } } as const;
const { values: flags } = parseArgs({ options });
const runtimes: readonly Runtime[] = flags.long ? everyRuntime : ['Node 22'];

interface Step {
  readonly name: string;
  /** What is wrong, if anything; rejects with it too. */
  run(): Promise<string | undefined>;
  /** Nothing after it makes sense when it fails. */
  readonly isGround?: boolean;
}

const work = await mkdtemp(join(tmpdir(), 'check-pack-'));
const unpacked = join(work, 'package');
const [alone, stranger] = [join(work, 'alone'), join(work, 'stranger')];
const starting = startService(join(work, 'data'));
starting.catch(() => 'who needs it hears of it');
let tarball = '';

const sdkBin = (name: string): string => join(SDK, 'node_modules/.bin', name);

async function pack(): Promise<undefined> {
  tarball = await packInto(work);
  return command('tar', ['-xzf', tarball, '-C', work], work);
}

async function again(): Promise<string | undefined> {
  const other = join(work, 'again');
  await mkdir(other);
  const [first, second] = [await readFile(tarball), await readFile(await packInto(other))];
  return first.equals(second) ? undefined : 'built and packed twice, it was not the same tarball';
}

/** The public API and the list of files as they are kept for reviews. */
async function kept(): Promise<string | undefined> {
  const files = new Map([...(await apiReport(SDK)), ['contents.txt', await listed(unpacked)]]);
  const folder = join(SDK, 'api');
  if (flags.write) await write(folder, files);
  const changes = await difference(folder, files);
  return changes && `${changes}\nIf that is meant, write it down: npm run api`;
}

/** An empty folder, the README's own command and its first programs. */
async function firstSteps(): Promise<string | undefined> {
  await mkdir(alone);
  await command('sh', ['-c', await installCommand(join(unpacked, 'README.md'), tarball)], alone);
  await writePrograms(FIRST_PROGRAMS, alone);
  return runPrograms(FIRST_PROGRAMS, alone, await starting);
}

async function install(): Promise<undefined> {
  const wanted = ['@types/node', '@openfeature/core', ...PEERS];
  const ours = await Promise.all([ROOT, SDK, join(ROOT, 'examples/openfeature')].map(manifestOf));
  const versions = Object.assign({}, ...ours.flatMap((manifest) => [manifest.dependencies, manifest.devDependencies]));
  return project(stranger, {
    '@segment-store/sdk': `file:${tarball}`,
    ...Object.fromEntries(wanted.map((name) => [name, versions[name]])),
    [OLDEST_COMPILER.folder]: `npm:${OLDEST_COMPILER.package}`,
    ...runtimePackages(runtimes),
  });
}

async function readme(): Promise<string | undefined> {
  await writePrograms(PROGRAMS, stranger);
  const forgotten = await unread(stranger);
  if (forgotten.length > 0) return `nobody runs ${forgotten.join(', ')} of the README`;
  return runPrograms(PROGRAMS, stranger, await starting);
}

async function types(compiler: string, settings: Settings, folder = stranger): Promise<undefined> {
  await writeTypes(folder);
  return command(process.execPath, [compiler, '-p', join(folder, configFile(settings))], folder);
}

const OLDEST = join(stranger, 'node_modules', OLDEST_COMPILER.folder, 'bin/tsc');
const OURS = join(ROOT, 'node_modules/typescript/bin/tsc');

async function smoke(program: string, args: readonly string[], folder = stranger): Promise<string | undefined> {
  return smokeComplaint(await output(program, [...args, ...smokeArguments(await starting)], folder));
}

function smokeOn(runtime: Runtime, file: string): Promise<string | undefined> {
  const { program, args } = invocation(runtime, stranger);
  return smoke(program, [...args, file]);
}

/** The oldest peers that it says it works with. */
async function oldestPeers(): Promise<string | undefined> {
  const folder = join(work, 'oldest');
  const { peerDependencies = {} }: Manifest = await manifestOf(unpacked);
  const oldest = Object.entries(peerDependencies).map(([name, range]) => [name, range.replace('^', '')]);
  const { dependencies: { '@types/node': node = '' } = {} } = await manifestOf(stranger);
  const sdk = `file:${tarball}`;
  const core = '1.6.0'; // what the oldest provider API was made with; its declarations clash with later ones
  const peers = { '@openfeature/core': core, ...Object.fromEntries(oldest) };
  await project(folder, { '@segment-store/sdk': sdk, '@types/node': node, ...peers });
  await types(OURS, 'node16', folder);
  return smoke(process.execPath, ['smoke.mjs'], folder);
}

/** npm would publish this very file. Whether it may is between npm and GitHub. */
async function publishable(): Promise<string | undefined> {
  const said = JSON.parse(await output('npm', ['publish', tarball, '--dry-run', '--access', 'public', '--json'], work));
  const integrity = `sha512-${createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64')}`;
  return JSON.stringify(said).includes(integrity) ? undefined : `npm would publish ${JSON.stringify(said)}`;
}

/** The README's test, by the runner that it names. */
async function readmeTest(): Promise<string | undefined> {
  const folder = join(work, 'tested');
  const { devDependencies: { vitest = '' } = {} } = await manifestOf(ROOT);
  await project(folder, { '@segment-store/sdk': `file:${tarball}`, vitest });
  await writePrograms(TESTS, folder);
  return command('npx', ['vitest', 'run'], folder);
}

const PACK: Step = { name: 'build and pack', run: pack, isGround: true };
const KEPT: Step = { name: 'API and files as kept for reviews', run: kept };
const STEPS: readonly Step[] = [
  PACK,
  { name: 'contents', run: () => contents(unpacked) },
  { name: 'licences of what is in it', run: () => notice(unpacked) },
  { name: 'size, dependencies, no scripts', run: () => promises(unpacked, tarball) },
  KEPT,
  { name: 'publint', run: () => command(sdkBin('publint'), [tarball, '--strict'], ROOT) },
  { name: 'attw', run: () => command(sdkBin('attw'), [tarball, '--profile', 'node16'], ROOT) },
  { name: 'the README in an empty folder', run: firstSteps },
  { name: 'the same where no service is', run: async () => runAstray(alone, await starting) },
  { name: 'packages and bytes installed', run: () => footprint(join(alone, 'node_modules')) },
  { name: 'install with peers', run: install, isGround: true },
  { name: 'the README’s other programs', run: readme },
  { name: 'types, libraries checked too', run: () => types(OURS, 'readme') },
  { name: 'smoke.mjs', run: () => smoke(process.execPath, ['smoke.mjs']) },
  { name: 'smoke.cjs', run: () => smoke(process.execPath, ['smoke.cjs']) },
  ...runtimes.flatMap((runtime) =>
    ['smoke.mjs', 'smoke.cjs'].map((file) => ({ name: `${file} on ${runtime}`, run: () => smokeOn(runtime, file) })),
  ),
];
const LONG_STEPS: readonly Step[] = [
  ...(['node16', 'bundler', 'without @types/node'] as const).map((settings) => ({
    name: `types: ${settings}`,
    run: () => types(OURS, settings),
  })),
  ...(['nodenext', 'node16', 'bundler'] as const).map((settings) => ({
    name: `types: ${settings}, the oldest compiler`,
    run: () => types(OLDEST, settings),
  })),
  { name: 'the oldest peers', run: oldestPeers },
  { name: 'the README’s test', run: readmeTest },
  { name: 'built and packed again', run: again },
  { name: 'npm publish, rehearsed', run: publishable },
];

const chosen = flags.long ? [...STEPS, ...LONG_STEPS] : STEPS;
let failed = 0;
for (const { name, run, isGround } of flags.write ? [PACK, KEPT] : chosen) {
  const started = performance.now();
  const complaint = await run().catch(explain);
  const seconds = ((performance.now() - started) / 1_000).toFixed(1);
  process.stdout.write(`${complaint === undefined ? 'ok  ' : 'FAIL'} ${name} (${seconds} s)\n`);
  if (complaint === undefined) continue;
  process.stdout.write(`${complaint.replace(/^/gm, '     ')}\n`);
  failed += 1;
  if (isGround) break;
}
await starting.then(
  (service) => service.stop(),
  () => 'it never started',
);
if (flags.to !== undefined && failed === 0) await copyFile(tarball, join(flags.to, 'segment-store-sdk.tgz'));
await rm(work, { recursive: true, force: true });
process.exitCode = failed === 0 ? 0 : 1;
