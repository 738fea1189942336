/** Raw figures beside the results: whoever doubts a percentile can take another one. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const FOLDER = join(import.meta.dirname, 'results', 'histograms');

/** Buckets: `[up to so many milliseconds, answers]`. */
type Buckets = readonly (readonly [number, number])[];

/** `series`: by what they are of. Replaces those of an earlier run. */
export function keepHistograms(row: string, series: Readonly<Record<string, Buckets>>): void {
  mkdirSync(FOLDER, { recursive: true });
  const head = JSON.stringify({ row, at: new Date().toISOString(), bucket: ['up to ms', 'answers'] });
  const lines = Object.entries(series).map(([name, buckets]) => `${JSON.stringify(name)}:${JSON.stringify(buckets)}`);
  writeFileSync(join(FOLDER, `${row}.json`), `${head.slice(0, -1)},"series":{\n${lines.join(',\n')}\n}}\n`);
}
