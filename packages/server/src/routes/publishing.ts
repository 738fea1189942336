/** Publish and roll back: changes to what every server answers from. */
import type { components } from '@segment-store/contract/api.generated';
import { isRunId } from '@segment-store/contract/id';
import { bounded } from '@segment-store/resilience/deadline';
import { isFailure } from '@segment-store/resilience/failure';
import type { Live, StorePublisher, Verdict } from '@segment-store/store/store';
import { conflict, invalidRequest, type ProblemError, storeUnavailable } from '../errors.ts';
import type { Route } from '../handler.ts';
import { searchOf } from '../hot-route.ts';
import { noRunId } from '../ids.ts';
import { json } from '../json.ts';
import { epochOf } from '../middleware/precondition.ts';
import type { Requests } from '../middleware/validate.ts';
import { toJson } from './generation-json.ts';

const CHANGE_MS = 30_000;

/** A change goes on when its caller has left; thirty seconds it is waited for how it ended. */
export const awaited = (change: () => Promise<Live>): Promise<Live> => bounded(CHANGE_MS, change);

export interface PublishingDeps {
  readonly requests: Requests;
  readonly publisher: Pick<StorePublisher, 'publish' | 'rollBack'>;
}

export function publishingRoutes(route: Route, { requests, publisher }: PublishingDeps): void {
  route('publishGeneration', (context, { caller }) => {
    const run = context.req.param('run');
    if (!isRunId(run)) throw noRunId('run of the path');
    requests.noQuery(searchOf(context));
    const epoch = epochOf(context.req.header('if-match'));
    return changed(() => publisher.publish(run, epoch, [unjudged(caller.id)]), publishProblems);
  });

  route('rollBack', (context) => {
    requests.noQuery(searchOf(context));
    const epoch = epochOf(context.req.header('if-match'));
    return changed(() => publisher.rollBack(epoch), rollbackProblems);
  });
}

/** Nobody asked the gates: whoever reads the generation's record sees who decided without them. */
const unjudged = (who: string): Verdict => ({
  gate: 'gates',
  figure: 'not asked',
  limit: 'asked by segment-ingest publish',
  passed: false,
  overriddenBy: who,
});

type Problems = Readonly<Record<string, (message: string) => ProblemError>>;

async function changed(change: () => Promise<Live>, problems: Problems): Promise<Response> {
  const { generation, epoch, floor } = await awaited(change).catch((error) => {
    throw problemOf(error, problems);
  });
  const body: components['schemas']['Live'] = { generation: toJson(generation), epoch, floor };
  return json(body);
}

const refused = (status: number, way = '') => {
  return (message: string) => conflict(`${message}${way}`, status);
};

const rollbackProblems: Problems = { FENCED: refused(412), NOT_FOUND: refused(409), CONFLICT: refused(409) };
const publishProblems: Problems = {
  ...rollbackProblems,
  ON_HOLD: refused(409, ' (segment-ingest unhold)'),
  OLDER: refused(409, ' (segment-ingest publish --allow-older)'),
  NOT_FOUND: (message) => invalidRequest(message, 404),
};

/** What the store refused, in its own words: they say the way out. */
function problemOf(error: unknown, problems: Problems): unknown {
  if (!isFailure(error)) return error;
  const known = problems[error.code];
  if (known !== undefined) return known(error.message);
  return storeUnavailable(
    `the store did not say that it was done (${error.code}): GET /v1/generations says what is live`,
  );
}
