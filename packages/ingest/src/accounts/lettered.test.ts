import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Manifest } from '@segment-store/contract/manifest';
import { openFolder } from '@segment-store/folder/open';
import { unlimited } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import { nothing } from '@segment-store/store/outcomes';
import type { Build, ClaimedPart, Lines } from '@segment-store/store/store';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { partOf } from '../gates/outcomes.fixture.ts';
import { run } from '../place.fixture.ts';
import { DeadLetters } from './dead-letters.ts';
import { lettered } from './lettered.ts';

let root = '';
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'lettered-'));
});
afterEach(() => rm(root, { recursive: true }));

const part = partOf(0);
const manifest: Manifest = {
  run,
  computedAt: new Date('2026-01-31T04:00:00Z'),
  layout: 'by-customer',
  format: 'ndjson',
  parts: [part],
  catalogue: { key: 'catalogue.ndjson', bytes: 0, rows: 0 },
  totals: { memberships: 0, segments: 0 },
  producer: { name: 'test', version: '1' },
  hash: '',
};
const none = { created: 0, replayed: 0, skipped: 0, memberships: 0, rejected: [] };
const badLine: Lines = {
  part,
  offset: 10,
  bytes: Buffer.alloc(0),
  spans: new Uint32Array(),
  offsets: new Float64Array(),
  numbers: new Uint32Array(),
  settled: { ...none, rejected: [{ part: part.key, line: 1, offset: 0, reason: 'malformed' }] },
};

/** One part, held by this job until `signal` aborts. */
function buildOf(signal: AbortSignal): Build {
  const claim: ClaimedPart = {
    part,
    signal,
    attempted: false,
    acknowledged: { offset: 0, outcomes: nothing },
    write: async () => none,
    acknowledge: async () => signal.throwIfAborted(),
    finish: async () => signal.throwIfAborted(),
    fail: async () => signal.throwIfAborted(),
    async [Symbol.asyncDispose]() {},
  };
  return {
    state: 'building',
    catalogue: async () => {},
    async *parts() {
      yield claim;
    },
    seal: () => Promise.reject(new Error('not sealed here')),
    outcomes: async () => ({ total: nothing, parts: [] }),
    async [Symbol.asyncDispose]() {},
  };
}

test('the letters of a part are not written any more once it is lost to another job', async () => {
  const lost = new AbortController();
  const letters = new DeadLetters(openFolder(root));
  const lettering = { letters, withRaw: false, etagOf: () => '"e"', time: systemTime };
  const writer = lettered({ build: async () => buildOf(lost.signal) }, lettering);
  const build = await writer.build(manifest, unlimited);
  for await (const claim of build.parts({}, unlimited)) {
    await claim.write(badLine, unlimited);
    lost.abort(new Error('held by another job'));
    await expect(claim.finish(nothing)).rejects.toThrow('held by another job');
  }
  expect(await Array.fromAsync(letters.all(unlimited))).toEqual([]);
});
