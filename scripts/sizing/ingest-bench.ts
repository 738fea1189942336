/** How fast a job loads: the quick form of its benchmark, for whoever has no half an hour. */
import { execFile } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const FILE = join(import.meta.dirname, '../../bench/ingest/ceiling.bench.ts');
const RESULTS = join(import.meta.dirname, '../../.data/load/ingest.json');

export async function benchIngest(signal: AbortSignal): Promise<void> {
  const startedAt = new Date().toISOString();
  const { stdout } = await promisify(execFile)(process.execPath, [FILE, '--quick'], { signal });
  const rows = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const cpu = `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`;
  await mkdir(dirname(RESULTS), { recursive: true });
  await writeFile(RESULTS, `${JSON.stringify({ cpu: `${cpu}, --quick`, startedAt, rows })}\n`);
}
