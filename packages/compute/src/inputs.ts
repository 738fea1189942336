/** The files that say what the segments are, and up to which day. */
import { readFile } from 'node:fs/promises';
import { usage } from '@segment-store/cli/exit-code';
import { type Option, requiredText, type Values } from '@segment-store/cli/option';
import { parseDefinitions } from '@segment-store/contract/definition';
import { parseDay } from '@segment-store/contract/window';
import { asUsage } from './as-usage.ts';
import type { Calculation } from './calculate.ts';
import { parseCategories } from './categories.ts';

export const inputOptions: Readonly<Record<'orders' | 'definitions' | 'categories' | 'asOf', Option<string>>> = {
  orders: requiredText({ placeholder: '<file>', description: 'order lines, a Parquet file' }),
  definitions: requiredText({ placeholder: '<file>', description: 'what the segments mean, JSON' }),
  categories: requiredText({ placeholder: '<file>', description: 'keyword,category for the descriptions, CSV' }),
  asOf: requiredText({ placeholder: '<day>', description: 'orders before this day are seen, as in 2026-01-31' }),
};

export type Inputs = Pick<Calculation, 'orders' | 'asOf' | 'definitions' | 'categories'>;

/** The orders themselves are not read. @throws CommandError `usage` */
export async function readInputs(given: Values<typeof inputOptions>): Promise<Inputs> {
  return {
    orders: given.orders,
    asOf: asUsage('--as-of', () => parseDay(given.asOf)),
    definitions: await fromFile('--definitions', given.definitions, parseDefinitions),
    categories: await fromFile('--categories', given.categories, parseCategories),
  };
}

async function fromFile<T>(flag: string, path: string, parse: (text: string) => T): Promise<T> {
  const content = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw usage(`${flag} ${path} cannot be read: ${cause instanceof Error ? cause.message : cause}`, cause);
  });
  return asUsage(`${flag} ${path}`, () => parse(content));
}
