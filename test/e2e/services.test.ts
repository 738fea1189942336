/** What the other tests take for granted of the servers they speak to. */
import { existsSync } from 'node:fs';
import { createBucket } from '@segment-store/services/bucket';
import { startElasticsearch } from '@segment-store/services/elasticsearch';
import { startRedis } from '@segment-store/services/redis';
import { type S3Service, startS3 } from '@segment-store/services/s3';
import type { Service } from '@segment-store/services/service';
import { startSqs } from '@segment-store/services/sqs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tellRedis } from '../support/redis.ts';

let elasticsearch: Service;
let redis: Service;
let s3: S3Service;
let sqs: Service;

beforeAll(async () => {
  const starting = [startElasticsearch(), startRedis({ password: 'a secret' }), startS3(), startSqs()] as const;
  [elasticsearch, redis, s3, sqs] = await Promise.all(starting);
});
afterAll(async () => {
  await Promise.all([elasticsearch.stop(), redis.stop(), s3.stop(), sqs.stop()]);
  expect([elasticsearch, redis, s3, sqs].filter(({ logFile }) => existsSync(logFile))).toEqual([]);
});

test('Elasticsearch introduces itself as the real one does', async () => {
  const response = await fetch(elasticsearch.url);
  expect(response.headers.get('x-elastic-product')).toBe('Elasticsearch');
  expect(await response.json()).toMatchObject({
    cluster_uuid: expect.stringMatching(/^[\w-]{22}$/),
    version: { number: '9.5.3', lucene_version: '10.5.1', build_hash: expect.stringMatching(/^[0-9a-f]{40}$/) },
    tagline: 'You Know, for Search',
  });
  expect(await elasticsearch.version()).toBe('9.5.3');
});

test('Elasticsearch counts its requests', async () => {
  const before = await elasticsearch.requestCount();
  for (let request = 0; request < 5; request++) await fetch(`${elasticsearch.url}/_cluster/health`);
  expect((await elasticsearch.requestCount()) - before).toBe(6); // the question is a request too
});

test('Elasticsearch knows the setting that attaches a lifecycle policy', async () => {
  const response = await fetch(`${elasticsearch.url}/retired`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ settings: { 'index.lifecycle.name': 'keep-a-week' } }),
  });
  expect(await response.json()).toMatchObject({ acknowledged: true });
});

test('S3 knows its release and counts its requests', async () => {
  expect(await s3.version()).toMatch(/^s3proxy-4\.1\.0 \([0-9a-f]+\)$/);
  const before = await s3.requestCount();
  await createBucket(s3.url, s3);
  await createBucket(s3.url, s3);
  expect((await s3.requestCount()) - before).toBe(2);
});

test('S3 refuses a wrong secret and an unknown key', async () => {
  await expect(createBucket(s3.url, { ...s3, secretAccessKey: 'guessed' })).rejects.toThrow('SignatureDoesNotMatch');
  await expect(createBucket(s3.url, { ...s3, accessKeyId: 'nobody' })).rejects.toThrow('InvalidAccessKeyId');
});

test('SQS knows its release and counts its requests', async () => {
  expect(await sqs.version()).toBe('elasticmq-server_2.13-1.6.11');
  const before = await sqs.requestCount();
  for (const action of ['CreateQueue', 'GetQueueUrl']) await fetch(`${sqs.url}/?Action=${action}&QueueName=test`);
  expect(await sqs.requestCount()).toBeGreaterThanOrEqual(before + 2);
});

test('Redis knows its release, counts its commands and keeps nothing of one life for the next', async () => {
  expect(await redis.version()).toMatch(/^\d+\.\d+\.\d+$/);
  const before = await redis.requestCount();
  expect(await tellRedis(redis.url, 'SET k v')).toContain('-NOAUTH');
  expect(await tellRedis(redis.url, 'AUTH "a secret"', 'SET k v', 'GET k')).toBe('+OK\r\n+OK\r\n$1\r\nv\r\n');
  expect((await redis.requestCount()) - before).toBe(2);
  const port = Number(new URL(redis.url).port);
  await redis.stop();
  redis = await startRedis({ port });
  expect(await tellRedis(redis.url, 'GET k')).toBe('$-1\r\n');
});
