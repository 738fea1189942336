import { unlimited } from '@segment-store/resilience/operation';
import { expect, test } from 'vitest';
import { allGates, type Finding, type Gate, type GateName, refuseUnless } from './gate.ts';
import { genesis, judged, now } from './judged.fixture.ts';

const both = judged(now({}), genesis);
const gate = (name: GateName, finding: Partial<Finding> = {}): Gate => ({
  name,
  judge: () => ({ figure: '7', limit: '5', passed: false, ...finding }),
});
const judge = async (gates: readonly Gate[], ...accepted: GateName[]) =>
  refuseUnless(await allGates(gates, { gates: new Set(accepted), by: 'ann@desk' })(both, unlimited));

test('a refusal names every gate that refused, with figure and limit, and how to accept them', async () => {
  await expect(judge([gate('drift'), gate('segments', { passed: true }), gate('empty')])).rejects.toMatchObject({
    code: 'REFUSED',
    message: [
      'not published, refused by 2 gates:',
      '  drift: 7, expected 5',
      '  empty: 7, expected 5',
      'mend the run and load it under a new id; or, if this is meant, run again with --accept drift --accept empty',
    ].join('\n'),
  });
});

test('a gate that is accepted is recorded with who accepted it; where it passes nothing was overridden', async () => {
  const verdicts = await judge([gate('drift'), gate('empty', { passed: true })], 'drift', 'empty');
  expect(verdicts).toEqual([
    { gate: 'drift', figure: '7', limit: '5', passed: false, overriddenBy: 'ann@desk' },
    { gate: 'empty', figure: '7', limit: '5', passed: true },
  ]);
});

test('accepting one gate does not accept another', async () => {
  await expect(judge([gate('drift'), gate('empty')], 'drift')).rejects.toThrow('refused by a gate:\n  empty');
});
