/** How many members each segment has: one walk through all members, whatever was asked. */
import { setImmediate } from 'node:timers/promises';
import type { SegmentId } from '@segment-store/contract/id';
import { aborted } from '@segment-store/resilience/deadline';
import type { Call } from '@segment-store/resilience/operation';
import type { StoredMember } from '../member.ts';
import type { GenerationEnvironment } from './environment.ts';

/** Between two turns of the event loop: leases are renewed and readers answered meanwhile. */
const MEMBERS_A_TURN = 5_000;

/** In the order asked. */
export async function countSegments(
  { members, refresh }: Pick<GenerationEnvironment, 'members' | 'refresh'>,
  segmentIds: readonly SegmentId[],
  { signal }: Call,
): Promise<readonly number[]> {
  refresh();
  const counts = new Map(segmentIds.map((id) => [id, 0]));
  let start: Buffer | undefined;
  for (;;) {
    if (signal.aborted) throw aborted(signal);
    const range = { limit: MEMBERS_A_TURN, ...(start && { start, exclusiveStart: true }) };
    const piece = [...members.getRange(range)];
    for (const { value } of piece) add(value, counts);
    start = piece.at(-1)?.key;
    if (piece.length < MEMBERS_A_TURN) return segmentIds.map((id) => counts.get(id) ?? 0);
    await setImmediate();
  }
}

function add(line: Buffer, counts: Map<SegmentId, number>): void {
  const { segment_ids }: StoredMember = JSON.parse(line.toString());
  for (const id of segment_ids) {
    const count = counts.get(id);
    if (count !== undefined) counts.set(id, count + 1);
  }
}
