/** Run folders for tests: good ones, and good ones with one thing broken. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseSegmentId, type RunId, runTime } from '@segment-store/contract/id';
import { type Member, parseMemberLine, printMember, printSegment, type Segment } from '@segment-store/contract/lines';
import { MANIFEST_KEY, type Manifest, type Part, parseManifest, printManifest } from '@segment-store/contract/manifest';

/** Key → bytes of everything in the folder. A broken run is a good one with entries changed. */
export type RunFiles = Map<string, Buffer>;

export interface RunOptions {
  readonly run: RunId;
  /** Member lines of each part, without line breaks. Lines that are no member lines count as rows only. */
  readonly parts: readonly (readonly string[])[];
  /** Default false. */
  readonly gzip?: boolean;
  /** What the catalogue says of a segment besides id, size and time. Default: type `test`, no attributes. */
  describe?(id: string): Partial<Pick<Segment, 'type' | 'name' | 'attributes' | 'definition' | 'definitionVersion'>>;
}

/** The files of a complete run: catalogue, parts, and a manifest that is right about them. */
export function runFiles({ run, parts, gzip = false, describe = () => ({}) }: RunOptions): RunFiles {
  const files: RunFiles = new Map();
  const sizes = new Map<string, number>();
  const store = (key: string, lines: readonly string[]): Part => {
    const text = lines.map((line) => `${line}\n`).join('');
    const bytes = gzip ? gzipSync(text, { level: 1 }) : Buffer.from(text);
    files.set(key, bytes);
    return { key, bytes: bytes.length, rows: lines.length };
  };
  const memberParts = parts.map((lines, index) => {
    const memberships = lines.reduce((sum, line) => sum + countSegments(line, sizes), 0);
    return { ...store(`members/part-${String(index).padStart(5, '0')}`, lines), memberships };
  });
  const catalogue = store(
    'catalogue.ndjson',
    [...sizes].sort().map(([id, size]) => catalogueLine({ id, size, run }, describe(id))),
  );
  const manifest = { run, parts: memberParts, catalogue };
  files.set(MANIFEST_KEY, Buffer.from(printManifest(withTotals(manifest))));
  return files;
}

/** The manifest of `files`, changed; the files stay as they are. */
export function changeManifest(files: RunFiles, change: (manifest: Manifest) => Omit<Manifest, 'hash'>): void {
  files.set(
    MANIFEST_KEY,
    Buffer.from(printManifest(change(parseManifest(files.get(MANIFEST_KEY) ?? Buffer.alloc(0))))),
  );
}

/** Writes the files below `folder`, the manifest last. */
export async function writeRun(folder: string, files: RunFiles): Promise<string> {
  for (const [key, bytes] of files) {
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await writeFile(join(folder, key), bytes);
  }
  return folder;
}

/** Customer `index` of a generated run: 0–7 of 40 segments, other ones for another `seed`. */
export function generatedMember(index: number, seed: number): Member {
  const hash = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(seed + 1, 0x85ebca6b);
  const segments = Array.from(
    { length: (hash >>> 7) & 7 },
    (_, at) => `s:${(((hash >>> 10) & 0xffff) + at * (seed + 1)) % 40}`,
  );
  return parseMemberLine(
    Buffer.from(JSON.stringify({ customer_id: `customer-${index}`, segment_ids: [...new Set(segments)] })),
  );
}

/** Lines of `customers` generated members, in `parts` parts. */
export function generatedParts({
  customers,
  parts,
  seed,
}: {
  customers: number;
  parts: number;
  seed: number;
}): string[][] {
  return Array.from({ length: parts }, (_, part) => {
    const [from, to] = [Math.floor((customers * part) / parts), Math.floor((customers * (part + 1)) / parts)];
    return Array.from({ length: to - from }, (_, index) => printMember(generatedMember(from + index, seed)));
  });
}

function withTotals({ run, parts, catalogue }: Pick<Manifest, 'run' | 'parts' | 'catalogue'>): Omit<Manifest, 'hash'> {
  const sum = (figure: (part: Part) => number) => parts.reduce((total, part) => total + figure(part), 0);
  return {
    run,
    computedAt: runTime(run),
    layout: 'by-customer',
    format: 'ndjson',
    parts,
    catalogue,
    totals: {
      customers: sum(({ rows }) => rows),
      memberships: sum(({ memberships }) => memberships ?? 0),
      segments: catalogue.rows,
    },
    producer: { name: 'run-folder', version: '1' },
  };
}

function countSegments(line: string, sizes: Map<string, number>): number {
  try {
    const { segmentIds } = parseMemberLine(Buffer.from(line));
    for (const id of segmentIds) sizes.set(id, (sizes.get(id) ?? 0) + 1);
    return segmentIds.length;
  } catch {
    return 0;
  }
}

interface Counted {
  readonly id: string;
  readonly size: number;
  readonly run: RunId;
}

function catalogueLine({ id, size, run }: Counted, described: ReturnType<NonNullable<RunOptions['describe']>>): string {
  const plain = { type: 'test', name: `Segment ${id}`, attributes: {} };
  return printSegment({ ...plain, ...described, id: parseSegmentId(id), asOf: runTime(run), size });
}
