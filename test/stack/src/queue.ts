/** SQS in its own words, past the client under test: queues of the stack, what is in them, and what S3 would put there. */
import { DEAD_LETTER_QUEUE, type Layout, QUEUE, urlOf } from './layout.ts';

const MOST_RECEIVES = 3;

export async function createQueues(layout: Layout): Promise<void> {
  const sqs = urlOf(layout, 'sqs');
  await call(sqs, 'CreateQueue', { QueueName: DEAD_LETTER_QUEUE });
  const deadLetterTargetArn = `arn:aws:sqs:elasticmq:000000000000:${DEAD_LETTER_QUEUE}`;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: MOST_RECEIVES });
  await call(sqs, 'CreateQueue', { QueueName: QUEUE, Attributes: { RedrivePolicy } });
}

/** As S3's own notification, which s3proxy does not send. */
export async function announce(queue: string, bucket: string, key: string): Promise<void> {
  const object = { bucket: { name: bucket }, object: { key: encodeURIComponent(key).replaceAll('%2F', '/') } };
  const record = { eventVersion: '2.1', eventSource: 'aws:s3', eventName: 'ObjectCreated:Put', s3: object };
  const MessageBody = JSON.stringify({ Records: [record] });
  await call(new URL(queue).origin, 'SendMessage', { QueueUrl: queue, MessageBody });
}

/** Nothing of what was in it comes back. */
export async function empty(queue: string): Promise<void> {
  await call(new URL(queue).origin, 'PurgeQueue', { QueueUrl: queue });
}

export interface QueueFill {
  readonly visible: number;
  /** Taken by somebody who has not removed them yet. */
  readonly hidden: number;
}

export async function fillOf(queue: string): Promise<QueueFill> {
  const answer = await call(new URL(queue).origin, 'GetQueueAttributes', { QueueUrl: queue, AttributeNames: ['All'] });
  const { Attributes }: { readonly Attributes: Readonly<Record<string, string>> } = JSON.parse(answer);
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages),
    hidden: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
  };
}

async function call(endpoint: string, action: string, input: object): Promise<string> {
  const response = await fetch(endpoint, {
    method: 'POST',
    headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': `AmazonSQS.${action}` },
    body: JSON.stringify(input),
    signal: AbortSignal.timeout(5_000),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`SQS answered ${response.status} to ${action}: ${text.slice(0, 200)}`);
  return text;
}
