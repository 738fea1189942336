/** The same from CommonJS: node lookup.cjs [customer] */
// #region lookup
const { createSegmentClient } = require('@segment-store/sdk');

const segments = createSegmentClient({ baseUrl: process.env.SEGMENT_STORE_URL ?? 'http://127.0.0.1:8080' });

async function main() {
  await segments.ready(); // connecting is no part of the first lookup's 150 ms
  const lookup = await segments.lookup(process.argv[2] ?? '12583');
  console.log(lookup.servedFrom, lookup.ok ? lookup.segmentIds : lookup.error);
}
main().catch(console.error);
// #endregion
