import type { Readable } from 'node:stream';
import { Failure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import { systemTime } from '@segment-store/resilience/time';
import type { FolderCode } from './folder.ts';

/** Only waiting for the server counts; a slow reader may take its time. */
const SILENCE_MS = 30_000;

/** A body off the wire: exactly the bytes asked for, or UNAVAILABLE. It is consumed or destroyed, whoever stops first. */
export async function* receive(
  body: Readable,
  asked: { readonly name: string; readonly bytes: number },
  { signal }: Call,
): AsyncIterable<Uint8Array> {
  let received = 0;
  try {
    for await (const chunk of withinSilence(body)) {
      received += chunk.length;
      if (received > asked.bytes) break;
      signal.throwIfAborted();
      yield chunk;
    }
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const why = error instanceof Error ? error.message : error;
    throw broken(`${asked.name} was cut after ${received} of ${asked.bytes} bytes: ${why}`, error);
  }
  if (received !== asked.bytes) {
    throw broken(`${asked.name} came as ${received} bytes where ${asked.bytes} were asked for`);
  }
}

async function* withinSilence(body: Readable): AsyncIterable<Uint8Array> {
  const wait = () => systemTime.after(SILENCE_MS, () => body.destroy(new Error(`nothing for ${SILENCE_MS / 1000} s`)));
  let cancel = wait();
  try {
    for await (const chunk of body) {
      cancel();
      yield chunk;
      cancel = wait();
    }
  } finally {
    cancel();
  }
}

function broken(message: string, cause?: unknown): Failure<FolderCode> {
  return new Failure('UNAVAILABLE', message, { fault: true, retryable: true, cause });
}
