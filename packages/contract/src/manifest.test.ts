import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { parseRunId } from './id.ts';
import { badManifests, goodManifests, manifestFile } from './manifest.bad-input.cases.ts';
import { durationMs, type Manifest, parseManifest, printManifest } from './manifest.ts';

const bytesOf = (file: unknown) => new TextEncoder().encode(JSON.stringify(file));

describe('manifest', () => {
  test.each(Object.entries(goodManifests))('with %s is read, and printed so that it reads the same', (_, file) => {
    const { hash, ...manifest } = parseManifest(bytesOf(file));
    const { hash: printedHash, ...again } = parseManifest(new TextEncoder().encode(printManifest(manifest)));
    expect(again).toEqual(manifest);
    expect([hash.length, printedHash.length]).toEqual([64, 64]);
  });

  test.each(badManifests)('$title is refused', ({ file, names }) => {
    const bytes =
      file instanceof Uint8Array ? file : typeof file === 'string' ? new TextEncoder().encode(file) : bytesOf(file);
    expect(() => parseManifest(bytes)).toThrowError(
      expect.objectContaining({ name: 'FormatError', reason: 'malformed', message: expect.stringContaining(names) }),
    );
    expect(() => parseManifest(bytes)).toThrowError(/^manifest\.json/);
  });

  test('holds what the file says, in the words of the code, and the hash of its bytes', () => {
    const bytes = bytesOf(goodManifests['everything it may have']);
    const manifest: Manifest = {
      run: parseRunId('20260131t235959z-retry'),
      computedAt: new Date('2026-01-31T23:59:59.250Z'),
      layout: 'by-customer',
      format: 'ndjson',
      expectedEvery: 'PT24H',
      parts: [
        {
          key: 'members/part-00000.ndjson.gz',
          bytes: 120,
          rows: 2,
          memberships: 3,
          etag: '"abc"',
          sha256: 'a'.repeat(64),
        },
      ],
      catalogue: { key: 'catalogue.ndjson', bytes: 80, rows: 2, sha256: '0'.repeat(64) },
      totals: { customers: 2, memberships: 3, segments: 2 },
      rejectedUpstream: 4,
      producer: { name: 'segment-compute', version: '0.1.0' },
      hash: createHash('sha256').update(bytes).digest('hex'),
    };
    expect(parseManifest(bytes)).toStrictEqual(manifest);
  });

  test('prints the same bytes whatever the order of its keys', () => {
    const file = manifestFile({ expected_every: 'PT24H' });
    const turned = Object.fromEntries(Object.entries(file).toReversed());
    expect(printManifest(parseManifest(bytesOf(turned)))).toBe(printManifest(parseManifest(bytesOf(file))));
  });
});

test.each([
  ['PT24H', 86_400_000],
  ['P1D', 86_400_000],
  ['P2W', 1_209_600_000],
  ['P1DT1H30M5S', 91_805_000],
  ['P1M', Number.NaN],
])('%s lasts %d ms', (text, ms) => {
  expect(durationMs(text)).toBe(ms);
});
