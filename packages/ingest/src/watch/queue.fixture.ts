/** Queues of a test's own on the real server, seen by a client that is not the one under test's. */
import { randomUUID } from 'node:crypto';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { servers } from '../../../../test/support/servers.ts';

const client = new SQSClient({
  endpoint: servers().sqs,
  region: 'us-east-1',
  credentials: { accessKeyId: 'anybody', secretAccessKey: 'anything' },
});

export async function createQueue(attributes: Partial<Record<QueueAttributeName, string>> = {}): Promise<string> {
  const command = new CreateQueueCommand({ QueueName: `test-${randomUUID()}`, Attributes: attributes });
  return (await client.send(command)).QueueUrl ?? '';
}

/** A queue whose messages are put aside when they would come back a second time, and where to. */
export async function createQueueWithRedrive(): Promise<{ readonly url: string; readonly aside: string }> {
  const aside = await createQueue();
  const deadLetterTargetArn = (await attributesOf(aside)).QueueArn;
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
  return { url: await createQueue({ RedrivePolicy }), aside };
}

export async function send(url: string, body: object | string): Promise<void> {
  const MessageBody = typeof body === 'string' ? body : JSON.stringify(body);
  await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody }));
}

/** Messages that wait, and those that are hidden. */
export async function messages(url: string): Promise<readonly [number, number]> {
  const { ApproximateNumberOfMessages, ApproximateNumberOfMessagesNotVisible } = await attributesOf(url);
  return [Number(ApproximateNumberOfMessages), Number(ApproximateNumberOfMessagesNotVisible)];
}

async function attributesOf(url: string): Promise<Partial<Record<string, string>>> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] });
  return (await client.send(command)).Attributes ?? {};
}
