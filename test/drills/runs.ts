/** Runs of the bundled orders on disk, each newer than the one before: whole, or with one thing wrong. */
import { createHash } from 'node:crypto';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { createRunId, type RunId } from '@segment-store/contract/id';
import { MANIFEST_KEY, type Manifest, type Part, parseManifest, printManifest } from '@segment-store/contract/manifest';
import { exampleFile } from '@segment-store/stack/own-process';
import { resultOf } from '../support/commands.ts';

export interface RunChange {
  /** ISO 8601; default `P1D`; `unsaid`: it is not in the manifest. */
  readonly expectedEvery?: string;
  /** Lines that are no member lines. */
  readonly badLines?: number;
  /** Customers that no order has, in no segment. */
  readonly moreCustomers?: number;
  /** Bytes of a part are others than the manifest promises. */
  readonly isCorrupt?: boolean;
}

export interface MadeRun {
  readonly id: RunId;
  readonly folder: string;
}

export interface Runs {
  next(change?: RunChange): Promise<MadeRun>;
}

const AS_OF = '2011-12-10';

/** Calculates once, into `folder`; the others are copies with another id. */
export async function createRuns(folder: string): Promise<Runs> {
  const files = { orders: 'orders.parquet', definitions: 'definitions.json', categories: 'categories.csv' };
  const inputs = Object.entries(files).flatMap(([name, file]) => [`--${name}`, exampleFile(file)]);
  const { folder: calculated } = await resultOf('compute', [
    'run',
    ...inputs,
    ...['--as-of', AS_OF, '--to', folder, '--memory-limit', '512MB', '--threads', '1'],
  ]);
  const template = `${calculated}`.replace(/^file:\/\//, '');
  const manifest = parseManifest(await readFile(join(template, MANIFEST_KEY)));
  let last = manifest.computedAt.getTime();
  return {
    async next(change = {}) {
      last = Math.max(last + 1_000, Math.trunc(Date.now() / 1_000) * 1_000);
      const id = createRunId(new Date(last));
      const copy = join(folder, id);
      await cp(template, copy, { recursive: true });
      const changed = await changedParts(copy, manifest, change);
      const { expectedEvery = 'P1D' } = change;
      const due = expectedEvery === 'unsaid' ? {} : { expectedEvery };
      const named = { run: id, computedAt: new Date(last), ...due };
      await writeFile(join(copy, MANIFEST_KEY), printManifest({ ...changed, ...named }));
      return { id, folder: copy };
    },
  };
}

async function changedParts(folder: string, manifest: Manifest, change: RunChange): Promise<Manifest> {
  const [first, ...others] = manifest.parts;
  if (first === undefined) throw new Error('the bundled orders make a run without parts');
  const { badLines = 0, moreCustomers = 0, isCorrupt = false } = change;
  const lines = [
    ...Array.from({ length: badLines }, (_, index) => `no member line ${index}`),
    ...Array.from({ length: moreCustomers }, (_, index) => `{"customer_id":"drill-${index}","segment_ids":[]}`),
  ];
  const part = await longer(join(folder, first.key), first, lines);
  if (isCorrupt) await corrupt(join(folder, first.key));
  const { customers = 0 } = manifest.totals;
  const totals = { ...manifest.totals, customers: customers + lines.length };
  return { ...manifest, parts: [part, ...others], totals };
}

async function longer(path: string, part: Part, lines: readonly string[]): Promise<Part> {
  if (lines.length === 0) return part;
  const text = `${gunzipSync(await readFile(path)).toString('utf8')}${lines.join('\n')}\n`;
  const bytes = gzipSync(text);
  await writeFile(path, bytes);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { ...part, bytes: bytes.length, rows: part.rows + lines.length, sha256 };
}

async function corrupt(path: string): Promise<void> {
  const bytes = await readFile(path);
  const middle = Math.trunc(bytes.length / 2);
  bytes.fill(0, middle, middle + 64);
  await writeFile(path, bytes);
}
