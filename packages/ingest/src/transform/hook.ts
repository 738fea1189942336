/** What users write: a row of the source → a member. */
import { pathToFileURL } from 'node:url';
import { FormatError } from '@segment-store/contract/id';
import { parseJson } from '@segment-store/contract/json';
import { SPAN_FIELDS } from '@segment-store/contract/lines';
import type { Part } from '@segment-store/contract/manifest';
import type { Lines } from '@segment-store/store/store';
import { JsonBytes } from '../lines/json-bytes.ts';
import { type Keep, memberLines, placeMemberLine } from '../lines/member-lines.ts';
import { type RefusedRow, RowList, type Rows } from '../lines/rows.ts';

/** null skips the row, throwing rejects it; may be async. */
export type TransformHook = (row: Row) => unknown;
type Row = Readonly<Record<string, unknown>>;

/** Rejects with what the module throws, or a TypeError when its default export is no function. */
export async function importHook(path: string): Promise<TransformHook> {
  const module: { readonly default?: unknown } = await import(pathToFileURL(path).href);
  const hook = module.default;
  if (typeof hook === 'function') return (row) => hook(row);
  throw new TypeError('its default export is no function');
}

export interface PartRows {
  readonly part: Part;
  readonly rows: Rows;
}

/** The lines `hook` makes of the rows, one after the other; each has the place of its row. */
export async function transformRows(hook: TransformHook, { part, rows }: PartRows, keep: Keep): Promise<Lines> {
  const json = new JsonBytes(rows.bytes.length);
  const list = new RowList(rows.offsets.length);
  for (const row of rows.refused) list.refuse(row);
  let skipped = 0;
  for (let index = 0; index < rows.offsets.length; index++) {
    const from = json.length;
    const raw = rows.bytes.subarray(rows.spans[index * SPAN_FIELDS], rows.spans[index * SPAN_FIELDS + 1]);
    const [line, offset] = [rows.numbers[index] ?? 0, rows.offsets[index] ?? 0];
    const promised = madeOf(hook, raw);
    const made = promised instanceof Promise ? await promised : promised;
    const refused = made.kind === 'text' ? fault(json, made.text) : made.because;
    if (made.kind === 'skipped') skipped++;
    else if (refused === undefined) list.add(from, json.length, offset, line);
    else list.refuse({ line, offset, raw, ...refused });
  }
  const lines = memberLines(part, list.rows(json.bytes(), rows.end), keep);
  return { ...lines, settled: { ...lines.settled, skipped } };
}

type Because = Pick<RefusedRow, 'reason' | 'type'>;

const scratch = new Uint32Array(SPAN_FIELDS);

/** Appends a member; undefined when it is one. Looked at here as well: a refusal is of the row, not of what became of it. */
function fault(json: JsonBytes, member: string): Because | undefined {
  const from = json.length;
  json.text(member);
  const reason = placeMemberLine(json.bytes(), { from, to: json.length }, scratch, 0);
  return reason && { reason };
}

type Made =
  | { readonly kind: 'text'; readonly text: string; readonly because?: undefined }
  | { readonly kind: 'skipped'; readonly because?: undefined }
  | { readonly kind: 'refused'; readonly because: Because };

/** A promise only where the hook made one: most do not, and waiting costs. */
function madeOf(hook: TransformHook, raw: Uint8Array): Made | Promise<Made> {
  const row = parseRow(raw);
  if (row === undefined) return { kind: 'refused', because: { reason: 'malformed' } };
  try {
    const result = hook(row);
    return isThenable(result) ? Promise.resolve(result).then(taken, thrown) : taken(result);
  } catch (error) {
    return thrown(error);
  }
}

function parseRow(raw: Uint8Array): Row | undefined {
  try {
    const row = parseJson(raw, 'row');
    return isObject(row) && !Array.isArray(row) ? row : undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

function taken(result: unknown): Made {
  return result === null ? { kind: 'skipped' } : { kind: 'text', text: print(result) };
}

/** Its name only: a message may quote customer data. */
function thrown(error: unknown): Made {
  const type = error instanceof Error ? error.name : typeof error;
  return { kind: 'refused', because: { reason: 'transform', type } };
}

/** What is no member prints as something that is no member line. */
function print(result: unknown): string {
  if (!isObject(result)) return 'null';
  try {
    return JSON.stringify({ customer_id: result.customer_id, segment_ids: result.segment_ids });
  } catch {
    return 'null'; // a BigInt, a circle, a getter that throws
  }
}

function isObject(value: unknown): value is Row {
  return typeof value === 'object' && value !== null;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return isObject(value) && typeof value.then === 'function';
}
