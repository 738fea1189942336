/** What a stranger's code says of the package's types, and the compilers and settings it must be right under. */

const USES = `
type Name = 'recurrent:store:17' | 'inactive:country:France';
const baseUrl = new URL('https://segments.example.com');
const client = createSegmentClient<Name>({ baseUrl, fallback: [], hedge: hedging(), bootstrap: { service: '', latest: 0, floor: 0, answers: [] } });
export async function uses(signal: AbortSignal): Promise<readonly Name[]> {
  const lookup: Lookup<Name> = await client.lookup('c1', { signal, deadlineMs: 50, priority: 'critical' });
  if (lookup.ok) lookup.computedAt.getTime();
  else lookup.error.code satisfies string;
  const many: ReadonlyMap<string, Lookup<Name>> = await client.lookupMany(['c1', 'c2']);
  const member: boolean = await client.isMember('c1', 'recurrent:store:17');
  return member || many.size > 0 ? lookup.segmentIds : [];
}
export const clients: readonly SegmentClient[] = [
  createTestClient({ customers: { c1: ['vip'] } }),
  createChaosClient({ baseUrl: 'https://segments.example.com' }, { reset: 0.05 }),
  overFetch({ baseUrl: 'https://segments.example.com', fetch }),
  withTelemetry(createSegmentClient({ baseUrl }), { name: 'checkout' }),
  withShadow(createSegmentClient({ baseUrl }), { baseUrl: 'https://candidate.example.com', share: 0.01 }),
];
export const rules: RolloutRules = { version: '1', gates: { g: { stages: [{ percent: 1 }] } } };
export const isOpen: boolean = createRollout({ client: createSegmentClient({ baseUrl }), rules }).isOpen('g', 'c1');
export async function kept(file: string): Promise<void> {
  const restarted = createSegmentClient({ baseUrl, bootstrap: await readSnapshot(file) });
  await keepSnapshot(restarted, { file }).write();
}
`;
const CLIENTS = `
import { createSegmentClient, type Lookup, type SegmentClient } from '@segment-store/sdk';
import { createChaosClient } from '@segment-store/sdk/chaos';
import { createSegmentClient as overFetch } from '@segment-store/sdk/fetch';
import { hedging } from '@segment-store/sdk/hedge';
import { withTelemetry } from '@segment-store/sdk/otel';
import { createRollout, type RolloutRules } from '@segment-store/sdk/rollout';
import { withShadow } from '@segment-store/sdk/shadow';
import { keepSnapshot, readSnapshot } from '@segment-store/sdk/snapshot';
import { createTestClient } from '@segment-store/sdk/testing';
${USES}`;
/** Apart, because OpenFeature's own declarations need those of Node. */
const PROVIDER = `
import type { Provider } from '@openfeature/server-sdk';
import { createSegmentProvider } from '@segment-store/sdk/openfeature';
import { createTestClient } from '@segment-store/sdk/testing';
export const provider: Provider = createSegmentProvider(() => createTestClient());
`;

/** By name, to be written in every format. */
export const TYPES: Readonly<Record<string, string>> = { clients: CLIENTS, provider: PROVIDER };

const STRICT = { target: 'es2022', strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false, noEmit: true };
const NODE = { ...STRICT, lib: ['es2022', 'esnext.disposable'], types: ['node'] };
const NO_NODE = { ...STRICT, lib: ['es2022', 'esnext.disposable', 'dom'], types: [] };

const ALL = { include: ['clients.*', 'provider.*'] };

export type Settings = 'nodenext' | 'node16' | 'bundler' | 'without @types/node' | 'readme';

export const TSCONFIGS: Readonly<Record<Settings, object>> = {
  nodenext: { compilerOptions: { ...NODE, module: 'nodenext' }, ...ALL },
  node16: { compilerOptions: { ...NODE, module: 'node16' }, ...ALL },
  bundler: { compilerOptions: { ...NODE, module: 'esnext', moduleResolution: 'bundler' }, ...ALL },
  'without @types/node': { compilerOptions: { ...NO_NODE, module: 'nodenext' }, include: ['clients.*'] },
  /** With what the README's programs import, which the oldest compiler does not understand. */
  readme: { compilerOptions: { ...NODE, module: 'nodenext' }, include: ['clients.*', 'provider.*', 'readme/*.mts'] },
};

/** The oldest compiler promised, by the folder it is installed in. */
export const OLDEST_COMPILER = { folder: 'typescript-5.4', package: 'typescript@5.4.5' } as const;
