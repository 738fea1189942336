/** How a benchmark, which runs in a process of its own, tells its rows. */
import type { Row } from './ratio.ts';

export function report(...rows: readonly Row[]): void {
  for (const row of rows) process.stdout.write(`${JSON.stringify(row)}\n`);
}

/** What fails is told and makes the benchmark fail in the end; rows after it are measured all the same. */
export async function attempt(what: string, measure: () => Promise<void>): Promise<void> {
  try {
    await measure();
  } catch (error) {
    process.stderr.write(`${what} could not be measured: ${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  }
}
