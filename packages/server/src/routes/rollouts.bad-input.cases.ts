/** Ladders, steps and experiments that are refused: what is sent, what is answered, what the answer must name. */

export interface BadRollout {
  readonly title: string;
  readonly method?: string;
  readonly target?: string;
  readonly ifMatch?: string | null;
  readonly body?: unknown;
  readonly status: number;
  readonly names: readonly string[];
}

const stage = { name: 'lyon', cities: ['Lyon'], percent: 100, hold: 'PT24H' };
const ladder = { owner: 'team', stages: [stage] };
const PUT = { method: 'PUT', target: '/v1/rollouts/new', status: 400 };
const put = (title: string, body: unknown, ...names: readonly string[]): BadRollout => ({ ...PUT, title, body, names });
const staged = (title: string, fields: object, ...names: readonly string[]): BadRollout =>
  put(title, { owner: 'team', stages: [{ ...stage, ...fields }] }, ...names);
const analysed = (title: string, analysis: object, ...names: readonly string[]): BadRollout =>
  put(title, { ...ladder, analysis }, ...names);
const arm = { requests: 'sum(a)', errors: 'sum(b)' };

const variants = [{ name: 'on', weight: 1 }];
const experiments = (title: string, fields: object, ...names: readonly string[]): BadRollout => ({
  title,
  method: 'PUT',
  target: '/v1/experiments',
  body: { experiments: { mail: { segment: 's', variants, ...fields } } },
  status: 400,
  names,
});

const STEP = { method: 'POST', target: '/v1/rollouts/checkout/steps', status: 400 };
const step = (title: string, body: unknown, ...names: readonly string[]): BadRollout => ({
  ...STEP,
  title,
  body,
  names,
});
const wrongStep = (title: string, body: object, ...names: readonly string[]): BadRollout => ({
  ...step(title, { reason: 'because', ...body }, ...names),
  status: 409,
});

/** Of a server whose rollout `checkout` has its first stage, `lyon`, open, and then `france`, which wants one sign-off. */
export const badRollouts: readonly BadRollout[] = [
  { ...PUT, title: 'no precondition', body: ladder, ifMatch: null, status: 428, names: ['If-Match', 'version'] },
  { ...PUT, title: 'a weak precondition', body: ladder, ifMatch: 'W/"0"', names: ['If-Match', 'version'] },
  { ...PUT, title: 'any version', body: ladder, ifMatch: '*', names: ['If-Match', 'version'] },
  { ...PUT, title: 'a version of nobody', body: ladder, ifMatch: '"3"', status: 412, names: ['3', 'version 0'] },
  { ...PUT, title: 'a query', target: '/v1/rollouts/new?force=1', body: ladder, names: ['force', 'none'] },
  { ...PUT, title: 'a name with a colon', target: '/v1/rollouts/a%3Ab', body: ladder, names: ['rollout', 'A-Z'] },
  { ...PUT, title: 'a name of 65 letters', target: `/v1/rollouts/${'x'.repeat(65)}`, body: ladder, names: ['63'] },
  { title: 'a rollout of nobody', target: '/v1/rollouts/none', status: 404, names: ['none', 'GET /v1/rollouts'] },
  { title: 'steps of nobody', target: '/v1/rollouts/none/steps', status: 404, names: ['none'] },
  put('no owner', { stages: [stage] }, 'owner'),
  put('no stages', { owner: 'team', stages: [] }, 'stages', '1'),
  put('an unknown member', { ...ladder, percent: 5 }, 'percent', 'owner'),
  put('a ladder that is a list', [ladder], 'body', 'object'),
  { ...put('two stages of one name', { owner: 'team', stages: [stage, stage] }, 'lyon', 'of its own'), status: 409 },
  staged('a stage without a name', { name: undefined }, 'stages.0', 'name'),
  staged('a percent above 100', { percent: 100.5 }, 'stages.0.percent', '100'),
  staged('a percent of three decimals', { percent: 0.001 }, 'percent', 'multiple'),
  staged('a percent that is text', { percent: '5' }, 'percent', 'number'),
  staged('a duration of nobody', { hold: '24h' }, 'hold', 'pattern'),
  staged('a city that is none', { cities: [''] }, 'cities.0'),
  staged('half a sign-off', { signOffs: 0.5 }, 'signOffs', 'integer'),
  staged('a check without a bound', { exit: [{ name: 'errors', query: 'up' }] }, 'exit.0', 'min'),
  staged('a check without a query', { entry: [{ name: 'errors', max: 1 }] }, 'entry.0', 'query'),
  analysed('an analysis without a baseline', { candidate: arm }, 'analysis', 'baseline'),
  analysed('an arm without requests', { candidate: arm, baseline: { errors: 'x' } }, 'baseline', 'requests'),
  analysed('a negative limit', { candidate: arm, baseline: arm, failureLimit: -1 }, 'failureLimit', '0'),
  experiments('a segment that is none', { segment: 'a b' }, 'segment', 'pattern'),
  experiments('no variants', { variants: [] }, 'variants'),
  experiments('variants that nobody gets', { variants: [{ name: 'on', weight: 0 }] }, 'variants'),
  experiments('a weight that is no whole number', { variants: [{ name: 'on', weight: 1.5 }] }, 'weight', 'integer'),
  { ...experiments('two variants of one name', { variants: [...variants, ...variants] }, 'mail', 'on'), status: 409 },
  step('a step without a reason', { action: 'halt' }, 'reason'),
  step('a step of nobody', { action: 'jump', reason: 'x' }, 'action', 'advance'),
  { ...step('a step of an old version', { action: 'halt', reason: 'x' }, 'version'), ifMatch: '"1"', status: 412 },
  wrongStep('an advance without its sign-off', { action: 'advance' }, 'france', 'sign-off'),
  wrongStep('an advance to another stage', { action: 'advance', to: 'world' }, 'france', 'world'),
  wrongStep('a resume of what goes on', { action: 'resume' }, 'open', 'not halted'),
  wrongStep('a roll back to what is not open', { action: 'roll-back', to: 'france' }, 'france', 'lyon'),
];
