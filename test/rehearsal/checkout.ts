/**
 * A service that launches: it asks for segments where its gate is open, treats who takes part in an experiment, counts two
 * samples of its visitors, and has its requests mirrored. Each visit asks anew, as a thousand processes with cold caches would.
 */
import { appendFileSync } from 'node:fs';
import { bucketOf } from '@segment-store/contract/bucket';
import { createSegmentClient } from '@segment-store/sdk';
import { createRollout, type Exposure, type Place, serverRules } from '@segment-store/sdk/rollout';
import { type ShadowReport, withShadow } from '@segment-store/sdk/shadow';

export interface CheckoutOptions {
  /** Keeps rollouts; answers until the candidate does. */
  readonly old: string;
  readonly candidate: string;
  readonly apiKey: string;
  readonly customers: readonly string[];
  readonly experiment: string;
  /** Lines of JSON are added to these. */
  readonly exposures: string;
  readonly outcomes: string;
  /** Copies of its requests go there, whoever listens. */
  readonly mirror: string;
}

export interface Checkout extends AsyncDisposable {
  /** Its visits are behind this gate from now on. */
  behind(gate: string): void;
  /** For how many of its customers that gate is open, by the rules that it has now. */
  gate(): { readonly open: number; readonly of: number };
  /** While `work` is under way all its requests are copied: to the mirror, and by the SDK. */
  mirrored<T>(work: () => Promise<T>): Promise<T>;
  shadow(): ShadowReport;
  /** As Prometheus scrapes it. */
  figures(): string;
}

const VISITS_PER_SECOND = 100;
const FRANCE = 'France';
const PLACES: readonly Place[] = [
  { city: 'Lyon', country: FRANCE },
  { city: 'Paris', country: FRANCE },
  { city: 'Madrid', country: 'Spain' },
  { city: 'Berlin', country: 'Germany' },
  { city: 'Lisbon', country: 'Portugal' },
];
/** Of 10,000: of each sample. */
const SAMPLE = 2_000;
const CONVERTS = 3_000;

export async function openCheckout(options: CheckoutOptions): Promise<Checkout> {
  const { old, candidate, apiKey, customers } = options;
  const own = createSegmentClient({ baseUrl: candidate, apiKey, freshMs: 1_000, staleMs: 1_000 });
  const client = withShadow(own, { baseUrl: old, apiKey, share: 1 });
  const exposed = createExposed(options);
  const rules = serverRules({ baseUrl: old, apiKey });
  const rollout = createRollout({ client, rules, refreshMs: 1_000, onExposure: exposed });
  const counts = createCounts();
  let [gate, isMirrored, visits] = ['', false, 0];

  async function visit(customer: string): Promise<void> {
    if (isMirrored) void Promise.all([client.lookup(customer), copy(options.mirror, customer)]);
    if (!rollout.isOpen(gate, customer, placeOf(customer))) return;
    const arm = armOf(customer);
    if (arm === 'baseline') return counts.add(arm, true);
    const { ok } = await client.lookup(customer, { maxStaleMs: 0 });
    await rollout.assign(options.experiment, customer);
    if (arm !== undefined) counts.add(arm, ok);
  }

  await rollout.ready();
  const timer = setInterval(() => {
    visits += 1;
    const customer = customers[visits % customers.length];
    if (customer !== undefined) void visit(customer);
  }, 1_000 / VISITS_PER_SECOND);
  return {
    behind(name) {
      gate = name;
    },
    gate: () => {
      const open = customers.filter((customer) => rollout.isOpen(gate, customer, placeOf(customer)));
      return { open: open.length, of: customers.length };
    },
    async mirrored(work) {
      isMirrored = true;
      return await work().finally(() => {
        isMirrored = false;
      });
    },
    shadow: () => client.shadow(),
    figures: counts.text,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      rollout.close();
      await client.close();
    },
  };
}

const placeOf = (customer: string): Place => PLACES[bucketOf('place', customer) % PLACES.length] ?? {};

type Arm = 'baseline' | 'candidate';

/** Of those for whom it is open; who is in neither is treated, and not counted. */
function armOf(customer: string): Arm | undefined {
  const bucket = bucketOf('sample', customer);
  if (bucket < SAMPLE) return 'baseline';
  return bucket < 2 * SAMPLE ? 'candidate' : undefined;
}

function createCounts() {
  const counts = new Map<string, number>();
  const keyOf = (arm: Arm, result: 'ok' | 'error') => `checkout_requests_total{arm="${arm}",result="${result}"}`;
  for (const arm of ['baseline', 'candidate'] as const) {
    for (const result of ['ok', 'error'] as const) counts.set(keyOf(arm, result), 0);
  }
  return {
    add(arm: Arm, isGood: boolean): void {
      const key = keyOf(arm, isGood ? 'ok' : 'error');
      counts.set(key, (counts.get(key) ?? 0) + 1);
    },
    text: () => [...counts].map(([key, count]) => `${key} ${count}\n`).join(''),
  };
}

/** Each who takes part is written down once; three in ten do what counts. */
function createExposed({ exposures, outcomes }: CheckoutOptions): (exposure: Exposure) => void {
  const seen = new Set<string>();
  return (exposure) => {
    const { exposureId } = exposure;
    if (seen.has(exposureId)) return;
    seen.add(exposureId);
    appendFileSync(exposures, `${JSON.stringify(exposure)}\n`);
    if (bucketOf('converts', exposureId) < CONVERTS) appendFileSync(outcomes, `${JSON.stringify({ exposureId })}\n`);
  };
}

const COPY_MS = 1_000;

/** As Envoy sends one: nobody reads what comes back. */
async function copy(mirror: string, customer: string): Promise<void> {
  const url = `${mirror}/v1/customers/${encodeURIComponent(customer)}/segments`;
  await fetch(url, { signal: AbortSignal.timeout(COPY_MS) })
    .then((response) => response.arrayBuffer())
    .catch(() => 'nobody listens yet, or any more');
}
