// #region testing
import { createTestClient } from '@segment-store/sdk/testing';
import { expect, test } from 'vitest';
import { greeting } from './greeting.ts';

test('regulars are greeted as such, and as anybody while that cannot be found out', async () => {
  await using segments = createTestClient({ customers: { c1: ['vip'] } });
  segments.service.hang();
  expect(await greeting('c1', segments)).toBe('Welcome!'); // after 150 ms of its time, at once in yours
  segments.service.heal();
  expect(await greeting('c1', segments)).toBe('Welcome back!');
  segments.service.fail('NETWORK');
  await segments.advance(3_600_000);
  expect(await segments.lookup('c1')).toMatchObject({ servedFrom: 'stale', error: { code: 'NETWORK' } });
});
// #endregion
