/** Run folders of generated customers, gzip, as a producer writes them. The same every time, no two customers alike. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseRunId, parseSegmentId, type RunId, runTime } from '@segment-store/contract/id';
import { printSegment } from '@segment-store/contract/lines';
import { type Part, printManifest } from '@segment-store/contract/manifest';

/** `small`: about 100 bytes a line. `large`: about 1.5 KB. */
export type Kind = 'small' | 'large';

const SEGMENTS = 1_000;
const segmentsOf = { small: 2, large: 48 } as const;

export interface Folder {
  readonly path: string;
  readonly kind: Kind;
  readonly documents: number;
  /** Of the lines, decompressed. */
  readonly bytes: number;
  /** Of the parts' files. */
  readonly packedBytes: number;
  /** Files of lines, in order. */
  readonly parts: readonly string[];
}

export interface FolderOptions {
  readonly kind: Kind;
  /** Of lines, together. */
  readonly bytes: number;
  readonly parts: number;
}

export async function writeFolder(root: string, { kind, bytes, parts }: FolderOptions): Promise<Folder> {
  const run = nextRun();
  const path = join(root, run);
  await mkdir(join(path, 'members'), { recursive: true });
  const sizes = new Uint32Array(SEGMENTS);
  const made: (Part & { readonly decompressed: number })[] = [];
  for (let index = 0, customer = 0; index < parts; index += 1) {
    const lines = linesFrom(customer, { kind, bytes: bytes / parts }, sizes);
    customer += lines.count;
    const key = `members/part-${String(index).padStart(5, '0')}.ndjson.gz`;
    const packed = gzipSync(lines.text, { level: 1 });
    await writeFile(join(path, key), packed);
    const memberships = lines.count * segmentsOf[kind];
    made.push({ key, bytes: packed.length, rows: lines.count, memberships, decompressed: lines.text.length });
  }
  const catalogue = await writeCatalogue(path, sizes);
  const sum = (figure: (part: (typeof made)[number]) => number) =>
    made.reduce((total, part) => total + figure(part), 0);
  const customers = sum(({ rows }) => rows);
  const manifest = printManifest({
    run,
    computedAt: runTime(run),
    layout: 'by-customer',
    format: 'ndjson',
    parts: made.map(({ decompressed: _, ...part }) => part),
    catalogue,
    totals: { customers, memberships: customers * segmentsOf[kind], segments: catalogue.rows },
    producer: { name: 'bench', version: '1' },
  });
  await writeFile(join(path, 'manifest.json'), manifest);
  return {
    path,
    kind,
    documents: customers,
    bytes: sum(({ decompressed }) => decompressed),
    packedBytes: sum(({ bytes: packed }) => packed),
    parts: made.map(({ key }) => join(path, key)),
  };
}

let runs = 0;

/** Each newer than the one before. */
function nextRun(): RunId {
  runs += 1;
  return parseRunId(`20260131t04${String(runs).padStart(4, '0')}z`);
}

function linesFrom(first: number, { kind, bytes }: { kind: Kind; bytes: number }, sizes: Uint32Array) {
  const lines: string[] = [];
  for (let length = 0; length < bytes; ) {
    const line = lineOf(first + lines.length, kind, sizes);
    lines.push(line);
    length += line.length;
  }
  return { text: lines.join(''), count: lines.length };
}

/** Ids in no order, as a hash partitioning leaves them; segments as random, and so as hard to compress. */
function lineOf(customer: number, kind: Kind, sizes: Uint32Array): string {
  const random = mixed(customer);
  const count = segmentsOf[kind];
  // Each segment of a customer is from another area, so that none comes twice.
  const area = Math.floor(SEGMENTS / count);
  let segments = '';
  for (let at = 0; at < count; at += 1) {
    const segment = at * area + (mixed(random + at) % area);
    sizes[segment] = (sizes[segment] ?? 0) + 1;
    segments += `${at === 0 ? '' : ','}"${segmentId(segment)}"`;
  }
  return `{"customer_id":"${random.toString(36)}-${customer}","segment_ids":[${segments}]}\n`;
}

/** The bits of a number thrown about (the end of MurmurHash 3): random, and the same every time. */
function mixed(seed: number): number {
  let bits = seed + 1;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

const segmentId = (segment: number): string => `recurrent:store:${String(segment).padStart(10, '0')}`;

async function writeCatalogue(path: string, sizes: Uint32Array): Promise<Part> {
  const asOf = new Date('2026-01-31T00:00:00Z');
  const lines = Array.from(sizes, (size, segment) => {
    const id = segmentId(segment);
    return `${printSegment({ id: parseSegmentId(id), type: 'recurrent', name: id, attributes: {}, asOf, size })}\n`;
  });
  const text = lines.join('');
  await writeFile(join(path, 'catalogue.ndjson'), text);
  return { key: 'catalogue.ndjson', bytes: Buffer.byteLength(text), rows: lines.length };
}
