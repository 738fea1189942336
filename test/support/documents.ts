/** What a store serves, beside the lines it was loaded from. */
import type { RunId } from '@segment-store/contract/id';
import { parseMemberLine, printMember } from '@segment-store/contract/lines';
import { unlimited } from '@segment-store/resilience/operation';
import type { Store } from '@segment-store/store/store';

export interface Served {
  readonly run: RunId;
  readonly members: number;
  /** Of the lines compared, those whose document is another one or missing. */
  readonly wrong: readonly string[];
}

/** Canonical lines of each run → the live generation against those of its run: all, or `sample` spread over them. */
export async function servedDocuments(
  store: Store,
  linesOf: (run: RunId) => readonly string[],
  sample: number = Number.POSITIVE_INFINITY,
): Promise<Served> {
  const { generation } = await store.publisher.live();
  await using reader = await store.reader.open(generation.run, unlimited);
  const wrong: string[] = [];
  const all = linesOf(generation.run);
  const step = Math.max(1, Math.floor(all.length / sample));
  const source = all.filter((_, index) => index % step === 0);
  for (let from = 0; from < source.length; from += 1000) {
    const expected = source.slice(from, from + 1000);
    const ids = expected.map((line) => parseMemberLine(Buffer.from(line)).customerId);
    const members = await reader.read(ids, unlimited);
    members.forEach((member, index) => {
      const found =
        member.status === 'fulfilled' && member.value !== undefined ? printMember(member.value) : member.status;
      if (found !== expected[index]) wrong.push(`${expected[index]} is ${found}`);
    });
  }
  return { run: generation.run, members: generation.members, wrong };
}
