/** What happens on the day beside a step of the plan, or right after it. */
import { until } from '../drills/observing.ts';
import { climbed } from './climb.ts';
import { type Command, whoseIs } from './plan.ts';
import type { Scene } from './scene.ts';
import { run } from './take.ts';

export type Beside = (command: Command, scene: Scene) => Promise<void>;

/** By the step's name in the plan. */
export const beside: Readonly<Record<string, Beside>> = {
  shadow,
  ladder: (command, scene) => climbed('segments', 0, command, scene),
  /** Done by two people while the ladder was climbed. */
  'sign-off': async () => {},
  fault,
  'roll-back': rolledBack,
  'data-back': dataBack,
};

/** The steps that a plan may have. */
export const STEPS: readonly string[] = Object.keys(beside);

async function shadow(command: Command, scene: Scene): Promise<void> {
  const { checkout, log } = scene;
  await checkout.mirrored(() => run(command, scene));
  const { match, mismatch } = checkout.shadow();
  const found = `${match} answers are the same, ${mismatch} others`;
  if (match === 0 || mismatch > 0) throw new Error(`the SDK's shadow: ${found}`);
  log.note({ section: command.section, who: 'checkout', what: `the SDK's shadow, in its own process: ${found}` });
}

const OPENS_WITHIN_MS = 300_000;
const NEXT = 'segments-next';

async function fault(command: Command, scene: Scene): Promise<void> {
  const { candidate, rollouts, log } = scene;
  const note = (who: string, what: string) => log.note({ section: command.section, who, what });
  const isOpen = async () => (await rollouts.read(NEXT)).stage === 'france';
  const killed = until('the stage that is to fail is open', OPENS_WITHIN_MS, isOpen).then(() => {
    candidate.kill();
    note('fault', 'the candidate is killed while france is held: whoever is let in has nobody to ask');
  });
  await Promise.all([climbed(NEXT, 4, command, scene), killed]);
  await candidate.startAgain();
  note('fault', 'the candidate is started again');
  await mustBeHalted(NEXT, 'lyon', command, scene);
}

async function mustBeHalted(name: string, wanted: string, { section }: Command, { rollouts, log }: Scene) {
  const { state, stage = 'nothing', why = 'without a reason' } = await rollouts.read(name);
  if (state !== 'halted' || stage !== wanted) throw new Error(`${name} is ${state}, open up to ${stage}`);
  log.note({ section, who: 'server', what: `${name} is halted, open up to ${stage}: ${why}` });
}

const CLOSES_WITHIN_MS = 60_000;

async function rolledBack(command: Command, scene: Scene): Promise<void> {
  const { checkout, log } = scene;
  checkout.behind('segments');
  const { open } = checkout.gate();
  await run(command, scene);
  const seconds = await secondsUntil('the gate closes', CLOSES_WITHIN_MS, async () => checkout.gate().open < open);
  const { open: left, of } = checkout.gate();
  const what = `the gate is open for ${left} of ${of} customers, before it was for ${open}; ${seconds} after the command`;
  log.note({ section: command.section, who: 'checkout', what });
  await mustBeHalted('segments', 'france', command, scene);
}

const BACK_WITHIN_MS = 10_000;

async function dataBack(command: Command, scene: Scene): Promise<void> {
  const { rollouts, environment, customer, log } = scene;
  await run(command, scene);
  const servers = [environment.OLD ?? '', environment.OLD_TOO ?? '', environment.NEW ?? ''];
  const withdrawn = environment.RUN_FOLDER?.split('/').at(-1) ?? '';
  const isGone = async () => !(await rollouts.generations(servers, customer)).includes(withdrawn);
  const seconds = await secondsUntil('all servers answer from the generation before', BACK_WITHIN_MS, isGone);
  const [generation] = await rollouts.generations(servers, customer);
  const what = `asks all three servers: they answer from ${generation}, ${seconds} after the command`;
  log.note({ section: command.section, who: whoseIs(command.section), what });
}

/** `1.5 s`. */
async function secondsUntil(what: string, withinMs: number, holds: () => Promise<boolean>): Promise<string> {
  const startedAt = performance.now();
  await until(what, withinMs, holds);
  return `${((performance.now() - startedAt) / 1_000).toFixed(1)} s`;
}
