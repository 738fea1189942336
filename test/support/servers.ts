import { createBucket as createBucketAt } from '@segment-store/services/bucket';

export interface Servers {
  /** Base URL of a real Elasticsearch, without security. */
  readonly elasticsearch: string;
  /** Path-style, any region. */
  readonly s3: { readonly endpoint: string; readonly accessKeyId: string; readonly secretAccessKey: string };
  /** `redis://127.0.0.1:…`, without password. */
  readonly redis: string;
  /** Endpoint of an SQS server that takes any credentials. */
  readonly sqs: string;
}

/** The real servers that whoever runs the tests has started. Throws when there are none: such a test never skips. */
export function servers(): Servers {
  return {
    elasticsearch: required('TEST_ELASTICSEARCH_URL'),
    s3: {
      endpoint: required('TEST_S3_ENDPOINT'),
      accessKeyId: required('TEST_S3_ACCESS_KEY_ID'),
      secretAccessKey: required('TEST_S3_SECRET_ACCESS_KEY'),
    },
    // most tests do without these
    get redis() {
      return required('TEST_REDIS_URL');
    },
    get sqs() {
      return required('TEST_SQS_ENDPOINT');
    },
  };
}

/** Makes an empty bucket of the test's own and returns its name. */
export function createBucket(): Promise<string> {
  const { endpoint, ...credentials } = servers().s3;
  return createBucketAt(endpoint, credentials);
}

function required(name: string): string {
  const value = process.env[name];
  if (value) return value;
  throw new Error(
    `${name} is not set, so no server to test against: run npm test, or start the servers with ` +
      '`node test/services/src/main.ts elasticsearch redis s3 sqs` and set what it prints',
  );
}
