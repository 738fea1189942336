import type { Manifest } from '@segment-store/contract/manifest';
import { isFailure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { openParquet } from '../lines/parquet-file.ts';
import type { PartSource } from '../lines/rows.ts';
import { sourceFailure } from './source-failure.ts';

export type Shape = Pick<Manifest, 'layout' | 'format'>;

const PARQUET = Buffer.from('PAR1');
const HEAD_BYTES = 64 * 1024;
/** The first of these names says whose rows these are. */
const COLUMNS = /\b(customer_id|segment_ids|segment_id|customer_ids)\b/g;

/** Layout and format of a part, by its first bytes. Rejects with UNREADABLE when they are none a run has. */
export async function shapeOf(source: PartSource, call: Call): Promise<Shape> {
  const start = await source.range({ from: 0, to: Math.min(PARQUET.length, source.fileBytes) }, call);
  if (PARQUET.equals(start)) return { format: 'parquet', layout: layoutOf(source.key, await columnsOf(source, call)) };
  const head = await headOf(source, call);
  const isJson = /^[\s\ufeff]*\{/.test(head);
  const names = (isJson ? head : firstLine(head)).match(COLUMNS) ?? [];
  return { format: isJson ? 'ndjson' : 'csv', layout: layoutOf(source.key, names) };
}

async function columnsOf(source: PartSource, call: Call): Promise<readonly string[]> {
  const range = (bytes: { from: number; to: number }) => source.range(bytes, call);
  const opened = openParquet({ fileBytes: source.fileBytes, range }).catch((error: unknown) => {
    if (isFailure(error)) throw error;
    throw sourceFailure('CORRUPT', `${source.key} is not valid Parquet (${error}): write it again`, error);
  });
  return (await opened).columns.map(({ name }) => name);
}

const firstLine = (text: string) => text.split('\n', 1)[0] ?? '';

async function headOf(source: PartSource, call: Call): Promise<string> {
  let head = Buffer.alloc(0);
  for await (const chunk of source.bytes(call)) {
    head = Buffer.concat([head, chunk]);
    if (head.length >= HEAD_BYTES) break;
  }
  return head.subarray(0, HEAD_BYTES).toString();
}

function layoutOf(key: string, names: readonly string[]): Shape['layout'] {
  if (names.includes('segment_ids')) return 'by-customer';
  if (names.includes('segment_id')) return 'by-segment';
  const expected = 'customer_id and segment_ids, or segment_id and customer ids';
  throw sourceFailure('UNREADABLE', `${key} starts with ${names.join(', ') || 'no names'}; expected ${expected}`);
}
