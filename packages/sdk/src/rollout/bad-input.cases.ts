/** Rules and options that are refused, and what a message must name. */
import type { BadOptions } from '../bad-input.cases.ts';

const variants = [{ name: 'a', weight: 1 }];
const gate = (stage: object) => ({ version: '1', gates: { g: { stages: [stage] } } });
const experiment = (fields: object) => ({ version: '1', experiments: { e: { segment: 's', variants, ...fields } } });

export const BAD_RULES: readonly { readonly rules: unknown; readonly names: readonly string[] }[] = [
  { rules: undefined, names: ['rules', 'missing', 'object'] },
  { rules: [], names: ['rules', 'a list', 'object'] },
  { rules: {}, names: ['rules.version', 'missing'] },
  { rules: { version: '1', gates: [] }, names: ['rules.gates', 'a list'] },
  { rules: { version: '1', gates: { 'a:b': { stages: [] } } }, names: ['a name in rules.gates', '"a:b"', 'A-Z'] },
  { rules: { version: '1', gates: { g: {} } }, names: ['rules.gates["g"].stages', 'missing', 'list'] },
  { rules: gate({ percent: 101 }), names: ['rules.gates["g"].stages[0].percent', '101', '0 to 100'] },
  { rules: gate({ percent: -1 }), names: ['percent', '-1', '0 to 100'] },
  { rules: gate({ percent: 0.001 }), names: ['percent', '0.001', 'two decimals'] },
  { rules: gate({ percent: '10' }), names: ['percent', '"10"'] },
  { rules: gate({ percent: Number.NaN }), names: ['percent', 'two decimals'] },
  { rules: gate({ percent: 1, cities: 'Lyon' }), names: ['cities', '"Lyon"', 'list'] },
  { rules: gate({ percent: 1, countries: [33] }), names: ['countries[0]', '33', 'place'] },
  { rules: experiment({ segment: 'a b' }), names: ['rules.experiments["e"].segment', '"a b"', 'segment id'] },
  { rules: experiment({ variants: [] }), names: ['variants', 'above 0'] },
  { rules: experiment({ variants: [{ name: 'a', weight: 0 }] }), names: ['variants', 'above 0'] },
  { rules: experiment({ variants: [{ name: 'a', weight: 1.5 }] }), names: ['variants[0].weight', '1.5'] },
  { rules: experiment({ variants: [...variants, ...variants] }), names: ['variants', '"a"', 'of its own'] },
  { rules: experiment({ holdOut: 200 }), names: ['holdOut', '200'] },
  { rules: experiment({ salt: '' }), names: ['salt', '""'] },
  { rules: { version: '1', holdOut: { percent: 'x' } }, names: ['rules.holdOut.percent', '"x"'] },
];

const client = { checkMember: () => {} };
const rules = { version: '1' };

export const BAD_ROLLOUT_OPTIONS: readonly BadOptions[] = [
  { options: undefined, error: TypeError, names: ['createRollout', 'missing', 'client'] },
  { options: { rules }, error: TypeError, names: ['client', 'missing', 'createSegmentClient'] },
  { options: { client, rules: 7 }, error: TypeError, names: ['rules', '7'] },
  { options: { client, rules, refreshms: 1 }, error: TypeError, names: ['"refreshms"', 'did you mean refreshMs'] },
  { options: { client, rules, refreshMs: 1 }, error: RangeError, names: ['refreshMs', '1', 'as in 60000'] },
  { options: { client, rules, onExposure: 'log' }, error: TypeError, names: ['onExposure', '"log"', 'function'] },
  { options: { client, rules, exposureKey: '' }, error: TypeError, names: ['exposureKey', '""', 'leave it out'] },
];

const baseUrl = 'http://127.0.0.1:8080';

export const BAD_SERVER_RULES: readonly BadOptions[] = [
  { options: undefined, error: TypeError, names: ['serverRules', 'missing', 'baseUrl'] },
  { options: {}, error: TypeError, names: ['baseUrl', 'missing', 'https://'] },
  { options: { baseUrl: 'localhost:8080' }, error: RangeError, names: ['baseUrl', 'http:'] },
  { options: { baseUrl, apikey: 'k' }, error: TypeError, names: ['"apikey"', 'did you mean apiKey'] },
  { options: { baseUrl, apiKey: '' }, error: RangeError, names: ['apiKey', '""', 'leave it out'] },
];
