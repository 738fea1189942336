/** Merges what a build wrote into few files, so that copies are made of those: optional, reads get a little cheaper. */
import type { RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import { pause } from '@segment-store/resilience/patience';
import { systemTime } from '@segment-store/resilience/time';
import type { Settling } from '../settling.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';

export interface MergeTerms {
  readonly connection: Connection;
  /** Lucene segments of a shard afterwards; undefined: nothing is merged. */
  readonly forceMergeTo: number | undefined;
  readonly onSettling: ((settling: Settling) => void) | undefined;
}

const LOOK_MS = 1_000;
const TELL_MS = 5_000;

interface Task {
  readonly completed?: boolean;
}

/** As a task of Elasticsearch, however long it takes: no request could wait for it. */
export async function mergeSegments(
  { connection, forceMergeTo, onSettling }: MergeTerms,
  { run, index }: { readonly run: RunId; readonly index: string },
  call: Call,
): Promise<void> {
  if (forceMergeTo === undefined) return;
  const query = { max_num_segments: forceMergeTo, wait_for_completion: false };
  const start = { method: 'POST', path: `/${index}/_forcemerge`, query, timeoutMs: TIMEOUT_MS.control } as const;
  const { task } = (await connection.send<{ readonly task: string }>(start, call)).body;
  const startedAt = systemTime.now();
  let toldAt = startedAt;
  // 404: the node that did it is gone, or keeps no results; merged or not, the documents are the same.
  const look = { method: 'GET', path: `/_tasks/${task}`, timeoutMs: TIMEOUT_MS.control, accept: [404] } as const;
  for (;;) {
    const { status, body } = await connection.send<Task>(look, call);
    if (status === 404 || body.completed) return;
    const now = systemTime.now();
    if (now - toldAt >= TELL_MS) {
      toldAt = now;
      onSettling?.({ run, step: 'merge', elapsedMs: now - startedAt });
    }
    await pause(LOOK_MS, call);
  }
}
