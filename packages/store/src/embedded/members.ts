/** Who is in a segment: one walk through all members. */
import { setImmediate } from 'node:timers/promises';
import type { CustomerId, SegmentId } from '@segment-store/contract/id';
import { aborted } from '@segment-store/resilience/deadline';
import type { Call } from '@segment-store/resilience/operation';
import type { StoredMember } from '../member.ts';
import type { GenerationEnvironment } from './environment.ts';

/** Between two turns of the event loop, about a millisecond: customers are answered meanwhile. */
const MEMBERS_A_TURN = 1_000;

export async function* walkMembers(
  { members, refresh }: Pick<GenerationEnvironment, 'members' | 'refresh'>,
  segmentId: SegmentId,
  { signal }: Call,
): AsyncGenerator<readonly CustomerId[]> {
  refresh();
  // As it stands in a canonical line; a customer may be called the same.
  const quoted = `"${segmentId}"`;
  const isIn = ({ segment_ids }: StoredMember) => segment_ids.includes(segmentId);
  for (let start: Buffer | undefined; ; ) {
    if (signal.aborted) throw aborted(signal);
    const range = { limit: MEMBERS_A_TURN, ...(start && { start, exclusiveStart: true }) };
    const piece = [...members.getRange(range)];
    const lines = piece.filter(({ value }) => value.includes(quoted)).map(({ value }) => value.toString());
    const found = lines.map((line): StoredMember => JSON.parse(line)).filter(isIn);
    if (found.length > 0) yield found.map(({ customer_id }) => customer_id);
    start = piece.at(-1)?.key;
    if (piece.length < MEMBERS_A_TURN) return;
    await setImmediate();
  }
}
