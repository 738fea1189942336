import { Failure } from '@segment-store/resilience/failure';
import { expect, test } from 'vitest';
import { orScratchFull } from './scratch-full.ts';

const manifest = { run: '20260131t040000z', totals: { memberships: 1e9, segments: 1 } };

/** As a folder on a full disk and Node's own functions reject. */
const disk = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
const fulls = [
  disk,
  new Failure('UNAVAILABLE', `members/part-00000 in file:///scratch: ${disk.message}`, { cause: disk }),
];

test.each(fulls)('a full disk is UNAVAILABLE, naming the directory and what it takes: $name', async (error) => {
  const failed = orScratchFull({ manifest, scratch: '/scratch' }, () => Promise.reject(error));
  await expect(failed).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  for (const name of ['20260131t040000z', 'about 40000 MB of disk in /scratch', 'no space left']) {
    await expect(failed).rejects.toThrow(name);
  }
});

test('what is wrong with the source stays what it is', async () => {
  const error = new Failure('CORRUPT', 'members/p0 is no gzip');
  await expect(orScratchFull({ manifest, scratch: '/scratch' }, () => Promise.reject(error))).rejects.toBe(error);
});
