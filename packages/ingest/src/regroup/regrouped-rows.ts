/** Of a run made here: members, but for the parts that say what was left out. */
import { ndjsonRows } from '../lines/ndjson.ts';
import type { RowReader } from '../lines/rows.ts';
import { CORRUPT_PREFIX, corruptRows } from './corrupt-parts.ts';
import { REJECTED_PREFIX, rejectedRows } from './rejected-parts.ts';

const members = ndjsonRows();

export const regroupedRows: RowReader = (source, call) => {
  if (source.key.startsWith(CORRUPT_PREFIX)) return corruptRows(source, call);
  return source.key.startsWith(REJECTED_PREFIX) ? rejectedRows(source, call) : members(source, call);
};
