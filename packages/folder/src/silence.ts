import { Failure } from '@segment-store/resilience/failure';
import type { Call } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import type { FolderCode } from './folder.ts';

/** A server that sends nothing for this long is given up. */
const SILENCE_MS = 15_000;

/**
 * The bytes of `read`, unless nothing arrives for 15 s: then its call is aborted, which ends the request, and the
 * reason is UNAVAILABLE. Only waiting for the server counts; a slow reader may take its time.
 */
export async function* withinSilence(
  read: (call: Call) => AsyncIterable<Uint8Array>,
  { name, time }: { readonly name: string; readonly time: Time },
  call: Call,
): AsyncGenerator<Uint8Array> {
  const silent = new AbortController();
  const body = read({ ...call, signal: AbortSignal.any([call.signal, silent.signal]) })[Symbol.asyncIterator]();
  const giveUp = () => silent.abort(silence(name));
  try {
    for (;;) {
      const cancel = time.after(SILENCE_MS, giveUp);
      const next = await body.next().finally(cancel);
      if (next.done) return;
      yield next.value;
    }
  } finally {
    await body.return?.();
  }
}

const silence = (name: string): Failure<FolderCode> =>
  new Failure('UNAVAILABLE', `${name}: nothing arrived for ${SILENCE_MS / 1000} s`, { fault: true, retryable: true });
