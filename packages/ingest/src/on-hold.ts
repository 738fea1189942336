/** What a rollback left behind, and the way out. */
export const onHold = (since: Date): string =>
  `on hold since the rollback at ${since.toISOString()}, until \`segment-ingest unhold\``;
