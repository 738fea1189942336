/** Compares lookups with those of a candidate deployment: node shadow.ts [customer…] */
import { setTimeout as pause } from 'node:timers/promises';
// #region shadow
import { createSegmentClient } from '@segment-store/sdk';
import { withShadow } from '@segment-store/sdk/shadow';

const segments = withShadow(
  createSegmentClient({ baseUrl: process.env.SEGMENT_STORE_URL ?? 'http://127.0.0.1:8080' }),
  { baseUrl: process.env.CANDIDATE_URL ?? 'http://127.0.0.1:8081', share: 1 },
);
// #endregion
for (const customer of process.argv.slice(2)) await segments.lookup(customer);
await pause(1_000);
// #region report
const { match, mismatch, unequalGeneration, examples } = segments.shadow();
console.log({ match, mismatch, unequalGeneration, examples });
// #endregion
await segments.close();
