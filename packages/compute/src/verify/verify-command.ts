/** `segment-compute verify`: what the service answers against what the raw orders say, by another way. */
import { type AnyCommand, type Context, command } from '@segment-store/cli/command';
import type { ResultEvent } from '@segment-store/cli/event';
import { CommandError, exitCode, usage } from '@segment-store/cli/exit-code';
import { optionalText, requiredText, text, type Values } from '@segment-store/cli/option';
import { formatCount } from '@segment-store/cli/render/count';
import { type Definition, isMeasured } from '@segment-store/contract/definition';
import { engineOptions, openEngine, outOfMemory } from '../engine/options.ts';
import { type Inputs, inputOptions, readInputs } from '../inputs.ts';
import { checkOrders } from '../orders.ts';
import { Comparison, type SegmentComparison } from './comparison.ts';
import { segmentsOf } from './naive.ts';
import { rawLines, sampleCustomers } from './raw-orders.ts';
import { askService, type Service } from './served.ts';

const options = {
  ...inputOptions,
  server: requiredText({ placeholder: '<url>', description: 'the service that is asked' }),
  apiKey: optionalText({ placeholder: '<key>', description: 'of a caller that may read', secret: true }),
  sample: text({
    placeholder: '<percent>',
    fallback: '1',
    description: 'of the customers, chosen by hash: the same ones each time',
  }),
  customers: optionalText({ placeholder: '<ids>', description: 'these instead of a sample, separated by commas' }),
  ...engineOptions,
};
type Given = Values<typeof options>;

/** Ids of one segment that people are shown; `--json` has all. */
const SHOWN = 10;

export function createVerifyCommand(get: typeof fetch): AnyCommand {
  return command({
    name: 'verify',
    summary: 'Recalculates some customers from the raw orders, another way, and compares with what the service answers',
    arguments: [],
    options,
    examples: [
      'segment-compute verify --orders orders.parquet --definitions definitions.json \\',
      '  --categories categories.csv --as-of 2011-12-10 --server http://127.0.0.1:8080 --sample 10',
    ],
    run: (input, context) => verify(input.options, context, get),
  });
}

async function verify(given: Given, { say, signal }: Context, get: typeof fetch): Promise<void> {
  const inputs = await readInputs(given);
  const share = toShare(given.sample);
  const service = { url: toUrl(given.server), apiKey: given.apiKey, fetch: get, signal };
  await using engine = await openEngine(given, signal);
  say({ kind: 'stage', stage: 'orders', detail: inputs.orders });
  const found = await (async () => {
    await checkOrders(engine, inputs.orders);
    const customers = given.customers?.split(',') ?? (await sampleCustomers(engine, inputs.orders, share));
    const lines = await rawLines(engine, inputs.orders, { customers: new Set(customers), ...inputs });
    say({ kind: 'stage', stage: 'compare', detail: `${formatCount(customers.length)} customers` });
    return compare({ customers, lines, inputs }, service);
  })().catch((error: unknown) => {
    throw outOfMemory(error, given);
  });
  say(report(found));
  const wrong = differences(found);
  if (wrong > 0)
    throw new CommandError(exitCode.different, `${formatCount(wrong)} differences between orders and service`);
}

interface Compared {
  readonly customers: number;
  readonly generations: ReadonlySet<string>;
  readonly segments: readonly SegmentComparison[];
  /** Of the orders, and the service has never seen them; or the other way round. */
  readonly unknown: readonly string[];
  readonly unexpected: readonly string[];
}

interface Chosen {
  readonly customers: readonly string[];
  readonly lines: Awaited<ReturnType<typeof rawLines>>;
  readonly inputs: Inputs;
}

async function compare({ customers, lines, inputs }: Chosen, service: Service): Promise<Compared> {
  const measured = inputs.definitions.filter(isMeasured);
  const comparison = new Comparison();
  const [generations, unknown, unexpected] = [new Set<string>(), [] as string[], [] as string[]];
  for await (const [customer, { known, generation, segmentIds }] of askService(customers, service)) {
    generations.add(generation);
    const orders = segmentsOf(lines.get(customer) ?? [], measured, inputs.asOf);
    if (orders === undefined && known) unexpected.push(customer);
    if (orders !== undefined && !known) unknown.push(customer);
    const served = segmentIds.filter((id) => isOf(measured, id));
    comparison.add({ customer, orders: orders ?? new Set(), served: new Set(served) });
  }
  return { customers: customers.length, generations, segments: comparison.list(), unknown, unexpected };
}

/** What other definitions give is none of this comparison. */
const isOf = (definitions: readonly Definition[], id: string): boolean =>
  definitions.some(({ key }) => id.startsWith(`${key}:`));

const differences = ({ segments, unknown, unexpected }: Compared): number =>
  segments.reduce((sum, { onlyOrders, onlyServed }) => sum + onlyOrders.length + onlyServed.length, 0) +
  unknown.length +
  unexpected.length;

function report(found: Compared): ResultEvent {
  const { customers, generations, segments, unknown, unexpected } = found;
  const both = segments.reduce((sum, one) => sum + one.both, 0);
  const different = segments.filter(({ onlyOrders, onlyServed }) => onlyOrders.length + onlyServed.length > 0);
  const text = [
    `${formatCount(customers)} customers against generation ${[...generations].join(' and ') || 'none'}: ` +
      `${formatCount(both)} memberships of ${formatCount(segments.length)} segments in both, ${formatCount(differences(found))} differences`,
    ...different.map(describe),
    ...named('by the orders there, never seen by the service', unknown),
    ...named('known to the service, by the orders not there', unexpected),
  ];
  const data = { customers, generations: [...generations], segments, unknown, unexpected };
  return { kind: 'result', text: text.join('\n'), data };
}

function describe({ segment, both, onlyOrders, onlyServed }: SegmentComparison): string {
  const counts = `${both} in both, ${onlyOrders.length} only by the orders, ${onlyServed.length} only served`;
  return [
    `  ${segment}: ${counts}`,
    ...named('    only by the orders', onlyOrders),
    ...named('    only served', onlyServed),
  ].join('\n');
}

function named(what: string, customers: readonly string[]): readonly string[] {
  if (customers.length === 0) return [];
  const more = customers.length > SHOWN ? ` and ${formatCount(customers.length - SHOWN)} more` : '';
  return [`  ${what}: ${customers.slice(0, SHOWN).join(' ')}${more}`];
}

function toShare(percent: string): number {
  const share = Number(percent) / 100;
  if (share > 0 && share <= 1) return share;
  throw usage(`--sample ${percent} is no percentage above 0, 100 at most`);
}

function toUrl(server: string): string {
  if (/^https?:\/\//.test(server) && URL.canParse(server)) return server.replace(/\/+$/, '');
  throw usage(`--server ${server} is no address such as http://127.0.0.1:8080`);
}
