/** Rules have one form: what `RolloutRules` of openapi.yaml refuses, the SDK refuses, and what it lets pass, the SDK takes. */
import { readFile } from 'node:fs/promises';
import { createRollout, type RolloutRules } from '@segment-store/sdk/rollout';
import { createConformance, readDocument } from '@segment-store/server';
import { expect, test } from 'vitest';
import { BAD_RULES } from '../../packages/sdk/src/rollout/bad-input.cases.ts';

const conformance = createConformance(await readDocument());
const vectors = new URL('../../packages/sdk/rollout-vectors.json', import.meta.url);

function faultsOf(rules: unknown): readonly string[] {
  const headers = { 'content-type': 'application/json', etag: '"x"', 'cache-control': 'private, no-cache' };
  const body = JSON.stringify(rules ?? null);
  return conformance({ method: 'GET', target: '/v1/rollout-rules', status: 200, headers, body });
}

const client = { checkMember: () => Promise.reject(new Error('nobody asks')) };
const takes = (rules: unknown) => Reflect.apply(createRollout, undefined, [{ client, rules }]).close();

/** A schema cannot say that names are distinct: the server looks for itself. */
const isTwins = (names: readonly string[]) => names.includes('of its own');

test.each(BAD_RULES)('rules that are refused naming $names are refused by both', ({ rules, names }) => {
  expect(() => takes(rules)).toThrow();
  expect(faultsOf(rules).length > 0).toBe(!isTwins(names));
});

const stages = [0, 0.01, 0.07, 0.29, 1.13, 33.33, 99.99, 100].map((percent) => ({ percent }));
test.each([
  ['all that the vectors have', async () => JSON.parse(await readFile(vectors, 'utf8')).rules],
  ['percents of two decimals', async () => ({ version: '1', gates: { g: { stages } } })],
  ['none', async () => ({ version: '1' })],
  ['members of later versions', async () => ({ version: '1', later: 1, gates: { g: { stages: [], later: 1 } } })],
])('%s: both take it', async (_, rulesOf) => {
  const rules: RolloutRules = await rulesOf();
  expect(faultsOf(rules)).toEqual([]);
  takes(rules);
});
