/** The launch plan, walked through on a stack that began empty: fence by fence, with what happens beside them on the day. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { customersOf } from '@segment-store/stack/customers';
import type { Facts } from '@segment-store/stack/door';
import { exampleFile } from '@segment-store/stack/own-process';
import type { Stack } from '@segment-store/stack/stack';
import { createFigures } from '../drills/figures.ts';
import { type Observing, observing, until } from '../drills/observing.ts';
import { type Environment, openShell, type Shell } from '../drills/shell.ts';
import { type Checkout, openCheckout } from './checkout.ts';
import type { Log } from './log.ts';
import { signOffs } from './people.ts';
import { isWithin, readPlan, type Step } from './plan.ts';
import { type Rollouts, rolloutsAt } from './rollouts.ts';

export interface RehearsalOptions {
  readonly stack: Stack;
  readonly log: Log;
  /** Every stage is held this long at most: `30s`. */
  readonly hold: string;
}

interface Scene {
  readonly stack: Stack;
  readonly log: Log;
  readonly seeing: Observing;
  readonly shell: Shell;
  readonly checkout: Checkout;
  readonly rollouts: Rollouts;
  readonly plan: readonly Step[];
  /** Of two people who sign off. */
  readonly keys: readonly string[];
  readonly environment: Environment;
  readonly customer: string;
}

/** @throws Error naming the criterion that does not hold, the first one */
export async function rehearse({ stack, log, hold }: RehearsalOptions): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), 'rehearsal-'));
  try {
    const facts = await stack.facts();
    await using figures = await createFigures(facts);
    const shell = await openShell(facts, join(scratch, 'bin'), LADDER_MS);
    const run = await secondRun(stack, shell, log);
    const [old, candidate] = ['server-1', 'server-2'].map((server) => facts.parts[server]?.url ?? '');
    const servers = [old ?? '', candidate ?? ''];
    const { customers, segment } = await customersOf(servers, facts.keys.operator);
    const environment = await environmentOf(facts, { scratch, run, segment, hold });
    await using checkout = await openCheckout({
      ...{ old: old ?? '', candidate: candidate ?? '', apiKey: facts.keys.checkout, customers, experiment: 'win-back' },
      ...{ exposures: environment.EXPOSURES ?? '', outcomes: environment.OUTCOMES ?? '', mirror: MIRROR },
    });
    await figures.tell('segment-client', checkout.figures);
    const keys = [await secondKey(shell), facts.keys.operator];
    const scene: Scene = {
      ...{ stack, log, shell, checkout, keys, environment, plan: await readPlan(), customer: customers[0] ?? '' },
      ...{ seeing: observing(facts), rollouts: rolloutsAt(old ?? '', facts.keys.operator) },
    };
    for (const step of scene.plan) await take(step, scene);
    await finalState(scene);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** A ladder of four stages, each with sign-offs and looks. */
const LADDER_MS = 1_200_000;
/** Of the plan's `--listen`. */
const MIRROR = 'http://127.0.0.1:8090';
const FEWEST_REQUESTS = 30;
const ENOUGH = '--comparisons 2000 --during 15s';

interface Inputs {
  readonly scratch: string;
  readonly run: string;
  readonly segment: string;
  readonly hold: string;
}

async function environmentOf(facts: Facts, { scratch, run, segment, hold }: Inputs): Promise<Environment> {
  const { parts, keys, runs } = facts;
  const url = (part: string) => parts[part]?.url ?? '';
  const files = {
    EXPOSURES: 'exposures.ndjson',
    OUTCOMES: 'outcomes.ndjson',
    LADDER: 'ladder.json',
    EXPERIMENTS: 'experiments.json',
  };
  const paths = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, join(scratch, file)]));
  for (const name of ['EXPOSURES', 'OUTCOMES']) await writeFile(paths[name] ?? '', '');
  await copyChanged('ladder.json', paths.LADDER ?? '', (text) =>
    text.replace(/"minRequests": \d+/, `"minRequests": ${FEWEST_REQUESTS}`),
  );
  await copyChanged('experiments.json', paths.EXPERIMENTS ?? '', (text) =>
    text.replace(/"segment": "[^"]*"/, `"segment": ${JSON.stringify(segment)}`),
  );
  return {
    ...paths,
    RUN_FOLDER: `${runs}/${run}`,
    OLD: url('server-1'),
    NEW: url('server-2'),
    ORDERS: exampleFile('orders.parquet'),
    DEFINITIONS: exampleFile('definitions.json'),
    CATEGORIES: exampleFile('categories.csv'),
    AS_OF: '2011-12-10',
    SEGMENT_COMPUTE_SERVER: url('server-1'),
    SEGMENT_COMPUTE_API_KEY: keys.operator,
    SEGMENT_ROLLOUT_SERVER: url('server-1'),
    SEGMENT_ROLLOUT_PROMETHEUS: url('prometheus'),
    SEGMENT_ROLLOUT_API_KEY: keys.operator,
    ENOUGH,
    PACE: `--rehearse ${hold}`,
  };
}

async function copyChanged(name: string, to: string, change: (text: string) => string): Promise<void> {
  const shipped = join(import.meta.dirname, '../../deploy/launch', name);
  await writeFile(to, change(await readFile(shipped, 'utf8')));
}

/** A newer run than the one that the stack began with: there is something to roll back to. */
async function secondRun({ restart }: Stack, shell: Shell, log: Log): Promise<string> {
  const live = async () => {
    const { output } = await shell('segment-ingest generations --store "$STORE"');
    return /^(\d{8}t\d{6}z)\s+live\b/m.exec(output)?.[1] ?? '';
  };
  const first = await live();
  log.note(START, 'calculated, announced, loaded and published by the stack itself', `run ${first} is live`);
  await restart('calculations');
  await until('the second run is live', 120_000, async () => ![first, ''].includes(await live()));
  const second = await live();
  log.note(START, 'the next calculation, the same way', `run ${second} is live, ${first} may be rolled back to`);
  return second;
}

export const START = 'From nothing to a run that answers';

async function secondKey(shell: Shell): Promise<string> {
  const { output } = await shell('segment-server keys create second-person --keys "$KEYS" --scopes read,publish');
  const [key] = /seg_[\w-]+/.exec(output) ?? [];
  if (key === undefined) throw new Error(`no key for the second person: ${output}`);
  return key;
}

async function take(step: Step, scene: Scene): Promise<void> {
  if (step.kind === 'query') return holds(step, scene);
  const around = step.name === undefined ? undefined : beside[step.name];
  if (step.name !== undefined && around === undefined) throw new Error(`nobody knows step=${step.name} of the plan`);
  await (around ?? run)(step, scene);
}

type Query = Extract<Step, { readonly kind: 'query' }>;
type Command = Extract<Step, { readonly kind: 'command' }>;

/** What was bad in the last five minutes is waited for. */
const PATIENCE_MS = 360_000;

async function holds({ section, text, bound }: Query, { seeing, log }: Scene): Promise<void> {
  let values: readonly number[] = [];
  const limit = `${bound.side} ${bound.limit}`;
  await until(`${section}: ${text} is not within ${limit}`, PATIENCE_MS, async () => {
    values = await seeing.values(text);
    return isWithin(values, bound);
  });
  log.note(section, `\`${text}\``, `${values.join(', ')} (${limit})`);
}

const run = (command: Command, scene: Scene): Promise<void> => ending(0, command, scene);

async function ending(expected: number, { section, text }: Command, scene: Scene): Promise<void> {
  const { exitCode, output } = await scene.shell(text, scene.environment);
  if (exitCode !== expected) {
    throw new Error(`${section}: ended with ${exitCode}, not ${expected}\n${text}\n${output}`);
  }
  scene.log.note(section, `\`${text}\``, output);
}

type Around = (command: Command, scene: Scene) => Promise<void>;

/** By the step's name in the plan: what happens on the day while the command runs, or right after it. */
const beside: Readonly<Record<string, Around>> = {
  async shadow(command, scene) {
    const { checkout, log } = scene;
    await checkout.mirrored(() => run(command, scene));
    const { match, mismatch } = checkout.shadow();
    const found = `${match} the same, ${mismatch} others`;
    if (match === 0 || mismatch > 0) throw new Error(`${command.section}: the SDK's shadow found ${found}`);
    log.note(command.section, "the SDK's shadow, beside it", found);
  },
  ladder: (command, scene) => climbed('segments', 0, command, scene),
  async 'sign-off'({ section }, { log }) {
    log.note(section, 'signing off', 'done by two people while the ladder was climbed, above');
  },
  async fault(command, scene) {
    const { stack, rollouts, log } = scene;
    const killed = until('the stage that is to fail is open', 120_000, async () => {
      return (await rollouts.read('segments-next')).stage === 'france';
    }).then(async () => {
      await stack.kill('server-2');
      log.note(command.section, 'server-2 is killed while france is held', 'the candidate has nobody to ask');
    });
    await Promise.all([climbed('segments-next', 4, command, scene), killed]);
    await stack.restart('server-2');
    const { state, stage, why } = await rollouts.read('segments-next');
    if (state !== 'halted' || stage !== 'lyon') throw new Error(`${command.section}: it is ${state}, up to ${stage}`);
    log.note(command.section, 'what is left of it', `halted, open up to ${stage}: ${why}`);
  },
  async 'roll-back'(command, scene) {
    await run(command, scene);
    const { stage, state } = await scene.rollouts.read('segments');
    if (state !== 'halted' || stage !== 'france') throw new Error(`${command.section}: it is ${state}, up to ${stage}`);
  },
  async 'data-back'(command, scene) {
    const { rollouts, environment, customer, log } = scene;
    await run(command, scene);
    const startedAt = performance.now();
    const servers = [environment.OLD ?? '', environment.NEW ?? ''];
    const withdrawn = environment.RUN_FOLDER?.split('/').at(-1) ?? '';
    await until(`${command.section}: both servers answer from the generation before`, 10_000, async () => {
      return !(await rollouts.generations(servers, customer)).includes(withdrawn);
    });
    const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1);
    log.note(command.section, 'both servers answer from the generation before', `${seconds} s after the command`);
  },
};

/** The steps that a plan may have. */
export const STEPS: readonly string[] = Object.keys(beside);

/** With people who sign off meanwhile. */
async function climbed(rollout: string, expected: number, command: Command, scene: Scene): Promise<void> {
  const { checkout, keys, shell, rollouts, plan, log } = scene;
  const signing = plan.find((step) => step.kind === 'command' && step.name === 'sign-off');
  const over = new AbortController();
  checkout.behind(rollout);
  const people = signOffs(
    {
      ...{ rollout, command: signing?.text ?? '', keys, rollouts },
      shell: (text, given) => shell(text, { ...scene.environment, ...given }),
      onSignedOff: (stage) => log.note(command.section, `somebody signs off ${stage}`, 'counted'),
    },
    over.signal,
  );
  try {
    await ending(expected, command, scene);
  } finally {
    over.abort();
    await people.catch(() => 'what is wrong is seen by the command, too');
  }
}

const LAST = 'What there is in the end';

async function finalState({ rollouts, shell, seeing, log }: Scene): Promise<void> {
  for (const name of ['segments', 'segments-next']) {
    const { state, stage = 'nothing' } = await rollouts.read(name);
    log.note(LAST, `rollout ${name}`, `${state}, open up to ${stage}`);
  }
  const { output } = await shell('segment-ingest generations --store "$STORE"');
  log.note(LAST, 'generations', output);
  log.note(LAST, 'servers that answer', `${(await seeing.values('up{job="segment-server"} == 1')).length} of 2`);
}
