/** The launch plan, walked through on a stack that began empty: fence by fence, with what happens beside them on the day. */
import { beside } from './beside.ts';
import { idOf } from './people.ts';
import { type Decision, type Step, whoseIs } from './plan.ts';
import { openScene, type RehearsalOptions, type Scene } from './scene.ts';
import { holds, run } from './take.ts';
import { unlessAborted } from './unless-aborted.ts';

/** @throws Error naming the step that does not hold, the first one */
export async function rehearse(options: RehearsalOptions): Promise<void> {
  const { signal } = options;
  await using scene = await openScene(options);
  for (const [index, step] of scene.plan.entries()) {
    await unlessAborted(signal, take(step, index, scene)).catch((error: unknown) => {
      signal.throwIfAborted();
      const why = error instanceof Error ? error.message : String(error);
      scene.log.note({ section: step.section, who: 'rehearsal', what: `DOES NOT HOLD: ${why}` });
      throw new Error(`${step.section}: ${why}`, { cause: error });
    });
  }
  await finalState(scene);
}

async function take(step: Step, index: number, scene: Scene): Promise<void> {
  if (step.kind === 'query') return holds(step, scene);
  if (step.kind === 'decision') return decide(step, index, scene);
  if (step.name === undefined) return run(step, scene);
  const known = beside[step.name];
  if (known === undefined) throw new Error(`nobody knows step=${step.name} of the plan`);
  await known(step, scene);
}

/** Whoever decides has before them what held so far; of the rest of the list a rehearsal knows nothing. */
async function decide({ section, text }: Decision, index: number, { plan, log }: Scene): Promise<void> {
  const held = plan.slice(0, index).length;
  const [first = '', ...others] = text.split('\n');
  const boxes = [
    `[x] ${first}: ${held} of ${held} steps above`,
    ...others.map((line) => `[ ] ${line}: no part of this`),
  ];
  log.note({ section, who: whoseIs(section), what: 'go, for a rehearsal', found: boxes.join('\n') });
}

const LAST = 'What there is in the end';

async function finalState({ rollouts, people, onCallKey, shell, seeing, log }: Scene): Promise<void> {
  const names = new Map([...people.map(({ who, key }) => [idOf(key), who] as const), [idOf(onCallKey), 'on call']]);
  const note = (who: string, what: string, found = '') => log.note({ section: LAST, who, what, found });
  for (const name of ['segments', 'segments-next']) {
    const { state, stage = 'nothing' } = await rollouts.read(name);
    const { intact, steps } = await rollouts.steps(name);
    note(
      'server',
      `rollout ${name} is ${state}, open up to ${stage}; its log, ${intact ? 'unchanged since' : 'CHANGED'}:`,
    );
    for (const { at, by, action, to = '', reason = '' } of steps) {
      note('server', `${at.slice(11, 19)}Z ${names.get(by) ?? by}: ${[action, to].filter(Boolean).join(' ')}`, reason);
    }
  }
  note('on call', '$ segment-ingest generations', (await shell('segment-ingest generations --store "$STORE"')).output);
  note('Prometheus', `${(await seeing.values('up{job="segment-server"} == 1')).length} of 2 servers answer`);
}
