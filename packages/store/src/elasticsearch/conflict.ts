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
  /** Of any parts, in the order they were sent. */
  readonly lines: readonly { readonly lines: Lines; readonly at: number }[];
}

/** The places of those `lines` that are what the store holds; of one customer's equal lines only the first. */
export async function findReplays(
  connection: Connection,
  { index, lines }: Conflicts,
  call: Call,
): Promise<ReadonlySet<number>> {
  const ids = lines.map((line) => customerOf(line.lines, line.at));
  const request = { method: 'POST', path: `/${index}/_mget`, body: { ids }, isPrivate: true } as const;
  const { body } = await connection.send<{ docs: readonly Found<StoredMember>[] }>(
    { ...request, timeoutMs: TIMEOUT_MS.bulk },
    call,
  );
  const sources = ids.map((_, place) => sourceOf(body.docs[place] ?? {}, index));
  const seen = new Set<string>();
  const replays = new Set<number>();
  for (const [place, line] of lines.entries()) {
    const customerId = ids[place] ?? '';
    const source = sources[place];
    if (source === undefined || seen.has(customerId)) continue;
    seen.add(customerId);
    if (textOf(line.lines, line.at) === printMember(toMember(source))) replays.add(place);
  }
  return replays;
}

function textOf(lines: Lines, index: number): string {
  const { start, end } = lineAt(lines, index);
  return Buffer.from(lines.bytes.buffer, lines.bytes.byteOffset + start, end - start).toString();
}
