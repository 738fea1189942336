/** What the product stands on: Elasticsearch of two nodes, Redis, S3, SQS and Postgres. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { createBucket } from '@segment-store/services/bucket';
import { type ClusterLayout, startNode } from '@segment-store/services/cluster';
import { startPostgres } from '@segment-store/services/postgres';
import { startRedis } from '@segment-store/services/redis';
import { startS3 } from '@segment-store/services/s3';
import { startSqs } from '@segment-store/services/sqs';
import { BUCKET, type Layout } from './layout.ts';
import type { Part } from './part.ts';
import { createQueues } from './queue.ts';

type StoreName = 'elasticsearch-1' | 'elasticsearch-2' | 'redis' | 's3' | 'sqs' | 'postgres';

export function storeParts(layout: Layout): Readonly<Record<StoreName, Part>> {
  const { folder, port, s3: credentials } = layout;
  const cluster = clusterOf(layout);
  const s3Folder = join(folder, 's3');
  return {
    'elasticsearch-1': { name: 'elasticsearch-1', start: () => startNode('first', cluster) },
    'elasticsearch-2': { name: 'elasticsearch-2', start: () => startNode('second', cluster) },
    redis: { name: 'redis', start: () => startRedis({ port: port('redis') }) },
    s3: {
      name: 's3',
      async start() {
        const s3 = await startS3({ port: port('s3'), credentials, dataFolder: s3Folder });
        if (!existsSync(join(s3Folder, BUCKET))) await createBucket(s3.url, credentials, BUCKET);
        return s3;
      },
    },
    // It keeps messages in memory only: unlike the real one it loses them when it is killed.
    sqs: {
      name: 'sqs',
      async start() {
        const sqs = await startSqs({ port: port('sqs') });
        await createQueues(layout);
        return sqs;
      },
    },
    // It begins empty at each start, as its data belongs to another user than ours where we are root.
    postgres: {
      name: 'postgres',
      async start() {
        const { url, pid, logFile, kill: stop } = await startPostgres({ port: port('postgres') });
        return { url, pid, logFile, stop };
      },
    },
  };
}

function clusterOf({ folder, port }: Layout): ClusterLayout {
  return {
    dataFolder: join(folder, 'elasticsearch'),
    ports: {
      first: { http: port('elasticsearch-1'), transport: port('elasticsearch-1-transport') },
      second: { http: port('elasticsearch-2'), transport: port('elasticsearch-2-transport') },
    },
  };
}
