/** Files below a prefix of a bucket. */
import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  type ListObjectsV2CommandOutput,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { Failure } from '@segment-store/resilience/failure';
import { type Call, unlimited } from '@segment-store/resilience/operation';
import { createPatience, patiently } from '@segment-store/resilience/patience';
import { systemTime, type Time } from '@segment-store/resilience/time';
import type { ByteRange, FileInfo, Folder, FolderOptions } from './folder.ts';
import { checkKey, checkRange, isKey } from './key.ts';
import { inPieces } from './pieces.ts';
import { receive } from './receive.ts';
import { isExpiry, s3Failure } from './s3-failure.ts';
import { withinSilence } from './silence.ts';

/** A larger body travels in parts of this size. S3 takes 10,000 of them, none below 5 MiB but the last. */
const PART_BYTES = 8 * 1024 * 1024;
const SOCKETS = 256;
const CONNECT_MS = 5_000;
/** A socket that nobody needs is closed before the server would, in the moment it is needed. */
const IDLE_MS = 4_000;
/** From the request's first byte to the answer's: 8 MiB must fit in. */
const ANSWER_MS = 60_000;
/** So long a question is asked again that the client asked three times. Bodies are `resumed`. */
const PATIENCE_MS = 3_000;

export interface Bucket {
  readonly bucket: string;
  /** Without a slash at either end; may be empty. */
  readonly prefix: string;
}

/** What the client takes beside a command. */
interface Options {
  readonly abortSignal: AbortSignal;
}

export class S3Folder implements Folder {
  readonly url: string;
  readonly etags = 's3';
  readonly remote = true;
  readonly #bucket: string;
  readonly #root: string;
  readonly #client: S3Client;
  readonly #time: Time;

  constructor({ bucket, prefix }: Bucket, options: FolderOptions) {
    this.#bucket = bucket;
    this.#root = prefix === '' ? '' : `${prefix}/`;
    this.url = prefix === '' ? `s3://${bucket}` : `s3://${bucket}/${prefix}`;
    this.#client = createClient(options);
    this.#time = options.time ?? systemTime;
  }

  async *list(prefix: string, call: Call): AsyncIterable<FileInfo> {
    const where = { Bucket: this.#bucket, Prefix: `${this.#root}${prefix}` };
    let token: string | undefined;
    do {
      const command = new ListObjectsV2Command({ ...where, ContinuationToken: token });
      const page: ListObjectsV2CommandOutput = await this.#ask('', call, (options) =>
        this.#client.send(command, options),
      );
      for (const { Key = '', Size = 0, ETag = '' } of page.Contents ?? []) {
        const key = Key.slice(this.#root.length);
        // A console's "folder", say, is an empty object whose key ends in a slash.
        if (isKey(key)) yield { key, bytes: Size, etag: ETag };
      }
      token = page.NextContinuationToken;
    } while (token !== undefined);
  }

  async info(key: string, call: Call): Promise<FileInfo> {
    const command = new HeadObjectCommand(this.#target(key));
    const head = await this.#ask(key, call, (options) => this.#client.send(command, options));
    return { key, bytes: head.ContentLength ?? 0, etag: head.ETag ?? '' };
  }

  read(file: FileInfo, range: ByteRange, call: Call): AsyncIterable<Uint8Array> {
    const watched = { name: this.#name(file.key), time: this.#time };
    return withinSilence((own) => this.#body(file, range, own), watched, call);
  }

  async *#body(file: FileInfo, { from, to }: ByteRange, call: Call): AsyncIterable<Uint8Array> {
    checkRange({ from, to }, file);
    const target = { ...this.#target(file.key), IfMatch: file.etag };
    if (from === to) {
      // HTTP has no range of nothing; that the file is still this one is asked all the same.
      await this.#attempt(file.key, call, (options) => this.#client.send(new HeadObjectCommand(target), options));
      return;
    }
    const command = new GetObjectCommand({ ...target, Range: `bytes=${from}-${to - 1}` });
    const { Body } = await this.#attempt(file.key, call, (options) => this.#client.send(command, options));
    if (!(Body instanceof Readable)) throw new Failure('UNAVAILABLE', `${this.#name(file.key)} came without a body`);
    yield* receive(Body, { name: this.#name(file.key), bytes: to - from }, call);
  }

  async write(key: string, body: AsyncIterable<Uint8Array>, call: Call): Promise<FileInfo> {
    const pieces = inPieces(body, PART_BYTES);
    try {
      return await this.#send(key, pieces, call);
    } finally {
      await pieces.return(undefined); // closes the body
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#client.destroy();
  }

  async #send(key: string, pieces: Upload['pieces'], call: Call): Promise<FileInfo> {
    const target = this.#target(key);
    call.signal.throwIfAborted();
    const first = await pieces.next();
    if (first.done || first.value.length < PART_BYTES) return this.#put(key, first.value ?? Buffer.alloc(0), call);
    const command = new CreateMultipartUploadCommand({ ...target, ChecksumAlgorithm: 'CRC32' });
    const { UploadId } = await this.#attempt(key, call, (options) => this.#client.send(command, options));
    try {
      return await this.#upload(key, { UploadId, first: first.value, pieces }, call);
    } catch (error) {
      // Also for a call that was aborted: what is left behind costs money.
      const abort = new AbortMultipartUploadCommand({ ...target, UploadId });
      await this.#attempt(key, unlimited, (options) => this.#client.send(abort, options)).catch(() => {});
      throw error;
    }
  }

  async #put(key: string, bytes: Uint8Array, call: Call): Promise<FileInfo> {
    const command = new PutObjectCommand({ ...this.#target(key), Body: bytes });
    const { ETag } = await this.#attempt(key, call, (options) => this.#client.send(command, options));
    return { key, bytes: bytes.length, etag: ETag ?? '' };
  }

  async #upload(key: string, { UploadId, first, pieces }: Upload, call: Call): Promise<FileInfo> {
    const target = { ...this.#target(key), UploadId };
    const parts: CompletedPart[] = [];
    let bytes = 0;
    for (let piece: Uint8Array | undefined = first; piece !== undefined; piece = (await pieces.next()).value) {
      const PartNumber = parts.length + 1;
      const command = new UploadPartCommand({ ...target, PartNumber, Body: piece });
      const { ETag, ChecksumCRC32 } = await this.#attempt(key, call, (options) => this.#client.send(command, options));
      parts.push({ PartNumber, ETag, ChecksumCRC32 });
      bytes += piece.length;
    }
    const complete = new CompleteMultipartUploadCommand({ ...target, MultipartUpload: { Parts: parts } });
    const { ETag } = await this.#attempt(key, call, (options) => this.#client.send(complete, options));
    return { key, bytes, etag: ETag ?? '' };
  }

  #target(key: string): { Bucket: string; Key: string } {
    checkKey(key);
    return { Bucket: this.#bucket, Key: `${this.#root}${key}` };
  }

  #name(key: string): string {
    return key === '' ? this.url : `${key} in ${this.url}`;
  }

  #ask<T>(key: string, call: Call, send: (options: Options) => Promise<T>): Promise<T> {
    return patiently(() => this.#attempt(key, call, send), createPatience(PATIENCE_MS), call);
  }

  async #attempt<T>(key: string, { signal }: Call, send: (options: Options) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const options = { abortSignal: signal };
    try {
      return await send(options).catch(async (error: unknown) => {
        if (!isExpiry(error)) throw error;
        // The chain asks for new ones before the end it knows of; a session that was ended early it cannot know.
        await this.#client.config.credentials({ forceRefresh: true });
        return await send(options);
      });
    } catch (error) {
      throw signal.aborted ? signal.reason : s3Failure(error, this.#name(key));
    }
  }
}

interface Upload {
  readonly UploadId: string | undefined;
  readonly first: Uint8Array;
  readonly pieces: AsyncGenerator<Uint8Array, undefined>;
}

function createClient({ s3Endpoint, s3Region, s3Sockets = SOCKETS }: FolderOptions): S3Client {
  const agent = { keepAlive: true, maxSockets: s3Sockets, timeout: IDLE_MS };
  return new S3Client({
    ...(s3Endpoint !== undefined && { endpoint: s3Endpoint, forcePathStyle: true }),
    region: s3Region ?? regionOfEnvironment(),
    followRegionRedirects: true,
    // Writes carry a CRC32. Reads ask for ranges, which S3 sends without a checksum.
    requestChecksumCalculation: 'WHEN_SUPPORTED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: {
      httpAgent: agent,
      httpsAgent: agent,
      connectionTimeout: CONNECT_MS,
      requestTimeout: ANSWER_MS,
      throwOnRequestTimeout: true,
      // A socket also idles while the reader is busy: `withinSilence` times the server alone.
      socketTimeout: 0,
    },
  });
}

/** Found at the first request, and kept: the client asks at each, and looking takes longer than a request. */
function regionOfEnvironment(): () => Promise<string> {
  let region: Promise<string> | undefined;
  return () => {
    region ??= new S3Client({}).config.region().catch(() => 'us-east-1');
    return region;
  };
}
