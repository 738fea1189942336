/** Asks a running server (npm start) for the segments of a customer: node lookup.ts [customer] */
// #region lookup
import { createSegmentClient } from '@segment-store/sdk';

const segments = createSegmentClient({ baseUrl: process.env.SEGMENT_STORE_URL ?? 'http://127.0.0.1:8080' });

const lookup = await segments.lookup(process.argv[2] ?? '12583');
console.log(lookup.servedFrom, lookup.ok ? lookup.segmentIds : lookup.error);
if (await segments.isMember('12583', 'recurrent-customers:country:France')) console.log('Bienvenue encore !');
// #endregion
await segments.close();
