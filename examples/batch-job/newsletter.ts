/**
 * Keeps of a list of customers, one a line on stdin, those in a segment: node newsletter.ts <segment> < customers.txt
 * A job has time, but must not guess: who could not be found out ends it with exit code 6, and it can be run again.
 */
import { createInterface } from 'node:readline';
import { createSegmentClient, type SegmentClient } from '@segment-store/sdk';

const CHUNK = 5_000;
const [segment = ''] = process.argv.slice(2);

// #region batch
await using segments = createSegmentClient({
  baseUrl: process.env.SEGMENT_STORE_URL ?? 'http://127.0.0.1:8080',
  deadlineMs: 10_000,
});

/** Those of `ids` in the segment, asked a hundred a request. */
async function membersOf(ids: readonly string[], client: SegmentClient): Promise<readonly string[]> {
  const lookups = await client.lookupMany(ids);
  return ids.filter((id) => {
    const lookup = lookups.get(id);
    if (lookup?.ok) return lookup.segmentIds.includes(segment);
    throw new Error(`could not find out about every customer (${lookup?.error.code})`);
  });
}
// #endregion

async function* chunks(lines: AsyncIterable<string>): AsyncGenerator<readonly string[]> {
  let chunk: string[] = [];
  for await (const line of lines) {
    if (line !== '') chunk.push(line);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  yield chunk;
}

let asked = 0;
let kept = 0;
try {
  for await (const ids of chunks(createInterface({ input: process.stdin }))) {
    const members = await membersOf(ids, segments);
    for (const id of members) process.stdout.write(`${id}\n`);
    asked += ids.length;
    kept += members.length;
  }
  process.stderr.write(`${kept} of ${asked} customers are in ${segment}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 6;
}
