/** What whoever writes his own client must do with an answer, at the least. */
export function segmentIdsIn(answer: unknown): readonly unknown[] {
  if (typeof answer === 'object' && answer !== null && 'segmentIds' in answer && Array.isArray(answer.segmentIds))
    return answer.segmentIds;
  throw new Error('no segments in the answer');
}
