import { Failure } from '@segment-store/resilience/failure';
import type { FolderCode } from './folder.ts';

const NO_CREDENTIALS = 'no credentials found, set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile';
/** What the client calls an error answer without a body. */
const NO_BODY = 'Unknown';
const EXPIRED = 'the credentials have expired and no newer ones were found, sign in again or renew the session';

/** S3 took the credentials for genuine but too old. An answer to `HEAD` has no body to say so, only its status. */
export function isExpiry(error: unknown): boolean {
  const { kind, status } = partsOf(error);
  return kind === 'ExpiredToken' || kind === 'TokenRefreshRequired' || (status === 400 && kind === NO_BODY);
}

/** What the S3 client throws → why, in the port's words. `name` is the file's or the folder's. */
export function s3Failure(error: unknown, name: string): Failure<FolderCode> {
  const fail = (code: FolderCode, why: string) => new Failure(code, `${name}${why}`, { cause: error });
  const { kind, status, message } = partsOf(error);
  if (kind === 'NoSuchBucket') return fail('NOT_FOUND', ': the bucket does not exist');
  if (kind === 'CredentialsProviderError') return fail('DENIED', `: ${NO_CREDENTIALS}`);
  if (isExpiry(error))
    return fail('DENIED', `: S3 answered ${status} ${kind}, ${kind === NO_BODY ? 'probably ' : ''}${EXPIRED}`);
  if (status === 404) return fail('NOT_FOUND', ' does not exist');
  if (status === 412) return fail('CHANGED', ' is not the file it was');
  if (status === 401 || status === 403)
    return fail('DENIED', `: S3 answered ${status}${kind === NO_BODY ? '' : ` ${kind}`}, check credentials and policy`);
  if (status !== undefined && status < 500 && status !== 429 && kind !== 'RequestTimeout')
    return fail('UNAVAILABLE', `: S3 answered ${status} ${kind}: ${message}`);
  const answer = status === undefined ? 'no answer from S3' : `S3 answered ${status}`;
  const why = message.includes(kind) ? message : `${kind}: ${message}`;
  return new Failure('UNAVAILABLE', `${name}: ${answer}, ${why}`, { fault: true, retryable: true, cause: error });
}

/** `kind`: S3's error code, or the network's. */
function partsOf(error: unknown): { kind: string; status: number | undefined; message: string } {
  if (!(error instanceof Error)) return { kind: 'Error', status: undefined, message: String(error) };
  const code = 'code' in error && typeof error.code === 'string' ? error.code : error.name;
  return { kind: code, status: statusOf(error), message: error.message };
}

function statusOf(error: Error): number | undefined {
  const metadata = '$metadata' in error ? error.$metadata : undefined;
  if (typeof metadata !== 'object' || metadata === null || !('httpStatusCode' in metadata)) return undefined;
  return typeof metadata.httpStatusCode === 'number' ? metadata.httpStatusCode : undefined;
}
