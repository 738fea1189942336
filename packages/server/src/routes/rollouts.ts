/** The ladder: for whom something is open, who agreed to it, and what SDKs decide by. */
import type { components } from '@segment-store/contract/api.generated';
import { isFailure } from '@segment-store/resilience/failure';
import type { Entry } from '../database/change-log.ts';
import { conflict, invalidId, storeUnavailable } from '../errors.ts';
import type { Context, Route } from '../handler.ts';
import { searchOf } from '../hot-route.ts';
import { json, NO_SNIFF } from '../json.ts';
import { readJson } from '../json-body.ts';
import { fits } from '../lookup/reply.ts';
import { versionOf } from '../middleware/precondition.ts';
import type { Requests } from '../middleware/validate.ts';
import type { ExperimentSet, Versioned } from '../rollouts/followed-board.ts';
import { type Climb, signOffsMissing } from '../rollouts/ladder.ts';
import { type Asked, noSuchRollout, type Rollouts } from '../rollouts/rollouts.ts';
import { createEncodedRules } from '../rollouts/rules.ts';

type Schemas = components['schemas'];

export interface RolloutDeps {
  readonly requests: Requests;
  readonly rollouts: Rollouts;
  /** Wall clock of changes. */
  now(): Date;
}

export function rolloutRoutes(route: Route, deps: RolloutDeps): void {
  readRoutes(route, deps);
  changeRoutes(route, deps);
}

function readRoutes(route: Route, { requests, rollouts }: RolloutDeps): void {
  const encoded = createEncodedRules();

  route('listRollouts', async (context) => {
    requests.noQuery(searchOf(context));
    const { rollouts: all } = await known(rollouts.board());
    const body: Schemas['RolloutList'] = { rollouts: [...all].map(([name, one]) => toJson(name, one)) };
    return json(body);
  });

  route('getRollout', async (context) => {
    const name = nameOf(context);
    requests.noQuery(searchOf(context));
    const found = (await known(rollouts.board())).rollouts.get(name);
    if (found === undefined) throw noSuchRollout(name);
    return versioned(toJson(name, found));
  });

  route('getExperiments', async (context) => {
    requests.noQuery(searchOf(context));
    return versioned(experimentsJson((await known(rollouts.board())).experiments));
  });

  route('listRolloutSteps', async (context) => {
    const name = nameOf(context);
    requests.noQuery(searchOf(context));
    const { intact, entries } = await known(rollouts.history(name));
    if (entries.length === 0) throw noSuchRollout(name);
    return json({ intact, steps: entries.map(stepJson) } satisfies Schemas['RolloutSteps']);
  });

  route('getRolloutRules', async (context) => {
    requests.noQuery(searchOf(context));
    const { body, etag } = encoded(await known(rollouts.board()));
    const headers = { ETag: etag, 'Cache-Control': 'private, no-cache', ...NO_SNIFF };
    if (fits(etag, context.req.header('if-none-match') ?? '')) return new Response(null, { status: 304, headers });
    return new Response(body, { headers: { 'Content-Type': 'application/json', ...headers } });
  });
}

function changeRoutes(route: Route, { requests, rollouts, now }: RolloutDeps): void {
  const askedOf = (context: Context, by: string): Asked => {
    requests.noQuery(searchOf(context));
    return { by, at: now(), version: versionOf(context.req.header('if-match')) };
  };

  route('putRollout', async (context, { caller }) => {
    const name = nameOf(context);
    const ladder = requests.ladder(await readJson(context));
    return versioned(toJson(name, await changed(rollouts.write(name, ladder, askedOf(context, caller.id)))));
  });

  route('stepRollout', async (context, { caller }) => {
    const name = nameOf(context);
    const step = requests.rolloutStep(await readJson(context));
    return versioned(toJson(name, await changed(rollouts.step(name, step, askedOf(context, caller.id)))));
  });

  route('putExperiments', async (context, { caller }) => {
    const set = requests.experimentSet(await readJson(context));
    return versioned(experimentsJson(await changed(rollouts.writeExperiments(set, askedOf(context, caller.id)))));
  });
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

function nameOf(context: Context): string {
  const name = context.req.param('rollout') ?? '';
  if (NAME.test(name)) return name;
  throw invalidId('rollout of the path is no name (a letter or digit, then at most 63 of A-Z a-z 0-9 . _ -)');
}

const versioned = <Body extends { readonly version: number }>(body: Body): Response =>
  json(body, { headers: { ETag: `"${body.version}"` } });

function toJson(name: string, { version, value }: Versioned<Climb>): Schemas['Rollout'] {
  const { ladder, state, open, since, why } = value;
  const [stage, next] = [ladder.stages[open - 1]?.name, ladder.stages[open]?.name];
  return {
    name,
    version,
    state,
    ...(stage !== undefined && { stage }),
    since,
    ...(why !== undefined && { why }),
    ...(next !== undefined && { next: { stage: next, signOffsMissing: signOffsMissing(value) } }),
    ladder,
  };
}

function experimentsJson({ version, value }: Versioned<ExperimentSet>): Schemas['ExperimentsOfVersion'] {
  return { version, experiments: {}, ...value };
}

function stepJson({ version, at, by, action, asked, hash }: Entry): Schemas['RolloutSteps']['steps'][number] {
  return { version, at: at.toISOString(), by, action: actionOf(action), ...JSON.parse(asked), hash };
}

const ACTIONS = ['put', 'sign-off', 'advance', 'halt', 'resume', 'roll-back'] as const;

function actionOf(text: string): (typeof ACTIONS)[number] {
  const action = ACTIONS.find((one) => one === text);
  if (action === undefined) throw new TypeError(`the log has an action ${text}`);
  return action;
}

const known = <T>(reading: Promise<T>): Promise<T> =>
  reading.catch((error) => {
    throw isFailure(error) ? storeUnavailable(`the database did not answer (${error.code}); try again`) : error;
  });

const changed = <T>(change: Promise<T>): Promise<T> =>
  change.catch((error) => {
    if (!isFailure(error)) throw error;
    if (error.code === 'FENCED') throw conflict(error.message, 412);
    throw storeUnavailable(`the database did not say that it was done (${error.code}): read it again`);
  });
