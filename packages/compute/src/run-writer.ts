/** Writes a run folder: the parts, the catalogue, and last the manifest that makes it a run. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { type Member, printMember, printSegment, type Segment } from '@segment-store/contract/lines';
import { MANIFEST_KEY, type Manifest, type Part, printManifest } from '@segment-store/contract/manifest';
import type { Folder } from '@segment-store/folder/folder';
import { isFailure } from '@segment-store/resilience/failure';
import { unlimited } from '@segment-store/resilience/operation';

/** Lines are handed to the compressor so many at a time, in whatever batches they came: equal lines, equal bytes. */
const LINES_AT_ONCE = 1000;

export interface RunWriter {
  /** `customers` members in `parts` files of equal length (the last one shorter), in order. */
  members(batches: AsyncGenerator<readonly Member[]>, split: Split): Promise<readonly Part[]>;
  catalogue(segments: readonly Segment[]): Promise<Part>;
  manifest(manifest: Omit<Manifest, 'hash'>): Promise<void>;
}

interface Split {
  readonly customers: number;
  readonly parts: number;
}

/** `folder` is the run's own. @throws CommandError `refused` when it holds a run already: a run never changes */
export async function openRun(folder: Folder, signal: AbortSignal): Promise<RunWriter> {
  const call = { ...unlimited, signal };
  if (await exists(folder.info(MANIFEST_KEY, call))) {
    const wayOut = 'a run is never changed; give another --run or another --to';
    throw new CommandError(exitCode.refused, `${folder.url} holds a run already; ${wayOut}`);
  }
  const write = async (key: string, pieces: AsyncIterable<Lines>): Promise<Part> => {
    const [counted, hash] = [{ bytes: 0, rows: 0 }, createHash('sha256')];
    await pipeline(toText(pieces, counted), createGzip(), (compressed: AsyncIterable<Uint8Array>) =>
      folder.write(key, measured(compressed, counted, hash), call),
    );
    return { key, ...counted, sha256: hash.digest('hex') };
  };
  return {
    members: (batches, split) => writeParts(new Cursor(batches), split, write),
    catalogue: (segments) => write('catalogue.ndjson.gz', Readable.from([segments.map(printSegment)])),
    async manifest(manifest) {
      await folder.write(MANIFEST_KEY, Readable.from([Buffer.from(printManifest(manifest))]), call);
    },
  };
}

async function exists(info: Promise<unknown>): Promise<boolean> {
  try {
    await info;
    return true;
  } catch (error) {
    if (isFailure(error) && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}

type Lines = readonly string[];
type Write = (key: string, pieces: AsyncIterable<Lines>) => Promise<Part>;

async function writeParts(members: Cursor, { customers, parts }: Split, write: Write): Promise<readonly Part[]> {
  const rows = Math.ceil(customers / parts);
  const written: Part[] = [];
  for (let index = 0; index * rows < customers; index++) {
    let memberships = 0;
    const pieces = async function* () {
      for (let left = rows; left > 0; left -= LINES_AT_ONCE) {
        const piece = await members.take(Math.min(left, LINES_AT_ONCE));
        memberships += piece.reduce((sum, { segmentIds }) => sum + segmentIds.length, 0);
        yield piece.map(printMember);
      }
    };
    const part = await write(`members/part-${String(index).padStart(5, '0')}.ndjson.gz`, pieces());
    written.push({ ...part, memberships });
  }
  return written;
}

/** Takes members off batches of any size. */
class Cursor {
  readonly #batches: AsyncGenerator<readonly Member[]>;
  #batch: readonly Member[] = [];
  #at = 0;

  constructor(batches: AsyncGenerator<readonly Member[]>) {
    this.#batches = batches;
  }

  /** The next `count`; fewer only at the end. */
  async take(count: number): Promise<readonly Member[]> {
    const taken: Member[] = [];
    while (taken.length < count) {
      if (this.#at >= this.#batch.length) {
        const { value, done } = await this.#batches.next();
        if (done === true) break;
        [this.#batch, this.#at] = [value, 0];
      }
      const some = this.#batch.slice(this.#at, this.#at + count - taken.length);
      this.#at += some.length;
      taken.push(...some);
    }
    return taken;
  }
}

async function* toText(pieces: AsyncIterable<Lines>, counted: { rows: number }): AsyncGenerator<string> {
  for await (const lines of pieces) {
    counted.rows += lines.length;
    yield lines.map((line) => `${line}\n`).join('');
  }
}

async function* measured(
  body: AsyncIterable<Uint8Array>,
  counted: { bytes: number },
  hash: { update(bytes: Uint8Array): unknown },
): AsyncGenerator<Uint8Array> {
  for await (const bytes of body) {
    counted.bytes += bytes.length;
    hash.update(bytes);
    yield bytes;
  }
}
