/** Reads no application should make, and a library has to stand. */
import { BAD_CALL_OPTIONS, BAD_CUSTOMER_IDS, HOSTILE_SIGNALS } from '../bad-input.cases.ts';
import type { SegmentClient } from '../index.ts';
import type { Read } from './load.ts';

const throwing = () => {
  throw new Error('hostile');
};

const FALLBACKS: readonly unknown[] = [
  throwing,
  () => Promise.reject(new Error('hostile')),
  () => new Promise(() => {}),
  () => Object.defineProperty({}, 'then', { get: throwing }),
  () => new Proxy([], { get: throwing }),
  () => 'vip',
];

/** One that fires while the read is on its way. */
function firing({ change = {}, reason }: (typeof HOSTILE_SIGNALS)[number]): AbortSignal {
  const controller = new AbortController();
  Object.defineProperties(controller.signal, change);
  setImmediate(() => controller.abort(reason));
  return controller.signal;
}

const KINDS: readonly ((call: number) => readonly unknown[])[] = [
  (call) => [of(BAD_CUSTOMER_IDS, call).value],
  (call) => [of(BAD_CUSTOMER_IDS, call).value, { fallback: of(FALLBACKS, call) }],
  (call) => [`customer-${call}`, of(BAD_CALL_OPTIONS, call).value],
  (call) => [`customer-${call}`, { signal: firing(of(HOSTILE_SIGNALS, call)), fallback: of(FALLBACKS, call) }],
];

export const hostile =
  (client: SegmentClient): Read =>
  (call) =>
    Reflect.apply(client.lookup, client, of(KINDS, call)(Math.floor(call / KINDS.length)));

function of<T>(all: readonly T[], index: number): T {
  const one = all[index % all.length];
  if (one === undefined) throw new Error('an empty table');
  return one;
}
