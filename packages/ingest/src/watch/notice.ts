/** The body of a queue's message → the run folders it announces. Pure. */

/** What a message tells. */
export type Notice =
  /** Manifests were written: their run folders, in order. */
  | { readonly kind: 'runs'; readonly folders: readonly string[] }
  /** A well-formed message about something else: a test event, another object, a removal. */
  | { readonly kind: 'other'; readonly what: string }
  /** Nothing of ours: not JSON, or of no known form. */
  | { readonly kind: 'foreign'; readonly why: string };

const MANIFEST = '/manifest.json';
/** EventBridge to SNS to SQS: two envelopes. */
const MOST_ENVELOPES = 3;

type Fields = Readonly<Record<string, unknown>>;

/**
 * Knows S3's own events, EventBridge's "Object Created" of S3, and SNS notifications around either. A key that ends in
 * `/manifest.json` announces a run: the manifest is written last.
 */
export function parseNotice(body: string, envelopes = 0): Notice {
  const message = parseJson(body);
  if (!isFields(message)) return { kind: 'foreign', why: 'it is no JSON object' };
  if (message.Type === 'Notification' && typeof message.Message === 'string') {
    if (envelopes < MOST_ENVELOPES) return parseNotice(message.Message, envelopes + 1);
    return { kind: 'foreign', why: 'SNS notifications in SNS notifications' };
  }
  if (message.Event === 's3:TestEvent') return { kind: 'other', what: 's3:TestEvent' };
  if (Array.isArray(message.Records)) return fromRecords(message.Records);
  if (message.source === 'aws.s3') return fromEventBridge(message);
  return { kind: 'foreign', why: 'it is neither an event of S3 nor an SNS or EventBridge envelope of one' };
}

function fromRecords(records: readonly unknown[]): Notice {
  const folders: string[] = [];
  for (const record of records) {
    const { eventName, s3 } = isFields(record) ? record : {};
    const at = place(s3);
    if (typeof eventName !== 'string' || at === undefined) {
      return { kind: 'foreign', why: 'a record names no event, bucket or key' };
    }
    const key = decoded(at.key);
    if (key === undefined) return { kind: 'foreign', why: `the key ${JSON.stringify(at.key)} is not URL-encoded` };
    if (isCreation(eventName) && key.endsWith(MANIFEST)) folders.push(folderOf(at.bucket, key));
  }
  return folders.length > 0 ? { kind: 'runs', folders } : { kind: 'other', what: 'no manifest written' };
}

/** Keys in EventBridge's events are as they are, not URL-encoded. */
function fromEventBridge({ detail, 'detail-type': type }: Fields): Notice {
  const at = place(detail);
  if (typeof type !== 'string' || at === undefined) {
    return { kind: 'foreign', why: 'the EventBridge event names no type, bucket or key' };
  }
  if (type !== 'Object Created' || !at.key.endsWith(MANIFEST)) return { kind: 'other', what: 'no manifest written' };
  return { kind: 'runs', folders: [folderOf(at.bucket, at.key)] };
}

/** `ObjectCreated:Put`, `…:CompleteMultipartUpload`, `…:Copy`; other servers write `s3:` before it. */
const isCreation = (eventName: string): boolean => /^(s3:)?ObjectCreated:/.test(eventName);

const folderOf = (bucket: string, key: string): string => `s3://${bucket}/${key.slice(0, -MANIFEST.length)}`;

function place(value: unknown): { readonly bucket: string; readonly key: string } | undefined {
  const { bucket, object } = isFields(value) ? value : {};
  if (!isFields(bucket) || !isFields(object)) return undefined;
  const { name } = bucket;
  const { key } = object;
  return typeof name === 'string' && typeof key === 'string' ? { bucket: name, key } : undefined;
}

/** As forms are encoded: a space is a plus. */
function decoded(key: string): string | undefined {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
