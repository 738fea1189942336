/** Writes one generation into its environment. */
import { setImmediate } from 'node:timers/promises';
import { printSegment, type Segment } from '@segment-store/contract/lines';
import { aborted } from '@segment-store/resilience/deadline';
import { chunksOf } from '../chunks.ts';
import type { Contents } from '../contents.ts';
import type { Lines } from '../store.ts';
import { customerOf, LineTally, lineAt, lineCount } from '../tally.ts';
import type { GenerationEnvironment } from './environment.ts';

/** Segments written in one transaction. */
const CHUNK = 1_000;

/** `held`: let go of with the contents. */
export function createContents(open: () => GenerationEnvironment, held: AsyncDisposable): Contents {
  let opened: GenerationEnvironment | undefined;
  const environment = () => {
    opened ??= open();
    return opened;
  };
  return {
    async prepare() {
      environment();
    },
    catalogue: (segments) => writeCatalogue(environment(), segments),
    async write(lines, { signal }) {
      // A transaction blocks this thread: signals, leases and readers have their turn in between.
      await setImmediate();
      if (signal.aborted) throw aborted(signal);
      return environment().transaction(() => writeLines(environment(), lines));
    },
    // A transaction is on disk when it ends.
    async flush() {},
    async count() {
      const { members, catalogue } = environment();
      return { members: members.getKeysCount(), segments: catalogue.getKeysCount() };
    },
    async reopen() {},
    async close() {},
    async [Symbol.asyncDispose]() {
      await opened?.close();
      opened = undefined;
      await held[Symbol.asyncDispose]();
    },
  };
}

async function writeCatalogue(environment: GenerationEnvironment, segments: AsyncIterable<Segment>): Promise<number> {
  let count = 0;
  for await (const chunk of chunksOf(segments, CHUNK)) {
    await setImmediate();
    environment.transaction(() => {
      for (const segment of chunk) environment.catalogue.putSync(segment.id, printSegment(segment));
    });
    count += chunk.length;
  }
  return count;
}

/** Within a transaction, so that a get sees what the line before has put. */
function writeLines({ members }: GenerationEnvironment, lines: Lines & { readonly attempted: boolean }): LineTally {
  const tally = new LineTally(lines);
  /** Of the lines of a replay: a customer's second line is no replay of its first. */
  const seen = new Set<string>();
  for (let index = 0; index < lineCount(lines); index += 1) {
    const { start, end } = lineAt(lines, index);
    const line = Buffer.from(lines.bytes.buffer, lines.bytes.byteOffset + start, end - start);
    const customerId = customerOf(lines, index);
    const key = Buffer.from(customerId);
    const stored = members.getBinary(key);
    const isReplay = lines.attempted && !seen.has(customerId) && stored?.equals(line);
    if (stored === undefined) members.putSync(key, line);
    if (lines.attempted) seen.add(customerId);
    if (stored === undefined) tally.stored('created', index);
    else if (isReplay) tally.stored('replayed', index);
    else tally.reject(index, 'duplicate-customer');
  }
  return tally;
}
