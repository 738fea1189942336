/** Run folders on a real S3 server that are not where somebody says. */
import { openFolder } from '@segment-store/folder/open';
import { unlimited } from '@segment-store/resilience/operation';
import { beforeAll, expect, test, vi } from 'vitest';
import { createBucket, servers } from '../../../../test/support/servers.ts';
import { openRun } from './run.ts';

const { endpoint, accessKeyId, secretAccessKey } = servers().s3;
beforeAll(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', accessKeyId);
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', secretAccessKey);
});

async function opened(url: string): Promise<unknown> {
  await using folder = openFolder(url, { s3Endpoint: endpoint });
  return await openRun(folder, unlimited).catch((error: unknown) => error);
}

test('a bucket that does not exist is named, and what it may come of', async () => {
  expect(await opened('s3://no-such-bucket-of-ours/runs/20260131t040000z')).toMatchObject({
    code: 'INCOMPLETE',
    message: expect.stringMatching(/the bucket does not exist: check its name, --s3-endpoint and --s3-region$/),
  });
});

test('a prefix with nothing in it is told from a run that is not written yet', async () => {
  const url = `s3://${await createBucket()}/runs/20260131t040000z`;
  expect(await opened(url)).toMatchObject({ message: expect.stringContaining(`there is nothing at ${url}`) });
  await using folder = openFolder(url, { s3Endpoint: endpoint });
  await folder.write('members/p0', content(), unlimited);
  expect(await opened(url)).toMatchObject({ message: expect.stringContaining(`${url} holds no manifest.json`) });
});

async function* content(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('{}\n');
}
