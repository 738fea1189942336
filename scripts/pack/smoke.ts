/** One program in either format that uses every door of the package against a real service, and what it prints. */
import type { Service } from './service.ts';

/** By door, the names that are used of it. */
const DOORS = {
  '': ['createSegmentClient', 'SegmentLookupError'],
  '/chaos': ['createChaosClient'],
  '/fetch': ['createSegmentClient: overFetch'],
  '/hedge': ['hedging'],
  '/openfeature': ['createSegmentProvider'],
  '/otel': ['withTelemetry'],
  '/rollout': ['createRollout'],
  '/shadow': ['withShadow'],
  '/snapshot': ['keepSnapshot', 'readSnapshot'],
  '/testing': ['createTestClient'],
} as const;

/**
 * Never closes its clients, and one of them finds nobody at home: it must print and end by itself all the same. What one
 * format of the package learns of an origin, the other knows; errors of a test client are the real client's.
 */
const PROGRAM = `
const FRANCE = 'recurrent-customers:country:France';
const baseUrl = process.argv[2];
const patient = { baseUrl, deadlineMs: 5000 };
const client = createSegmentClient({ ...patient, hedge: hedging() });
const codeOf = (read) => read.then(() => 'no error', (error) => (error instanceof SegmentLookupError ? error.code : error));

const uses = {
  async reads() {
    const { servedFrom, segmentIds } = await client.lookup('12583');
    const member = await client.isMember('12583', FRANCE);
    return [servedFrom, segmentIds.includes(FRANCE), client.peek('12583').servedFrom, member];
  },
  async refused() {
    return [await codeOf(createSegmentClient({ ...patient, baseUrl: 'http://127.0.0.1:1' }).lookupOrThrow('12583'))];
  },
  async otherFormat() {
    return [(await otherFormat).createSegmentClient({ baseUrl }).stats().origin.epoch];
  },
  async chaos() {
    const chaos = createChaosClient(patient, { reset: 1 });
    return [chaos.armed, (await chaos.lookup('12583')).servedFrom];
  },
  async fetch() {
    return [(await overFetch(patient).lookup('12583')).servedFrom];
  },
  async openfeature() {
    const provider = createSegmentProvider(() => createSegmentClient(patient));
    await provider.initialize();
    const { value, reason } = await provider.resolveBooleanEvaluation(FRANCE, false, { targetingKey: '12583' });
    return [value, reason];
  },
  async otel() {
    return [(await withTelemetry(client).lookup('12583')).servedFrom];
  },
  async rollout() {
    const experiments = { half: { segment: FRANCE, variants: [{ name: 'a', weight: 1 }] } };
    const rollout = createRollout({ client, rules: { version: '1', experiments } });
    return [(await rollout.assign('half', '12583')).variant];
  },
  async shadow() {
    const shadowed = withShadow(client, { baseUrl, share: 1 });
    await shadowed.lookup('12583');
    for (let tries = 0; tries < 400 && shadowed.shadow().match === 0; tries += 1) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return [shadowed.shadow().match];
  },
  async snapshot() {
    const file = process.argv[3];
    await keepSnapshot(client, { file }).write();
    const revived = createSegmentClient({ ...patient, bootstrap: await readSnapshot(file) });
    return [revived.peek('12583').servedFrom];
  },
  async testing() {
    const double = createTestClient({ customers: { c1: ['vip'] } });
    const { segmentIds } = await double.lookup('c1');
    double.service.fail('SERVER');
    return [...segmentIds, await codeOf(double.lookupOrThrow('c2'))];
  },
};

async function main() {
  for (const [name, use] of Object.entries(uses)) console.log(name, ...(await use()));
}
main();
`;

const PRINTED = `
reads server true cache true
refused NETWORK
otherFormat 1
chaos false server
fetch server
openfeature true TARGETING_MATCH
otel cache
rollout a
shadow 1
snapshot bootstrap
testing vip SERVER
`;

const doors = Object.entries(DOORS).map(([door, names]) => ({ door, names: `{ ${names.join(', ')} }` }));

const esm = `import { createRequire } from 'node:module';
${doors.map(({ door, names }) => `import ${names.replace(':', ' as')} from '@segment-store/sdk${door}';`).join('\n')}
const otherFormat = createRequire(import.meta.url)('@segment-store/sdk');
${PROGRAM}`;
const cjs = `${doors.map(({ door, names }) => `const ${names} = require('@segment-store/sdk${door}');`).join('\n')}
const otherFormat = import('@segment-store/sdk');
${PROGRAM}`;

export const SMOKE: Readonly<Record<string, string>> = { 'smoke.mjs': esm, 'smoke.cjs': cjs };

/** What the program is called with, and what is wrong with what it printed. */
export const smokeArguments = ({ url }: Service): readonly string[] => [url, 'smoke.snapshot'];
export const smokeComplaint = (printed: string): string | undefined =>
  printed === PRINTED.trimStart() ? undefined : `printed\n${printed}instead of${PRINTED}`;
