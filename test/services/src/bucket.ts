import { createHash, createHmac, randomUUID } from 'node:crypto';
import type { S3Credentials } from './s3.ts';

const region = 'us-east-1';
const signedHeaders = 'host;x-amz-content-sha256;x-amz-date';

/** Makes an empty bucket, by default with a name nobody else has, and returns the name. */
export async function createBucket(
  endpoint: string,
  credentials: S3Credentials,
  bucket = `test-${randomUUID()}`,
): Promise<string> {
  const url = new URL(bucket, endpoint);
  const response = await fetch(url, { method: 'PUT', headers: signedPut(url, credentials, new Date()) });
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return bucket;
}

/** AWS Signature Version 4 of an empty PUT. By hand, so that the tests do not need the client they test. */
function signedPut(url: URL, { accessKeyId, secretAccessKey }: S3Credentials, now: Date): Record<string, string> {
  const time = `${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
  const payload = sha256('');
  const headers = `host:${url.host}\nx-amz-content-sha256:${payload}\nx-amz-date:${time}\n`;
  const request = sha256(['PUT', url.pathname, '', headers, signedHeaders, payload].join('\n'));
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  const signature = hmac(key, ['AWS4-HMAC-SHA256', time, scope, request].join('\n')).toString('hex');
  const credential = `Credential=${accessKeyId}/${scope}`;
  return {
    authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${signedHeaders}, Signature=${signature}`,
    'x-amz-content-sha256': payload,
    'x-amz-date': time,
  };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
