/** A 409 cannot tell a replay from a customer's second line; the stored bytes can. */
import { printMember } from '@segment-store/contract/lines';
import type { Call } from '@segment-store/resilience/operation';
import { type StoredMember, toMember } from '../member.ts';
import type { Lines } from '../store.ts';
import { customerOf, lineAt } from '../tally.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { type Found, sourceOf } from './found.ts';

export interface Conflicts {
  readonly index: string;
  readonly lines: Lines;
  readonly indexes: readonly number[];
}

/** Those of `indexes` whose line is what the store holds; of one customer's equal lines only the first. */
export async function findReplays(connection: Connection, conflicts: Conflicts, call: Call): Promise<Set<number>> {
  const { index, lines, indexes } = conflicts;
  const ids = indexes.map((at) => customerOf(lines, at));
  const request = { method: 'POST', path: `/${index}/_mget`, body: { ids }, isPrivate: true } as const;
  const { body } = await connection.send<{ docs: readonly Found<StoredMember>[] }>(
    { ...request, timeoutMs: TIMEOUT_MS.bulk },
    call,
  );
  const sources = ids.map((_, place) => sourceOf(body.docs[place] ?? {}, index));
  const seen = new Set<string>();
  const isReplay = (at: number, place: number) => {
    const customerId = ids[place] ?? '';
    const source = sources[place];
    if (source === undefined || seen.has(customerId)) return false;
    seen.add(customerId);
    return textOf(lines, at) === printMember(toMember(source));
  };
  return new Set(indexes.filter(isReplay));
}

function textOf(lines: Lines, index: number): string {
  const { start, end } = lineAt(lines, index);
  return Buffer.from(lines.bytes.buffer, lines.bytes.byteOffset + start, end - start).toString();
}
