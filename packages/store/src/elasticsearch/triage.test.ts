import { expect, test } from 'vitest';
import { triage } from './triage.ts';

test.each([
  [201, undefined, 'created'],
  [409, 'version_conflict_engine_exception', 'conflict'],
  [429, 'es_rejected_execution_exception', 'again'],
  [429, 'cluster_block_exception', 'blocked'],
  [403, 'cluster_block_exception', 'blocked'],
  [503, 'unavailable_shards_exception', 'again'],
  [404, 'index_not_found_exception', 'closed'],
  [401, 'security_exception', 'denied'],
  [403, 'security_exception', 'denied'],
  [400, 'document_parsing_exception', 'rejected'],
  [413, undefined, 'rejected'],
  [500, 'node_closed_exception', 'again'],
] as const)('an item answered %i %s is %s', (status, type, expected) => {
  expect(triage({ status, ...(type !== undefined && { error: { type } }) })).toBe(expected);
});
