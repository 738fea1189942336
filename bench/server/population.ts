/** Customers in a store, by way of `segment-ingest load`: a run folder, its build, its publish. */
import { spawn } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseRunId, parseSegmentId, type RunId, runTime } from '@segment-store/contract/id';
import { printSegment } from '@segment-store/contract/lines';
import { type Part, printManifest } from '@segment-store/contract/manifest';

const MAIN = join(import.meta.dirname, '../../packages/ingest/src/main.ts');
export const RUN: RunId = parseRunId('20260131t040000z');
const PARTS = 4;
const PER_CUSTOMER = 5;

export interface Population {
  readonly customers: number;
  /** Of the catalogue; every one has as many members. */
  readonly segments: number;
  /** Default: the one of all benchmarks. */
  readonly run?: RunId;
  /** Everybody's segments are so many further on. Default 0. */
  readonly shift?: number;
}

export interface Place {
  /** URL. */
  readonly store: string;
  readonly prefix?: string;
}

export const customerId = (index: number): string => `customer-${index}`;

/** `root`: a directory of this population alone. */
export async function publish(root: string, population: Population, place: Place): Promise<void> {
  await load(await writeFolder(root, population), place);
}

/** And publishes. */
export const load = (folder: string, place: Place): Promise<void> => ingest(['load', folder], place);

/** `segment-ingest` with a command of its own. @throws Error with what it says when it does not end well */
export async function ingest(command: readonly string[], { store, prefix }: Place): Promise<void> {
  const args = [MAIN, ...command, '--store', store, ...(prefix === undefined ? [] : ['--prefix', prefix])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint += text.toString();
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`segment-ingest ${command[0]} ended with ${code}: ${complaint}`);
}

export async function writeFolder(root: string, population: Population): Promise<string> {
  const { customers, segments, run = RUN } = population;
  const folder = join(root, run);
  await mkdir(join(folder, 'members'), { recursive: true });
  const parts: Part[] = [];
  for (let part = 0; part < PARTS; part += 1) {
    const lines = memberLines(part, population);
    const written = await write(folder, `members/part-${part}.ndjson`, lines);
    parts.push({ ...written, memberships: lines.length * PER_CUSTOMER });
  }
  const catalogue = await write(folder, 'catalogue.ndjson', catalogueLines(population));
  const manifest = printManifest({
    run,
    computedAt: runTime(run),
    layout: 'by-customer',
    format: 'ndjson',
    parts,
    catalogue,
    totals: { customers, memberships: customers * PER_CUSTOMER, segments },
    producer: { name: 'bench', version: '1' },
  });
  await writeFile(join(folder, 'manifest.json'), manifest);
  return folder;
}

function memberLines(part: number, { customers, segments, shift }: Population): string[] {
  const lines: string[] = [];
  for (let customer = part; customer < customers; customer += PARTS) {
    const line = { customer_id: customerId(customer), segment_ids: segmentsOf(customer, segments, shift) };
    lines.push(`${JSON.stringify(line)}\n`);
  }
  return lines;
}

function catalogueLines({ customers, segments, run = RUN }: Population): string[] {
  const size = (customers * PER_CUSTOMER) / segments;
  const rest = { type: 'recurrent', attributes: {}, asOf: runTime(run), size };
  return Array.from({ length: segments }, (_, index) => {
    const id = segmentId(index);
    return `${printSegment({ id: parseSegmentId(id), name: `Recurrent at store ${index}`, ...rest })}\n`;
  });
}

/** Of one customer, out of so many. */
export function segmentsOf(customer: number, segments: number, shift: number = 0): readonly string[] {
  const first = customer * PER_CUSTOMER + shift;
  return Array.from({ length: PER_CUSTOMER }, (_, at) => segmentId((first + at) % segments));
}

const segmentId = (index: number): string => `recurrent:store:${index}`;

async function write(folder: string, key: string, lines: readonly string[]): Promise<Part> {
  const text = lines.join('');
  await writeFile(join(folder, key), text);
  return { key, bytes: Buffer.byteLength(text), rows: lines.length };
}
