/** A queue of messages that come back unless they are removed: what `watch` needs of SQS. */
import type { Call } from '@segment-store/resilience/operation';

export interface Message {
  readonly id: string;
  readonly body: string;
  /** How often it was received, this time included. */
  readonly receives: number;
  /** What the queue calls this receipt of it. */
  readonly receipt: string;
}

/** Failures: UNAVAILABLE, DENIED, NOT_FOUND (the queue). */
export interface Queue {
  readonly url: string;
  /** Whether messages that come back too often are put aside. */
  hasRedrive(call: Call): Promise<boolean>;
  /** The next message, hidden from others for `hiddenMs`; undefined after some 20 s without one. */
  receive(hiddenMs: number, call: Call): Promise<Message | undefined>;
  /** Hidden for `ms` from now; 0 shows it at once. */
  hide(message: Message, ms: number, call: Call): Promise<void>;
  remove(message: Message, call: Call): Promise<void>;
}
