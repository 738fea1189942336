import type { Readable } from 'node:stream';
import { Failure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import type { FolderCode } from './folder.ts';

/** A body off the wire: exactly the bytes asked for, or UNAVAILABLE. It is consumed or destroyed, whoever stops first. */
export async function* receive(
  body: Readable,
  asked: { readonly name: string; readonly bytes: number },
  { signal }: Call,
): AsyncIterable<Uint8Array> {
  let received = 0;
  try {
    for await (const chunk of body) {
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

function broken(message: string, cause?: unknown): Failure<FolderCode> {
  return new Failure('UNAVAILABLE', message, { fault: true, retryable: true, cause });
}
