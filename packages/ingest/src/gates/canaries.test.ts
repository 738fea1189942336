import { parseCustomerId, parseSegmentId } from '@segment-store/contract/id';
import { unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { canaries } from './canaries.ts';
import { genesis, judged, now } from './judged.fixture.ts';

const sealed = now({ c1: ['a', 'b'], c2: [] });

const judge = (expected: Readonly<Record<string, readonly string[] | undefined>>) => {
  const known = Object.entries(expected).map(([customer, segments]) => ({
    customerId: parseCustomerId(customer),
    segmentIds: segments?.map(parseSegmentId),
  }));
  return canaries(known).judge(judged(sealed, genesis), unlimited);
};

test('canaries pass in any order of their segments, and a customer who must be unknown is', async () => {
  expect(await judge({ c1: ['b', 'a'], c2: [], c3: undefined })).toMatchObject({ passed: true });
});

test.each([
  [{ c1: ['a'] }, '[a b] instead of [a]'],
  [{ c1: undefined }, '[a b] instead of unknown'],
  [{ c2: undefined }, '[] instead of unknown'],
  [{ c3: [] }, 'unknown instead of []'],
])('%o is refused, told by its segments and not by its customer', async (expected, said) => {
  const finding = await judge(expected);
  expect(finding).toEqual({ passed: false, figure: `1 of 1 answered otherwise (${said})`, limit: '0' });
});
