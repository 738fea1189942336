/** What whoever takes the SDK gets: the tarball that would be published, in an empty project. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build } from 'esbuild';
import { packInto } from '../../scripts/pack/tarball.ts';
import { extent } from '../extent.ts';
import { type Figures, type Row, toRow, withFigures } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { installAlone, type Project } from './installed/project.ts';
import { measureStart } from './installed/starting.ts';

const SDK = '@segment-store/sdk';
const SOURCE = join(import.meta.dirname, '../../packages/sdk/src/index.ts');
const rounds = extent === 'quick' ? 2 : 15;

const packed = await mkdtemp(join(tmpdir(), 'bench-packed-'));
try {
  await using project = await installAlone(await packInto(packed));
  const { packages, bytes } = project;
  report(absolute('install-packages', 'packages', 5, packages), absolute('install-mb', 'MB', 4, bytes / 1e6));
  await attempt('import-ms', async () => report(await importing(project)));
  await attempt('min-gz-kb', async () => report(...(await bundles(project))));
} finally {
  await rm(packed, { recursive: true, force: true });
}

/** A row whose figure has a limit of its own, and nothing to be compared with. */
function absolute(name: string, unit: string, goal: number, value: number): Row {
  return toRow({ name, unit, goal }, { value, baseline: 1, ratio: value });
}

async function importing({ folder }: Project): Promise<Row> {
  const statement = `import '${SDK}';`;
  const esm = await measureStart(folder, { file: 'import.mjs', statement, rounds });
  const cjs = await measureStart(folder, { file: 'require.cjs', statement: `require('${SDK}');`, rounds });
  const figures: Figures = { bareNodeMs: esm.bareMs, requireMs: cjs.importMs };
  return withFigures(absolute('import-ms', 'ms', 25, esm.importMs), figures);
}

/** lru-cache is part of what is built: what is ours alone is bundled from its source. */
async function bundles({ folder }: Project): Promise<readonly Row[]> {
  const undici = ['undici', 'undici/*'];
  const own = await kilobytes({ entryPoints: [SOURCE], external: [...undici, 'lru-cache', 'cockatiel'] });
  const whole = await kilobytes({
    stdin: { contents: `export * from '${SDK}'`, resolveDir: folder },
    external: undici,
  });
  return [absolute('min-gz-kb', 'kB', 14, own), absolute('min-gz-with-dependencies-kb', 'kB', 26, whole)];
}

async function kilobytes(options: BuildOptions): Promise<number> {
  const fixed = {
    bundle: true,
    format: 'esm',
    target: 'es2024',
    platform: 'node',
    minify: true,
    write: false,
  } as const;
  const { outputFiles = [] } = await build({ ...fixed, logLevel: 'silent', ...options });
  return gzipSync(outputFiles[0]?.text ?? '', { level: 9 }).length / 1_000;
}
