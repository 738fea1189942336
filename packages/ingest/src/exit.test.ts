import { CommandError } from '@segment-store/cli/exit-code';
import { Failure } from '@segment-store/resilience/failure';
import { expect, test } from 'vitest';
import { withExitCode } from './exit.ts';

const { signal } = new AbortController();
const endedBy = (error: Error, differing = {}) =>
  withExitCode(signal, () => Promise.reject(error), differing).catch((ended: unknown) => ended);

test.each([
  ['HELD', 5],
  ['OLDER', 5],
  ['ON_HOLD', 4],
  ['REFUSED', 4],
  ['MISCOUNT', 4],
  ['DENIED', 2],
  ['UNAVAILABLE', 6],
  ['NOT_FOUND', 6], // of a store only: what a run folder lacks is INCOMPLETE
  ['INCOMPLETE', 7],
  ['CHANGED', 7],
  ['CORRUPT', 7],
])('a failure %s ends with exit %d and its message', async (code, exitCode) => {
  const ended = await endedBy(new Failure(code, 'run x is what it is'));
  expect(ended).toBeInstanceOf(CommandError);
  expect(ended).toMatchObject({ exitCode, message: expect.stringMatching(/^run x is what it is/) });
});

test('a command may say otherwise, then no way out is added', async () => {
  const ended = await endedBy(new Failure('NOT_FOUND', 'nothing to remove'), { NOT_FOUND: 4 });
  expect(ended).toMatchObject({ exitCode: 4, message: 'nothing to remove' });
});

test('a hold says how to go on', async () => {
  const ended = await endedBy(new Failure('ON_HOLD', 'publishing is on hold, until `unhold`'));
  expect(ended).toMatchObject({
    message: expect.stringMatching(
      /^publishing is on hold, until `unhold`: the run stays loaded, .*publish <run-folder>`$/,
    ),
  });
});

test('anything else is a defect, and stays as it is', async () => {
  for (const error of [new TypeError('x is undefined'), new Failure('NEVER_HEARD_OF', 'x')]) {
    expect(await endedBy(error)).toBe(error);
  }
});
