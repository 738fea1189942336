/** How a benchmark, which runs in a process of its own, tells its rows. */
import type { Row } from './ratio.ts';

export function report(...rows: readonly Row[]): void {
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
}
