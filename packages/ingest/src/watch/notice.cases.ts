/** Messages as they come: what they are, and what is to become of them. */
import type { Notice } from './notice.ts';

/** As S3 sends it (https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html). */
export function s3Event(bucket: string, key: string, eventName = 'ObjectCreated:Put'): object {
  return {
    Records: [
      {
        eventVersion: '2.1',
        eventSource: 'aws:s3',
        awsRegion: 'eu-west-1',
        eventTime: '2026-01-31T04:05:06.789Z',
        eventName,
        userIdentity: { principalId: 'AWS:AROAEXAMPLE:spark' },
        requestParameters: { sourceIPAddress: '10.0.0.1' },
        responseElements: { 'x-amz-request-id': 'C3D13FE58DE4C810', 'x-amz-id-2': 'FMyUVURIY8' },
        s3: {
          s3SchemaVersion: '1.0',
          configurationId: 'runs',
          bucket: { name: bucket, ownerIdentity: { principalId: 'A3NL1KOZZKExample' }, arn: `arn:aws:s3:::${bucket}` },
          object: { key, size: 1024, eTag: 'd41d8cd98f00b204e9800998ecf8427e', sequencer: '0055AED6DCD90281E5' },
        },
      },
    ],
  };
}

export function eventBridge(bucket: string, key: string, type = 'Object Created'): object {
  return {
    version: '0',
    id: '17793124-05d4-b198-2fde-7ededc63b103',
    'detail-type': type,
    source: 'aws.s3',
    account: '111122223333',
    time: '2026-01-31T04:05:06Z',
    region: 'eu-west-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: { key, size: 1024, etag: 'b1946ac92492d2347c6235b4d2611184', sequencer: '617f08299329d189' },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: '123456789012',
      reason: 'PutObject',
    },
  };
}

export function sns(message: object | string): object {
  return {
    Type: 'Notification',
    MessageId: '22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324',
    TopicArn: 'arn:aws:sns:eu-west-1:123456789012:runs',
    Subject: 'Amazon S3 Notification',
    Message: typeof message === 'string' ? message : JSON.stringify(message),
    Timestamp: '2026-01-31T04:05:06.789Z',
    SignatureVersion: '1',
    Signature: 'EXAMPLEw6JRN',
    SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService.pem',
    UnsubscribeURL: 'https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe',
  };
}

const KEY = 'runs/20260131t040000z/manifest.json';
const runs = (...folders: readonly string[]): Notice => ({ kind: 'runs', folders });
const FOLDER = 's3://lake/runs/20260131t040000z';

interface Case {
  readonly what: string;
  readonly body: object | string;
  readonly notice: Notice;
}

export const notices: readonly Case[] = [
  { what: 'an event of S3', body: s3Event('lake', KEY), notice: runs(FOLDER) },
  {
    what: 'one for a large manifest',
    body: s3Event('lake', KEY, 'ObjectCreated:CompleteMultipartUpload'),
    notice: runs(FOLDER),
  },
  { what: 'one of another server', body: s3Event('lake', KEY, 's3:ObjectCreated:Put'), notice: runs(FOLDER) },
  { what: 'it within SNS', body: sns(s3Event('lake', KEY)), notice: runs(FOLDER) },
  { what: 'an event of EventBridge', body: eventBridge('lake', KEY), notice: runs(FOLDER) },
  { what: 'it within SNS', body: sns(eventBridge('lake', KEY)), notice: runs(FOLDER) },
  {
    what: 'a URL-encoded key',
    body: s3Event('lake', 'a+b%2Bc%C3%BC/20260131t040000z/manifest.json'),
    notice: runs('s3://lake/a b+cü/20260131t040000z'),
  },
  {
    what: 'a key of EventBridge, which is not encoded',
    body: eventBridge('lake', 'a+b%20/r/manifest.json'),
    notice: runs('s3://lake/a+b%20/r'),
  },
  {
    what: 'several records',
    body: {
      Records: [s3Event('a', 'x/manifest.json'), s3Event('b', 'x/part'), s3Event('c', 'y/manifest.json')].flatMap(
        recordsOf,
      ),
    },
    notice: runs('s3://a/x', 's3://c/y'),
  },
  { what: 'a part', body: s3Event('lake', 'r/members/part-0'), notice: { kind: 'other', what: 'no manifest written' } },
  {
    what: 'a manifest outside any folder',
    body: s3Event('lake', 'manifest.json'),
    notice: { kind: 'other', what: 'no manifest written' },
  },
  {
    what: 'a name that only ends like it',
    body: s3Event('lake', 'r/old-manifest.json'),
    notice: { kind: 'other', what: 'no manifest written' },
  },
  {
    what: 'a removed manifest',
    body: s3Event('lake', KEY, 'ObjectRemoved:Delete'),
    notice: { kind: 'other', what: 'no manifest written' },
  },
  {
    what: 'a removal by EventBridge',
    body: eventBridge('lake', KEY, 'Object Deleted'),
    notice: { kind: 'other', what: 'no manifest written' },
  },
  {
    what: 'the test event of S3',
    body: {
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: '2026-01-31T04:05:06.789Z',
      Bucket: 'lake',
      RequestId: '5582',
      HostId: '8cLe',
    },
    notice: { kind: 'other', what: 's3:TestEvent' },
  },
  { what: 'no event at all', body: { Records: [] }, notice: { kind: 'other', what: 'no manifest written' } },
];

/** Left to the redrive policy of the queue; `why` is part of what is said. */
export const foreign: readonly { readonly what: string; readonly body: object | string; readonly why: string }[] = [
  { what: 'no JSON', body: 'hello', why: 'no JSON object' },
  { what: 'nothing', body: '', why: 'no JSON object' },
  { what: 'a JSON text', body: '"s3://lake/r"', why: 'no JSON object' },
  { what: 'a JSON array', body: '[]', why: 'no JSON object' },
  { what: 'another object', body: { hello: 'world' }, why: 'neither an event of S3' },
  {
    what: 'a request to subscribe',
    body: { Type: 'SubscriptionConfirmation', SubscribeURL: 'https://x' },
    why: 'neither an event of S3',
  },
  { what: 'SNS around no event', body: sns('deploy finished'), why: 'no JSON object' },
  { what: 'SNS around SNS around SNS', body: sns(sns(sns(sns(s3Event('lake', KEY))))), why: 'SNS notifications in' },
  {
    what: 'a record of something else',
    body: { Records: [{ eventName: 'INSERT', dynamodb: {} }] },
    why: 'no event, bucket or key',
  },
  {
    what: 'a record without a key',
    body: { Records: [{ eventName: 'ObjectCreated:Put', s3: { bucket: { name: 'lake' }, object: {} } }] },
    why: 'no event, bucket or key',
  },
  { what: 'a record that is none', body: { Records: [null] }, why: 'no event, bucket or key' },
  {
    what: 'a key with a bad escape',
    body: s3Event('lake', 'a%zz/manifest.json'),
    why: '"a%zz/manifest.json" is not URL-encoded',
  },
  {
    what: 'an EventBridge event without a key',
    body: { ...eventBridge('lake', KEY), detail: {} },
    why: 'no type, bucket or key',
  },
];

function recordsOf(event: object): unknown[] {
  const records: unknown = Reflect.get(event, 'Records');
  return Array.isArray(records) ? records : [];
}
