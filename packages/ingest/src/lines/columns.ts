/** The columns a table's rows come from: these, or whatever there are. */
import { sourceFailure } from '../source/source-failure.ts';

export type Columns = readonly string[] | 'any';

export function hasColumns(found: readonly string[], expected: Columns): boolean {
  return expected === 'any' || expected.every((name) => found.includes(name));
}

export function wrongColumns(key: string, found: readonly string[], expected: Columns): Error {
  const names = expected === 'any' ? 'every name once' : expected.join(' and ');
  return sourceFailure('CORRUPT', `${key} has the columns ${found.join(', ')}; expected ${names}: write the run again`);
}
