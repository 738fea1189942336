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
}

export interface Place {
  /** URL. */
  readonly store: string;
  readonly prefix?: string;
}

export const customerId = (index: number): string => `customer-${index}`;

/** `root`: a directory of this population alone. */
export async function publish(root: string, population: Population, { store, prefix }: Place): Promise<void> {
  const folder = await writeFolder(root, population);
  const args = [MAIN, 'load', folder, '--store', store, ...(prefix === undefined ? [] : ['--prefix', prefix])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint += text.toString();
  });
  const code = await new Promise((resolve) => child.once('close', resolve));
  if (code !== 0) throw new Error(`segment-ingest load ended with ${code}: ${complaint}`);
}

async function writeFolder(root: string, population: Population): Promise<string> {
  const folder = join(root, RUN);
  await mkdir(join(folder, 'members'), { recursive: true });
  const parts: Part[] = [];
  for (let part = 0; part < PARTS; part += 1) {
    const lines = memberLines(part, population);
    const written = await write(folder, `members/part-${part}.ndjson`, lines);
    parts.push({ ...written, memberships: lines.length * PER_CUSTOMER });
  }
  const catalogue = await write(folder, 'catalogue.ndjson', catalogueLines(population));
  const { customers, segments } = population;
  const manifest = printManifest({
    run: RUN,
    computedAt: runTime(RUN),
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

function memberLines(part: number, { customers, segments }: Population): string[] {
  const lines: string[] = [];
  for (let customer = part; customer < customers; customer += PARTS) {
    const line = { customer_id: customerId(customer), segment_ids: segmentsOf(customer, segments) };
    lines.push(`${JSON.stringify(line)}\n`);
  }
  return lines;
}

function catalogueLines({ customers, segments }: Population): string[] {
  const size = (customers * PER_CUSTOMER) / segments;
  const rest = { type: 'recurrent', attributes: {}, asOf: runTime(RUN), size };
  return Array.from({ length: segments }, (_, index) => {
    const id = segmentId(index);
    return `${printSegment({ id: parseSegmentId(id), name: `Recurrent at store ${index}`, ...rest })}\n`;
  });
}

/** Of one customer, out of so many. */
export function segmentsOf(customer: number, segments: number): readonly string[] {
  return Array.from({ length: PER_CUSTOMER }, (_, at) => segmentId((customer * PER_CUSTOMER + at) % segments));
}

const segmentId = (index: number): string => `recurrent:store:${index}`;

async function write(folder: string, key: string, lines: readonly string[]): Promise<Part> {
  const text = lines.join('');
  await writeFile(join(folder, key), text);
  return { key, bytes: Buffer.byteLength(text), rows: lines.length };
}
