/** A ladder that is climbed: people sign off meanwhile, and the service that asks opens its gate. */
import { setTimeout as delay } from 'node:timers/promises';
import { signOffs } from './people.ts';
import type { Command } from './plan.ts';
import type { Scene } from './scene.ts';
import { saying } from './take.ts';

/** Of a rollout of another name, `command` is as the plan has it; the sign-offs are those of the plan, renamed. */
export async function climbed(rollout: string, expected: number, command: Command, scene: Scene): Promise<void> {
  scene.checkout.behind(rollout);
  const over = new AbortController();
  const beside = [signing(rollout, command, scene, over.signal), watching(command, scene, over.signal)];
  const quiet = Promise.allSettled(beside); // what is wrong is seen by the command, too
  try {
    await saying(expected, command, scene);
  } finally {
    over.abort();
    await quiet;
  }
}

function signing(rollout: string, { section }: Command, scene: Scene, signal: AbortSignal): Promise<void> {
  const { people, shell, environment, rollouts, plan, log, holdMs } = scene;
  const command = plan.find((step) => step.kind === 'command' && step.name === 'sign-off')?.text ?? '';
  const options = {
    ...{ rollout, command, people, rollouts, holdMs },
    shell: (text: string, given = {}) => shell(text, { ...environment, ...given }),
    onSignedOff: (who: string, what: string, found: string) => log.note({ section, who, what: `$ ${what}`, found }),
  };
  return signOffs(options, signal);
}

const LOOK_MS = 1_000;

/** For how many visitors the gate is open, whenever that has changed. */
async function watching({ section }: Command, { checkout, log }: Scene, signal: AbortSignal): Promise<void> {
  for (let before = -1; !signal.aborted; ) {
    const { open, of } = checkout.gate();
    if (open !== before)
      log.note({ section, who: 'checkout', what: `the gate is open for ${open} of ${of} customers` });
    before = open;
    await delay(LOOK_MS, undefined, { signal });
  }
}
