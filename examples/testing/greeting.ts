/** Code that asks for segments, to be tested. */
// #region greeting
import type { SegmentClient } from '@segment-store/sdk';

export async function greeting(customerId: string, segments: Pick<SegmentClient, 'isMember'>): Promise<string> {
  return (await segments.isMember(customerId, 'vip')) ? 'Welcome back!' : 'Welcome!';
}
// #endregion
