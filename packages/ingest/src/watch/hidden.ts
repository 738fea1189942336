/** Keeps a message hidden from others while its run is loaded. */
import { type Call, unlimited } from '@segment-store/resilience/operation';
import type { Time } from '@segment-store/resilience/time';
import type { Message, Queue } from './queue.ts';

/** SQS hides no message longer than 12 hours after it was received, and refuses to. */
const LONGEST_MS = 11.5 * 3_600_000;

export interface HiddenOptions {
  readonly queue: Queue;
  readonly hiddenMs: number;
  readonly time: Time;
  onTrouble(text: string): void;
}

/**
 * Renewed every third of `hiddenMs`, so that two failed renewals do no harm, for 11.5 hours: after that the message
 * comes back and another process may join the load, which the store's leases allow.
 */
export function keepHidden(message: Message, { queue, hiddenMs, time, onTrouble }: HiddenOptions): Disposable {
  const receivedAt = time.now();
  const call: Call = unlimited;
  let cancel = () => {};
  const renewLater = () => {
    cancel = time.after(hiddenMs / 3, () => {
      if (time.now() - receivedAt > LONGEST_MS) {
        return onTrouble(`message ${message.id} has been hidden for 11.5 hours, longer is not allowed: it comes back`);
      }
      queue
        .hide(message, hiddenMs, call)
        .catch((error: Error) => onTrouble(`message not kept hidden: ${error.message}`));
      renewLater();
    });
  };
  renewLater();
  return { [Symbol.dispose]: () => cancel() };
}
