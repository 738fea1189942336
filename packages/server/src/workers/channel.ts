/** What the primary and its workers tell each other. */
import type { CommandEvent } from '@segment-store/cli/event';
import type { ExitCode } from '@segment-store/cli/exit-code';
import type { Settings } from '../config.ts';
import type { Figures } from '../telemetry/registry.ts';

export type ToWorker =
  | {
      readonly kind: 'begin';
      readonly settings: Settings;
      readonly place: Place;
      readonly consoleSecret: Uint8Array;
    }
  | { readonly kind: 'drain' }
  | { readonly kind: 'figures wanted'; readonly id: number }
  | { readonly kind: 'scraped'; readonly text: string };

export type FromWorker =
  | { readonly kind: 'said'; readonly event: CommandEvent }
  | { readonly kind: 'figures'; readonly id: number; readonly figures: Figures }
  | { readonly kind: 'scrape wanted' }
  | { readonly kind: 'ended'; readonly exitCode: ExitCode; readonly text: string };

/** Which worker of all this one is. */
export interface Place {
  /** From 1. */
  readonly slot: number;
  /** How often one was started for this slot, this time included. */
  readonly starts: number;
}

interface Message {
  readonly kind: string;
}

/** `process` in a worker, a worker in the primary. */
interface End {
  on(event: 'message', listener: (message: unknown) => void): unknown;
  off(event: 'message', listener: (message: unknown) => void): unknown;
  send?(message: object, handle: undefined, options: undefined, sent: () => void): unknown;
}

export interface Channel<In extends Message, Out extends Message> {
  hear<K extends In['kind']>(kind: K, action: (message: Extract<In, { kind: K }>) => void): void;
  next<K extends In['kind']>(kind: K): Promise<Extract<In, { kind: K }>>;
  send(message: Out): void;
}

export function createChannel<In extends Message, Out extends Message>(end: End): Channel<In, Out> {
  // node:cluster sends messages of its own here: they have no `kind`.
  const isOf = <K extends In['kind']>(message: unknown, kind: K): message is Extract<In, { kind: K }> =>
    typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind;
  return {
    hear: (kind, action) =>
      void end.on('message', (message) => {
        if (isOf(message, kind)) action(message);
      }),
    next: (kind) =>
      new Promise((resolve) => {
        const listen = (message: unknown) => {
          if (!isOf(message, kind)) return;
          end.off('message', listen);
          resolve(message);
        };
        end.on('message', listen);
      }),
    // Whoever has gone hears nothing more; without the callback that would be an error of ours.
    send: (message) => void end.send?.(message, undefined, undefined, () => {}),
  };
}
