/** The same memberships, written by segment and by customer: CPU and memory of loading them into an embedded store. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Row, toRow, withFigures } from '../ratio.ts';
import { report } from '../report.ts';
import { cpuSeconds as cpuSecondsOf } from './cpu.ts';
import { scale } from './scale.ts';

const MAIN = join(import.meta.dirname, '../../packages/ingest/src/main.ts');
const RUN = '20260131t040000z';
const SEGMENTS = 1000;
const PER_CUSTOMER = 20;
const CUSTOMERS = scale.customers;
const PARTS = 8;
/** A customer's segments are so far apart: PER_CUSTOMER of them go once around. */
const STEP = 47;

const root = await mkdtemp(join(tmpdir(), 'by-segment-bench-'));
try {
  const baseline = await load('by-customer', byCustomer);
  const value = await load('by-segment', bySegment);
  const memberships = CUSTOMERS * PER_CUSTOMER;
  const cost = { name: 'by-segment-vs-by-customer', unit: 'CPU s', goal: 10 };
  // Against the limit that was set for 20 M memberships.
  const memory = { name: `by-segment-memory-${memberships / 1e6}m`, unit: 'MB', goal: 1 };
  report(
    withFigures(against(cost, value.cpuSeconds, baseline.cpuSeconds), {
      memberships,
      seconds: value.seconds,
      byCustomerSeconds: baseline.seconds,
    }),
    withFigures(against(memory, value.peakMb, 1000), { byCustomerMb: baseline.peakMb }),
  );
} finally {
  await rm(root, { recursive: true });
}

function against(row: { name: string; unit: string; goal: number }, value: number, baseline: number): Row {
  return toRow(row, { value, baseline, ratio: value / baseline });
}

type Lines = (part: number) => Generator<string>;

function* byCustomer(part: number): Generator<string> {
  for (let customer = part; customer < CUSTOMERS; customer += PARTS) {
    const ids = Array.from({ length: PER_CUSTOMER }, (_, at) => `s:${(customer + at * STEP) % SEGMENTS}`);
    yield JSON.stringify({ customer_id: `customer-${customer}`, segment_ids: ids });
  }
}

function* bySegment(part: number): Generator<string> {
  for (let segment = part; segment < SEGMENTS; segment += PARTS) {
    const ids: string[] = [];
    for (let at = 0; at < PER_CUSTOMER; at++) {
      const first = (segment + SEGMENTS * STEP - at * STEP) % SEGMENTS;
      for (let customer = first; customer < CUSTOMERS; customer += SEGMENTS) ids.push(`customer-${customer}`);
    }
    yield JSON.stringify({ segment_id: `s:${segment}`, customer_ids: ids });
  }
}

async function load(layout: string, lines: Lines): Promise<Watched> {
  const folder = join(root, layout, RUN);
  await mkdir(join(folder, 'members'), { recursive: true });
  const parts = [];
  for (let part = 0; part < PARTS; part++) parts.push(await write(folder, `members/part-${part}`, lines(part)));
  const size = (CUSTOMERS * PER_CUSTOMER) / SEGMENTS;
  const segment = { type: 'bench', attributes: {}, as_of: '2026-01-31T00:00:00Z', size };
  const catalogue = await write(folder, 'catalogue', catalogueLines(segment));
  const manifest = {
    schema: 'segment-store/run/1',
    run_id: RUN,
    computed_at: '2026-01-31T04:00:00Z',
    layout,
    format: 'ndjson',
    parts,
    catalogue,
    totals: { memberships: CUSTOMERS * PER_CUSTOMER, segments: SEGMENTS },
    producer: { name: 'bench', version: '1' },
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify(manifest));
  const store = `embedded:${join(root, layout, 'store')}`;
  return watched(['load', folder, '--store', store, '--scratch', join(root, 'scratch')]);
}

function* catalogueLines(segment: object): Generator<string> {
  for (let index = 0; index < SEGMENTS; index++)
    yield JSON.stringify({ id: `s:${index}`, name: `${index}`, ...segment });
}

async function write(folder: string, key: string, lines: Generator<string>) {
  const file = createWriteStream(join(folder, key));
  let [bytes, rows] = [0, 0];
  for (const line of lines) {
    rows++;
    bytes += line.length + 1;
    if (!file.write(`${line}\n`)) await once(file, 'drain');
  }
  file.end();
  await once(file, 'close');
  return { key, bytes, rows };
}

interface Watched {
  readonly seconds: number;
  readonly cpuSeconds: number;
  readonly peakMb: number;
}

/** A command that must end well, as Linux counts its CPU and its most memory. */
async function watched(args: readonly string[]): Promise<Watched> {
  const startedAt = performance.now();
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  let complaint = '';
  child.stderr.on('data', (text: Buffer) => {
    complaint += text.toString();
  });
  let [cpuSeconds, peakMb] = [0, 0];
  const look = setInterval(async () => {
    cpuSeconds = Math.max(cpuSeconds, cpuSecondsOf(child.pid ?? 0) || 0);
    const status = await readFile(`/proc/${child.pid}/status`, 'utf8').catch(() => '');
    peakMb = Math.max(peakMb, (Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) * 1024) / 1e6);
  }, 100);
  const [exitCode] = await ended;
  clearInterval(look);
  if (exitCode !== 0) throw new Error(`segment-ingest ${args[0]} ended with ${exitCode}: ${complaint}`);
  return { seconds: (performance.now() - startedAt) / 1000, cpuSeconds, peakMb };
}
