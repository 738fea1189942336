/** Calculates a run of a few order lines into a directory, for tests. */
import { join } from 'node:path';
import { parseDefinitions } from '@segment-store/contract/definition';
import { parseRunId } from '@segment-store/contract/id';
import { parseDay } from '@segment-store/contract/window';
import { openFolder } from '@segment-store/folder/open';
import { type Calculated, type Calculation, calculate } from './calculate.ts';
import { parseCategories } from './categories.ts';
import { type OrderLine, scratchDirectory, testEngine, writeOrders } from './order-lines.fixture.ts';
import { type RunFolder, readRun } from './run-folder.fixture.ts';

const categories = parseCategories('keyword,category\nMUG,kitchen\nTOY,toys\n');
const run = parseRunId('20260201t030405z');

export interface TestDefinition {
  readonly when: Readonly<Record<string, Readonly<Record<string, number | string>>>>;
  readonly over?: unknown;
  readonly timeZone?: string;
}

/** Definitions by key, over countries unless said otherwise. */
export function definitions(byKey: Readonly<Record<string, TestDefinition>>): Calculation['definitions'] {
  const each = Object.entries(byKey).map(([key, definition]) => {
    return { key, version: 1, type: 'test', name: key, over: { dim: 'country', from: 'orders' }, ...definition };
  });
  return parseDefinitions(JSON.stringify({ definitions: each }));
}

export interface Case {
  readonly lines: readonly OrderLine[];
  readonly definitions: Calculation['definitions'];
  readonly asOf?: string;
  readonly parts?: number;
  readonly threads?: number;
}

export interface Outcome extends RunFolder {
  readonly calculated: Calculated;
  /** Segment ids by customer. */
  readonly byCustomer: Readonly<Record<string, readonly string[]>>;
}

export async function calculateCase({ lines, asOf = '2026-02-01', parts = 1, ...rest }: Case): Promise<Outcome> {
  await using scratch = await scratchDirectory();
  const orders = join(scratch.path, 'orders.parquet');
  await writeOrders(orders, lines);
  await using folder = openFolder(join(scratch.path, run));
  await using engine = await testEngine(rest.threads);
  const calculated = await calculate(
    {
      orders,
      definitions: rest.definitions,
      categories,
      asOf: parseDay(asOf),
      run,
      parts,
      producer: { name: 'test', version: '0' },
    },
    { engine, folder, say: () => {}, signal: new AbortController().signal },
  );
  const written = await readRun(join(scratch.path, run));
  const byCustomer = written.members.map(({ customerId, segmentIds }) => [customerId, segmentIds]);
  return { ...written, calculated, byCustomer: Object.fromEntries(byCustomer) };
}
