/** The header of a CSV part: which delimiter, and what of a record goes where in its row. */
import { type Columns, hasColumns, wrongColumns } from './columns.ts';
import { CsvRecord } from './csv-record.ts';
import { type JsonBytes, NOTHING } from './json-bytes.ts';

const DELIMITERS: readonly number[] = [',', '\t', ';'].map((delimiter) => delimiter.charCodeAt(0));
const LIST_COLUMN = 'segment_ids';
const BAR = 0x7c;
const CLOSE_OBJECT = Buffer.from('}');

interface Column {
  readonly field: number;
  /** What stands in a row between the value before and the inside of this one, its end, and the whole of an empty one. */
  readonly open: Buffer;
  readonly close: Buffer;
  readonly empty: Buffer;
  readonly split: number;
}

/** A record → its row. */
export interface CsvHeader {
  readonly record: CsvRecord;
  /** False when the record has more or fewer fields than the header. */
  write(bytes: Uint8Array, json: JsonBytes): boolean;
}

/**
 * The header that stands at the start of `bytes`, and where the records start; undefined while it goes on behind them.
 * The delimiter is the one of comma, tab and semicolon that makes the columns expected of it.
 * @throws Failure CORRUPT naming the columns found and expected
 */
export function readHeader(
  key: string,
  bytes: Buffer,
  columns: Columns,
): { readonly header: CsvHeader; readonly next: number } | undefined {
  const found = DELIMITERS.map((delimiter) => namesAt(bytes, new CsvRecord(delimiter)));
  const most = found.reduce((best, one) => (one.names.length > best.names.length ? one : best));
  const { record, next, names } =
    columns === 'any' ? most : (found.find((one) => hasColumns(one.names, columns)) ?? most);
  if (next === -1) return undefined;
  if (!hasColumns(names, columns) || new Set(names).size < names.length) throw wrongColumns(key, names, columns);
  return { header: createHeader(record, names, columns === 'any' ? names : columns), next };
}

function namesAt(bytes: Buffer, record: CsvRecord) {
  const next = record.read(bytes, 0);
  const names = Array.from({ length: record.fields }, (_, field) => content(bytes, record, field).toString());
  return { record, next, names };
}

function createHeader(record: CsvRecord, names: readonly string[], columns: readonly string[]): CsvHeader {
  const written = columns.map((name, index) => createColumn(name, names.indexOf(name), index === 0));
  return {
    record,
    write(bytes, json) {
      if (record.isBroken || record.fields !== names.length) return false;
      for (const column of written) writeField(bytes, record, column, json);
      json.raw(CLOSE_OBJECT);
      return true;
    },
  };
}

function createColumn(name: string, field: number, isFirst: boolean): Column {
  const isList = name === LIST_COLUMN;
  const before = `${isFirst ? '{' : ','}${JSON.stringify(name)}:`;
  const [open, close, empty] = isList ? ['["', '"]', '[]'] : ['"', '"', '""'];
  return {
    field,
    open: Buffer.from(before + open),
    close: Buffer.from(close),
    empty: Buffer.from(before + empty),
    split: isList ? BAR : NOTHING,
  };
}

function writeField(bytes: Uint8Array, record: CsvRecord, column: Column, json: JsonBytes): void {
  const { field, open, close, empty, split } = column;
  const [from, to] = [record.from(field), record.to(field)];
  if (from === to) {
    json.raw(empty);
    return;
  }
  json.raw(open);
  if (record.isDoubled(field)) {
    const single = content(bytes, record, field);
    json.inside(single, { from: 0, to: single.length }, split);
  } else json.inside(bytes, { from, to }, split);
  json.raw(close);
}

/** The bytes of a field, doubled quotes made one. */
function content(bytes: Uint8Array, record: CsvRecord, field: number): Buffer {
  const text = Buffer.from(bytes.subarray(record.from(field), record.to(field)));
  return record.isDoubled(field) ? Buffer.from(text.toString('latin1').replaceAll('""', '"'), 'latin1') : text;
}
