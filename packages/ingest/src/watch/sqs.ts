/** SQS. */
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { Failure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import type { Message, Queue } from './queue.ts';

/** The longest that SQS offers: one request in 20 s while nothing happens. */
const WAIT_SECONDS = 20;
const CONNECT_MS = 5_000;
const ANSWER_MS = (WAIT_SECONDS + 10) * 1_000;
const FORM = 'expected https://sqs.<region>.amazonaws.com/<account>/<name>, or https://host/<account>/<name> elsewhere';

/** No I/O yet. Credentials as of every AWS client. @throws TypeError for what is no URL of a queue */
export function openSqs(url: string): Queue {
  const region = regionOf(url);
  const client = new SQSClient({
    endpoint: new URL(url).origin,
    region: region ?? regionOfEnvironment,
    requestHandler: { connectionTimeout: CONNECT_MS, requestTimeout: ANSWER_MS, throwOnRequestTimeout: true },
  });
  const QueueUrl = url;
  const attempt = async <T>(call: Call, send: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> => {
    try {
      return await send({ abortSignal: call.signal });
    } catch (error) {
      throw sqsFailure(error, url);
    }
  };
  return {
    url,
    async hasRedrive(call) {
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['RedrivePolicy'] });
      const { Attributes = {} } = await attempt(call, (options) => client.send(command, options));
      return Attributes.RedrivePolicy !== undefined;
    },
    async receive(hiddenMs, call) {
      const command = new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 1,
        WaitTimeSeconds: WAIT_SECONDS,
        VisibilityTimeout: seconds(hiddenMs),
        MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      });
      const { Messages: [message] = [] } = await attempt(call, (options) => client.send(command, options));
      return message === undefined ? undefined : toMessage(message);
    },
    async hide({ receipt: ReceiptHandle }, ms, call) {
      const command = new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle, VisibilityTimeout: seconds(ms) });
      await attempt(call, (options) => client.send(command, options));
    },
    async remove({ receipt: ReceiptHandle }, call) {
      const command = new DeleteMessageCommand({ QueueUrl, ReceiptHandle });
      await attempt(call, (options) => client.send(command, options));
    },
  };
}

const seconds = (ms: number): number => Math.ceil(ms / 1000);

interface Received {
  readonly MessageId?: string | undefined;
  readonly Body?: string | undefined;
  readonly ReceiptHandle?: string | undefined;
  readonly Attributes?: Partial<Record<string, string>> | undefined;
}

function toMessage({ MessageId = '', Body = '', ReceiptHandle = '', Attributes = {} }: Received): Message {
  return {
    id: MessageId,
    body: Body,
    receipt: ReceiptHandle,
    receives: Number(Attributes.ApproximateReceiveCount ?? 1),
  };
}

/** Undefined for a queue outside AWS, or behind an endpoint of one's own. */
function regionOf(url: string): string | undefined {
  const { protocol, hostname, pathname } = URL.parse(url) ?? {};
  if ((protocol !== 'https:' && protocol !== 'http:') || !/^\/[^/]+\/[^/]+$/.test(pathname ?? '')) {
    throw new TypeError(`queue ${JSON.stringify(url)}: ${FORM}`);
  }
  return /^sqs\.([a-z0-9-]+)\.amazonaws\.com/.exec(hostname ?? '')?.[1];
}

async function regionOfEnvironment(): Promise<string> {
  try {
    return await new SQSClient({}).config.region();
  } catch {
    return 'us-east-1';
  }
}

const MISSING = ['QueueDoesNotExist', 'AWS.SimpleQueueService.NonExistentQueue', 'InvalidAddress'];
const CREDENTIALS = 'check credentials and policy';

function sqsFailure(error: unknown, url: string): Failure {
  const { name, message } = error instanceof Error ? error : { name: 'Error', message: String(error) };
  const fail = (code: string, why: string) => new Failure(code, `queue ${url}: ${why}`, { cause: error });
  if (MISSING.includes(name)) return fail('NOT_FOUND', 'it does not exist');
  if (name === 'CredentialsProviderError') return fail('DENIED', 'no credentials found');
  const status = statusOf(error);
  if (status === 401 || status === 403) return fail('DENIED', `SQS answered ${status} ${name}, ${CREDENTIALS}`);
  return fail(
    'UNAVAILABLE',
    `${status === undefined ? 'no answer from SQS' : `SQS answered ${status}`}, ${name}: ${message}`,
  );
}

function statusOf(error: unknown): number | undefined {
  const metadata = error instanceof Error && '$metadata' in error ? error.$metadata : undefined;
  const status: unknown =
    typeof metadata === 'object' && metadata !== null ? Reflect.get(metadata, 'httpStatusCode') : undefined;
  return typeof status === 'number' ? status : undefined;
}
