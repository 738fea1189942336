import { startElasticsearch } from './elasticsearch.ts';
import { startRedis } from './redis.ts';
import { startS3 } from './s3.ts';
import type { Service } from './service.ts';
import { startSqs } from './sqs.ts';

export const serviceNames = ['elasticsearch', 'redis', 's3', 'sqs'] as const;
export type ServiceName = (typeof serviceNames)[number];

export interface Started {
  readonly service: Service;
  /** The environment variables by which tests find it. */
  readonly environment: Readonly<Record<string, string>>;
}

export function isServiceName(name: string): name is ServiceName {
  return serviceNames.some((known) => known === name);
}

/** Starts a server by name, on `port` or a free one. */
export function startNamed(name: ServiceName, port?: number): Promise<Started> {
  const options = port === undefined ? {} : { port };
  return starters[name](options);
}

type Start = (options: { readonly port?: number }) => Promise<Started>;
const starters: Readonly<Record<ServiceName, Start>> = {
  elasticsearch: startNamedElasticsearch,
  redis: startNamedRedis,
  s3: startNamedS3,
  sqs: startNamedSqs,
};

async function startNamedElasticsearch(options: { port?: number }): Promise<Started> {
  const service = await startElasticsearch(options);
  return { service, environment: { TEST_ELASTICSEARCH_URL: service.url } };
}

async function startNamedRedis(options: { port?: number }): Promise<Started> {
  const service = await startRedis(options);
  return { service, environment: { TEST_REDIS_URL: service.url } };
}

async function startNamedS3(options: { port?: number }): Promise<Started> {
  const service = await startS3(options);
  const { url, accessKeyId, secretAccessKey } = service;
  const environment = {
    TEST_S3_ENDPOINT: url,
    TEST_S3_ACCESS_KEY_ID: accessKeyId,
    TEST_S3_SECRET_ACCESS_KEY: secretAccessKey,
  };
  return { service, environment };
}

async function startNamedSqs(options: { port?: number }): Promise<Started> {
  const service = await startSqs(options);
  return { service, environment: { TEST_SQS_ENDPOINT: service.url } };
}
