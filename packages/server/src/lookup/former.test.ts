import { parseRunId } from '@segment-store/contract/id';
import { expect, test } from 'vitest';
import { loadedRun } from '../fixture/store.ts';
import { inView } from './former.ts';

const runs = ['20260901t000000z', '20260902t000000z', '20260903t000000z'];
const formers = new Map(runs.map((run, index) => [parseRunId(run), { epoch: index + 1, replacedAt: 0 }]));

const cases: readonly [string, { run: string; epoch: number; floor: number }, readonly string[]][] = [
  ['a publish keeps them all', { run: '20260904t000000z', epoch: 4, floor: 0 }, runs],
  ['a roll back keeps those from the floor on', { run: '20260904t000000z', epoch: 4, floor: 2 }, runs.slice(1)],
  ['what is live again is no former one', { run: runs[1] ?? '', epoch: 4, floor: 0 }, [runs[0] ?? '', runs[2] ?? '']],
  [
    'a store that counts anew: only what it may have published',
    { run: '20260904t000000z', epoch: 2, floor: 0 },
    [runs[0] ?? ''],
  ],
];
test.each(cases)('%s', (_, { run, epoch, floor }, kept) => {
  expect([...inView(formers, { generation: loadedRun(run, {}).generation, epoch, floor }).keys()]).toEqual(kept);
});
