/** The key a request is sent with: as it was given, or as a function gives it. */
import { deadline } from '@segment-store/resilience/deadline';
import { type Call, type Operation, unlimited } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import { tried } from './errors.ts';

/** A function is called when a key is first needed, and again whenever the service refuses the one it gave. */
export type ApiKey = string | (() => string | PromiseLike<string>);

export interface Credential {
  /** A promise only while the key is being read. @throws Failure `UNAUTHORIZED` where there is none */
  key(call: Call): string | undefined | Promise<string>;
  /** The service refused this key; answers whether there may be another by now. */
  refused(key: string | undefined): boolean;
}

export const createCredential = (apiKey: ApiKey | undefined, time: Time): Credential =>
  typeof apiKey === 'function' ? readAgain(apiKey, time) : { key: () => apiKey, refused: () => false };

/** What a key may consist of, as a header has it. */
export const isKey = (text: string): boolean => /^[\x21-\x7e]+$/.test(text);

function readAgain(read: () => unknown, time: Time): Credential {
  let held: string | undefined;
  let reading: Promise<string> | undefined;
  async function begin(): Promise<string> {
    const key = await read();
    if (typeof key !== 'string' || !isKey(key)) throw new TypeError(`apiKey gave ${typeof key}`);
    held = key;
    return key;
  }
  /** Half of the attempt's time: who gives no key must not look like a service that does not answer. */
  async function within({ signal, deadlineAt }: Call): Promise<string> {
    reading ??= begin();
    const mine = reading;
    const wait: Operation<void, string> = () => mine;
    try {
      return await deadline((deadlineAt - time.now()) / 2, time)(wait)(undefined, { ...unlimited, signal });
    } catch (cause) {
      throw signal.aborted ? signal.reason : tried('UNAUTHORIZED', 'apiKey gave no key', { cause });
    } finally {
      if (reading === mine) reading = undefined;
    }
  }
  return {
    key: (call) => held ?? within(call),
    refused(key) {
      if (key === held) held = undefined;
      return true;
    },
  };
}
