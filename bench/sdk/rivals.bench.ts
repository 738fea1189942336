/** Others' SDKs while their own server accepts and never answers; how long importing them takes, and how much they bring. */
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { extent } from '../extent.ts';
import { toRow } from '../ratio.ts';
import { attempt, report } from '../report.ts';
import { installAlone } from './installed/project.ts';
import { measureStart } from './installed/starting.ts';
import { OURS, type Probe, probes } from './rivals/probes.ts';
import { CAP_MS, type Probed, probing } from './rivals/probing.ts';

interface Brought {
  readonly version: string;
  readonly 'import ms': number | string;
  readonly packages: number | string;
  readonly MB: number | string;
}

const rounds = extent === 'quick' ? 1 : 5;
const UNKNOWN: Brought = { version: '', 'import ms': '', packages: '', MB: '' };

const { devDependencies } = JSON.parse(await readFile(join(import.meta.dirname, '../package.json'), 'utf8'));
const brought = new Map<string, Brought>();
for (const from of new Set(probes.map((probe) => probe.from))) {
  if (from === OURS) continue; // see import-ms, install-packages, install-mb
  await attempt(`what ${from} brings`, async () => void brought.set(from, await bring(from)));
}
const probed = await blackhole();
report({ ...worst(), lines: probes.map(toLine) });

async function bring(from: string): Promise<Brought> {
  const version = devDependencies[from];
  process.stderr.write(`  ${from}@${version}: installed and imported …\n`);
  await using project = await installAlone(`${from}@${version}`);
  const { importMs } = await measureStart(project.folder, {
    file: 'import.mjs',
    statement: `import '${from}';`,
    rounds,
  });
  return { version, 'import ms': Math.round(importMs), packages: project.packages, MB: rounded(project.bytes / 1e6) };
}

/** All at once: they only wait. One after the other they begin, so that none waits for another's import. */
async function blackhole(): Promise<ReadonlyMap<Probe, Probed | string>> {
  const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = server.address();
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  const running = new Map<Probe, Promise<Probed>>();
  for (const probe of probes) {
    process.stderr.write(`  black hole: ${probe.from} ${probe.call}, ${CAP_MS / 1_000} s at most …\n`);
    running.set(
      probe,
      probing(probe, url).then(({ end }) => end),
    );
    await Promise.race([running.get(probe)?.catch(() => {}), new Promise((resolve) => setTimeout(resolve, 1_500))]);
  }
  const ends = await Promise.all([...running].map(async ([probe, end]) => [probe, await end.catch(String)] as const));
  server.close();
  return new Map(ends);
}

/** Of those who ask a server for each customer, as ours does: the best of the others. */
function worst() {
  const remote = probes.filter(({ kind }) => kind === 'remote evaluation');
  const own = Math.max(...remote.filter(({ from }) => from === OURS).map(worstOf));
  const best = Math.min(...remote.filter(({ from }) => from !== OURS).map(worstOf));
  const contest = { name: 'caller-worst-vs-rivals-blackhole', unit: 'ms', goal: 1 };
  return toRow(contest, { value: own, baseline: best, ratio: own / best });
}

function worstOf(probe: Probe): number {
  const end = probed.get(probe);
  if (end === undefined || typeof end === 'string') return Number.NaN;
  return end.open > 0 ? CAP_MS : Math.max(...end.ms);
}

function toLine(probe: Probe) {
  const end = probed.get(probe) ?? 'not measured';
  const { from, kind, call } = probe;
  const told =
    typeof end === 'string' ? { 'worst call': '', ended: end } : { 'worst call': shown(end), ended: end.ended };
  return { sdk: from, what: kind, call, ...told, ...(brought.get(from) ?? UNKNOWN) };
}

function shown({ open, ms }: Probed): string {
  if (open > 0) return `> ${CAP_MS / 1_000} s`;
  const worst = Math.max(...ms);
  return worst < 1_000 ? `${rounded(worst)} ms` : `${rounded(worst / 1_000)} s`;
}

function rounded(value: number): number {
  return Number(value.toPrecision(3));
}
