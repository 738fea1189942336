/** One wire try over `fetch`. */
import type { HttpReply } from '../decode.ts';
import { tried } from '../errors.ts';
import { type HttpPool, MAX_REPLY_BYTES } from '../http.ts';

export type Fetch = typeof fetch;

export function createFetchPool(origin: string, fetch: Fetch): HttpPool {
  const closing = new AbortController();
  return {
    async send({ path, ...asked }, signal) {
      const ended = new AbortController();
      const end = () => ended.abort();
      const watched = [signal, closing.signal];
      for (const each of watched) each.addEventListener('abort', end, { once: true });
      try {
        if (watched.some(({ aborted }) => aborted)) end();
        return await exchange(fetch, origin + path, { ...asked, redirect: 'manual', signal: ended.signal });
      } catch (error) {
        throw signal.aborted ? signal.reason : error;
      } finally {
        for (const each of watched) each.removeEventListener('abort', end);
      }
    },
    warm: async () => {},
    async destroy() {
      closing.abort();
    },
  };
}

async function exchange(fetch: Fetch, url: string, init: RequestInit): Promise<HttpReply> {
  const ask = async () => fetch(url, init);
  const response = await ask().catch((cause: unknown) => {
    throw tried('NETWORK', 'no answer came', { fault: true, retryable: true, cause });
  });
  const text = await textOf(response).catch((cause: unknown) => {
    // Our limit, so no fault of the service: a few heavy customers must not open the circuit for everyone.
    if (cause instanceof TooLarge) throw tried('PROTOCOL', 'the reply exceeds 16 MiB', { cause });
    // Once an answer has begun, the service has done the work: a second try doubles it.
    throw tried('NETWORK', 'the answer was cut', { fault: true, cause });
  });
  return { status: response.status, headers: Object.fromEntries(response.headers), text };
}

class TooLarge extends Error {}

async function textOf({ body }: Response): Promise<string> {
  if (body === null) return '';
  const decoder = new TextDecoder();
  let text = '';
  let bytes = 0;
  for await (const chunk of chunksOf(body.getReader())) {
    bytes += chunk.byteLength;
    if (bytes > MAX_REPLY_BYTES) throw new TooLarge();
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

/** Not every runtime can iterate a stream. Leaving early cancels it. */
async function* chunksOf(reader: ReadableStreamDefaultReader<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let read = await reader.read(); !read.done; read = await reader.read()) yield read.value;
  } finally {
    await reader.cancel().catch(() => 'it has ended already');
  }
}
