/** Reads back a run folder that a test has written to a directory. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { type Member, parseMemberLine, parseSegmentLine, type Segment } from '@segment-store/contract/lines';
import { type Manifest, parseManifest } from '@segment-store/contract/manifest';

export interface RunFolder {
  readonly manifest: Manifest;
  readonly members: readonly Member[];
  readonly segments: readonly Segment[];
}

export async function readRun(directory: string): Promise<RunFolder> {
  const manifest = parseManifest(await readFile(join(directory, 'manifest.json')));
  const parts = await Promise.all(manifest.parts.map(({ key }) => readLines(join(directory, key))));
  const segments = await readLines(join(directory, manifest.catalogue.key));
  return {
    manifest,
    members: parts.flat().map((line) => parseMemberLine(new TextEncoder().encode(line))),
    segments: segments.map(parseSegmentLine),
  };
}

async function readLines(path: string): Promise<readonly string[]> {
  return gunzipSync(await readFile(path))
    .toString()
    .trimEnd()
    .split('\n');
}
