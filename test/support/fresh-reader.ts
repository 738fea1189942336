/** Reads as a process that has just come up: a store opened anew each time, no cache, no memory of what was live. */
import { setTimeout } from 'node:timers/promises';
import type { RunId } from '@segment-store/contract/id';
import type { Store } from '@segment-store/store/store';
import { servedDocuments } from './documents.ts';

export interface ReadThroughout {
  readonly reads: number;
  /** Reads that failed, or answered something else than the source lines of the generation that was live. */
  readonly wrong: readonly string[];
}

/** About this many lookups a round, ten rounds a second. */
const SAMPLE = 20;
const PAUSE_MS = 100;

/** From now until `stop`, however often the jobs that write are killed meanwhile. */
export function readThroughout(
  open: () => Store,
  linesOf: (run: RunId) => readonly string[],
): { stop(): Promise<ReadThroughout> } {
  const stopped = new AbortController();
  const reading = read(open, linesOf, stopped.signal);
  return {
    stop() {
      stopped.abort();
      return reading;
    },
  };
}

async function read(
  open: () => Store,
  linesOf: (run: RunId) => readonly string[],
  stopped: AbortSignal,
): Promise<ReadThroughout> {
  const wrong: string[] = [];
  let reads = 0;
  for (; !stopped.aborted; reads++) {
    await using store = open();
    const served = servedDocuments(store, linesOf, SAMPLE);
    wrong.push(...(await served.then(({ wrong }) => wrong).catch((error) => [`${error}`])));
    await setTimeout(PAUSE_MS);
  }
  return { reads, wrong };
}
