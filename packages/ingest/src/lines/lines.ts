/** Format → how its parts become lines. Compression is decided elsewhere: no place knows both. */
import type { Manifest, Part } from '@segment-store/contract/manifest';
import type { Lines } from '@segment-store/store/store';
import { sourceFailure } from '../source-failure.ts';
import { split } from './split.ts';

export type LineReader = (part: Part, bytes: AsyncIterable<Uint8Array>) => AsyncIterable<Lines>;
type Format = `${Manifest['layout']} ${Manifest['format']}`;

const readers: Readonly<Partial<Record<Format, LineReader>>> = {
  'by-customer ndjson': split,
};

/** @throws Failure UNREADABLE naming the formats this version loads */
export function lineReader({ layout, format, run }: Manifest): LineReader {
  const reader = readers[`${layout} ${format}`];
  if (reader !== undefined) return reader;
  const readable = Object.keys(readers).join(', ');
  throw sourceFailure(
    'UNREADABLE',
    `run ${run} is ${layout} ${format}, which this version does not load: write ${readable}`,
  );
}
