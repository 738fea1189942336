import type { Say } from '@segment-store/cli/event';

/** Warns of `what` and why. A trouble that stays is said once. */
export function sayOnce(say: Say, what: string): (error: unknown) => void {
  let last = '';
  return (error) => {
    const text = `${what}: ${error instanceof Error ? error.message : error}`;
    if (text !== last) say({ kind: 'warning', text });
    last = text;
  };
}
