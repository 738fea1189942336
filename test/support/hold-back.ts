/** Something happens in the middle of what a command does, and not a moment later: no sleep, no race. */
import type { IncomingMessage } from 'node:http';
import type { AnsweringProxy } from '@segment-store/services/answering-proxy';

/**
 * At the first request that is `wanted`, `act` begins. Until it has ended, such requests are answered 503, which whoever
 * asks bears; from then on all go through. Resolves when it has ended.
 */
export function holdBack(
  proxy: AnsweringProxy,
  wanted: (request: IncomingMessage) => boolean,
  act: () => Promise<unknown>,
): Promise<unknown> {
  const asked = Promise.withResolvers<void>();
  const acted = asked.promise.then(act);
  let isOver = false;
  const over = () => {
    isOver = true;
  };
  void acted.then(over, over);
  proxy.answer((request) => {
    if (isOver || !wanted(request)) return undefined;
    asked.resolve();
    return { status: 503, code: 'SlowDown' };
  });
  return acted;
}
