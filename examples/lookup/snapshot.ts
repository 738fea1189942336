/** A process that begins with what the one before it knew, also while the service is down: node snapshot.ts [file] */
// #region snapshot
import { createSegmentClient } from '@segment-store/sdk';
import { keepSnapshot, readSnapshot } from '@segment-store/sdk/snapshot';

const file = process.argv[2] ?? 'segments.snapshot';
const baseUrl = process.env.SEGMENT_STORE_URL ?? 'http://127.0.0.1:8080';
const segments = createSegmentClient({ baseUrl, bootstrap: await readSnapshot(file) });
const snapshot = keepSnapshot(segments, { file });

const lookup = await segments.lookup('12583');
console.log(lookup.servedFrom, lookup.segmentIds.length > 0);

await snapshot[Symbol.asyncDispose](); // writes it a last time
await segments.close();
// #endregion
