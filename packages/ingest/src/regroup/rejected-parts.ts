/**
 * Lines of a by-segment run that are none, kept as parts of the run they are left out of: so budgets, dead letters, the
 * ledger and the gates hear of them as of every rejected line, whenever that run is loaded.
 */
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import type { Part } from '@segment-store/contract/manifest';
import type { Folder } from '@segment-store/folder/folder';
import type { Call } from '@segment-store/resilience/operation';
import { type RefusedRow, RowList, type RowReader } from '../lines/rows.ts';

export const REJECTED_PREFIX = 'members/rejected-';
/** Of one part: it is read at once. */
const MOST_ROWS = 10_000;
const MOST_BYTES = 4 * 1024 * 1024;
/** A longer line is not kept. */
const MAX_RAW_BYTES = 1024 * 1024;

export class RejectedParts {
  readonly #folder: Folder;
  readonly #parts: Part[] = [];
  #lines: string[] = [];
  #bytes = 0;

  constructor(folder: Folder) {
    this.#folder = folder;
  }

  /** `row.part` is the source's. */
  async add(rows: readonly RefusedRow[], call: Call): Promise<void> {
    for (const row of rows) {
      const line = print(row);
      this.#lines.push(line);
      this.#bytes += line.length;
      if (this.#lines.length >= MOST_ROWS || this.#bytes >= MOST_BYTES) await this.#write(call);
    }
  }

  /** Forgets, when it is called, what was added since. */
  mark(): () => void {
    const [parts, lines, bytes] = [this.#parts.length, [...this.#lines], this.#bytes];
    return () => {
      this.#parts.length = parts;
      this.#lines = lines;
      this.#bytes = bytes;
    };
  }

  async end(call: Call): Promise<readonly Part[]> {
    await this.#write(call);
    return this.#parts;
  }

  async #write(call: Call): Promise<void> {
    if (this.#lines.length === 0) return;
    const key = `${REJECTED_PREFIX}${String(this.#parts.length).padStart(5, '0')}.ndjson`;
    const { bytes } = await this.#folder.write(key, Readable.from([Buffer.from(this.#lines.join(''))]), call);
    this.#parts.push({ key, bytes, rows: this.#lines.length, memberships: 0 });
    this.#lines = [];
    this.#bytes = 0;
  }
}

export const rejectedRows: RowReader = async function* (source, call) {
  const lines = await text(source.bytes(call));
  const list = new RowList(0);
  let end = 0;
  for (const line of lines.split('\n').filter((line) => line !== '')) {
    const row = parse(line);
    list.refuse(row);
    end = Math.max(end, row.offset + 1); // behind every one of them: offsets are the source's
  }
  yield list.rows(Buffer.alloc(0), end);
};

function print({ raw, ...row }: RefusedRow): string {
  const kept = raw.length <= MAX_RAW_BYTES ? Buffer.from(raw).toString('base64') : '';
  return `${JSON.stringify({ ...row, raw: kept })}\n`;
}

/** Printed by `print`, in this folder. */
function parse(line: string): RefusedRow {
  const row: RefusedRow & { readonly raw: unknown } = JSON.parse(line);
  return { ...row, raw: Buffer.from(String(row.raw), 'base64') };
}
