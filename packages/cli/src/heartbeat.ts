/** Says `waiting` after every half minute in which nothing was said, unless there is nothing to wait for. */
import type { Clock } from './clock.ts';
import type { Renderer } from './event.ts';

const SILENT_MS = 30_000;
const LOOK_MS = 1_000;

export function heartbeat(next: Renderer, clock: Clock): Renderer {
  let stage: string | undefined = 'start';
  let heardAt = clock.now();
  let beatAt = heardAt;
  const stop = clock.every(LOOK_MS, () => {
    if (stage === undefined || clock.now() - beatAt < SILENT_MS) return;
    beatAt = clock.now();
    next.say({ kind: 'waiting', stage, silentMs: Math.round(beatAt - heardAt) });
  });
  return {
    say(event) {
      if (event.kind === 'stage') stage = event.idle === true ? undefined : event.stage;
      if (event.kind === 'result' || event.kind === 'error') stage = undefined;
      heardAt = clock.now();
      beatAt = heardAt;
      next.say(event);
    },
    close() {
      stop();
      return next.close();
    },
  };
}
