/** Waits until every shard of a generation has its copies, as long as copying goes on. */
import type { RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import { pause } from '@segment-store/resilience/patience';
import { systemTime } from '@segment-store/resilience/time';
import type { Settling } from '../settling.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { shardsOf } from './shards.ts';

export interface WaitTerms {
  readonly connection: Connection;
  /** How long copies are waited for at most. */
  readonly settleMs: number;
  readonly onSettling: ((settling: Settling) => void) | undefined;
}

const LOOK_MS = 1_000;
const TELL_MS = 5_000;
/** How long nothing at all is being copied anywhere before copies are taken for impossible now. */
const IDLE_MS = 10_000;

/** Settles when all copies are there, when none is being made, or when the time is up: what is missing then is for a gate. */
export async function waitForCopies(
  terms: WaitTerms,
  { run, indices }: { readonly run: RunId; readonly indices: string },
  call: Call,
): Promise<void> {
  const { connection, settleMs, onSettling } = terms;
  const startedAt = systemTime.now();
  let [busyAt, toldAt] = [startedAt, startedAt];
  for (;;) {
    const { health, shards } = await shardsOf(connection, indices, call);
    const now = systemTime.now();
    if (health === 'green' || now - startedAt >= settleMs) return;
    if (shards.starting > 0 || (await isCopying(connection, call))) busyAt = now;
    if (now - busyAt >= IDLE_MS) return;
    if (onSettling !== undefined && now - toldAt >= TELL_MS) {
      toldAt = now;
      onSettling(await progressOf(connection, { run, indices, elapsedMs: now - startedAt }, call));
    }
    await pause(LOOK_MS, call);
  }
}

/** Copies of other indices may be in front of ours: a node makes only some at once. New indices are no copies. */
async function isCopying(connection: Connection, call: Call): Promise<boolean> {
  const query = { active_only: true };
  const request = { method: 'GET', path: '/_recovery', query, timeoutMs: TIMEOUT_MS.control } as const;
  const { body } = await connection.send<Recoveries>(request, call);
  return copiesIn(body).length > 0;
}

interface Recoveries {
  readonly [index: string]: {
    readonly shards: readonly {
      readonly type: string;
      readonly index: { readonly size: { readonly total_in_bytes: number; readonly recovered_in_bytes: number } };
    }[];
  };
}

/** From one node to another. */
const copiesIn = (recoveries: Recoveries) =>
  Object.values(recoveries)
    .flatMap(({ shards }) => shards)
    .filter(({ type }) => type === 'PEER');

interface Copying {
  readonly run: RunId;
  readonly indices: string;
  readonly elapsedMs: number;
}

async function progressOf(connection: Connection, { run, indices, elapsedMs }: Copying, call: Call): Promise<Settling> {
  const request = { method: 'GET', path: `/${indices}/_recovery`, timeoutMs: TIMEOUT_MS.control } as const;
  const { body } = await connection.send<Recoveries>(request, call);
  const sizes = copiesIn(body).map(({ index }) => index.size);
  const totalBytes = sizes.reduce((sum, size) => sum + size.total_in_bytes, 0);
  const doneBytes = sizes.reduce((sum, size) => sum + size.recovered_in_bytes, 0);
  const remainingMs = doneBytes > 0 ? { remainingMs: (elapsedMs * (totalBytes - doneBytes)) / doneBytes } : {};
  return { run, step: 'copy', elapsedMs, totalBytes, doneBytes, ...remainingMs };
}
