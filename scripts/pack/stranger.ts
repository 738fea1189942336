/** The project of a stranger who has only the tarball and its README. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const USES = `
type Name = 'recurrent:store:17' | 'inactive:country:France';
const client = createSegmentClient<Name>({ baseUrl: new URL('https://segments.example.com'), fallback: [] });
export async function uses(signal: AbortSignal): Promise<readonly Name[]> {
  const lookup: Lookup<Name> = await client.lookup('c1', { signal, deadlineMs: 50 });
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
];
export const provider: Provider = createSegmentProvider(() => createTestClient());
`;
const TYPES = `
import type { Provider } from '@openfeature/server-sdk';
import { createSegmentClient, type Lookup, type SegmentClient } from '@segment-store/sdk';
import { createChaosClient } from '@segment-store/sdk/chaos';
import { createSegmentClient as overFetch } from '@segment-store/sdk/fetch';
import { createSegmentProvider } from '@segment-store/sdk/openfeature';
import { createTestClient } from '@segment-store/sdk/testing';
${USES}`;

/**
 * Never closes its clients, and one of them finds nobody at home: it must print and end by itself all the same. What one
 * format of the package learns of an origin, the other knows; errors of a test client are the real client's.
 */
const RUNS = `
async function main(baseUrl) {
  const client = createSegmentClient({ baseUrl, deadlineMs: 2000 });
  const first = await client.lookup('c 1');
  const member = await client.isMember('c 1', 'recurrent:store:17');
  const nobody = createSegmentClient({ baseUrl: 'http://127.0.0.1:1', deadlineMs: 2000 });
  const error = await nobody.lookupOrThrow('c 1').catch((error) => error);
  const code = error instanceof SegmentLookupError ? error.code : error;
  const { epoch } = (await otherFormat).createSegmentClient({ baseUrl }).stats().origin;
  const double = createTestClient({ customers: { c1: ['vip'] } });
  double.service.fail('SERVER');
  const failed = await double.lookupOrThrow('c1').catch((error) => error);
  const web = await overFetch({ baseUrl, deadlineMs: 2000 }).lookup('c 1');
  const chaos = await createChaosClient({ baseUrl, deadlineMs: 2000 }, { reset: 1 }).lookup('c 1');
  console.log(first.servedFrom, ...first.segmentIds, client.peek('c 1').servedFrom, member, code, epoch);
  console.log(failed instanceof SegmentLookupError, failed.code, web.servedFrom, chaos.servedFrom);
}
main(process.argv[2]);
`;
export const PRINTS = 'server recurrent:store:17 cache true NETWORK 1\ntrue SERVER server server\n';

const ESM = `
import { createRequire } from 'node:module';
import { createSegmentClient, SegmentLookupError } from '@segment-store/sdk';
import { createChaosClient } from '@segment-store/sdk/chaos';
import { createSegmentClient as overFetch } from '@segment-store/sdk/fetch';
import { createTestClient } from '@segment-store/sdk/testing';
const otherFormat = createRequire(import.meta.url)('@segment-store/sdk');
${RUNS}`;
const CJS = `
const { createSegmentClient, SegmentLookupError } = require('@segment-store/sdk');
const { createChaosClient } = require('@segment-store/sdk/chaos');
const { createSegmentClient: overFetch } = require('@segment-store/sdk/fetch');
const { createTestClient } = require('@segment-store/sdk/testing');
const otherFormat = import('@segment-store/sdk');
${RUNS}`;

const STRICT = {
  module: 'nodenext',
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: false,
  noEmit: true,
  types: ['node'],
};

/** Writes the project; installing it is the caller's. */
export async function writeStranger(folder: string, dependencies: Readonly<Record<string, string>>): Promise<void> {
  const files: Readonly<Record<string, string>> = {
    'package.json': JSON.stringify({ name: 'stranger', private: true, dependencies }),
    'tsconfig.json': JSON.stringify({ compilerOptions: STRICT, include: ['uses.*'] }),
    'uses.mts': TYPES,
    'uses.cts': TYPES,
    'run.mjs': ESM,
    'run.cjs': CJS,
  };
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
}

/** The first program of the README for either format, as it stands there. */
export async function writeReadmePrograms(folder: string): Promise<void> {
  const readme = await readFile(join(folder, 'node_modules/@segment-store/sdk/README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```(?:ts|js)\n([\s\S]*?)^```/gm)].map(([, code = '']) => code);
  const [esm, cjs] = [/^import .* from '@segment-store\/sdk'/m, /require\('@segment-store\/sdk'\)/].map((wanted) =>
    blocks.find((code) => wanted.test(code)),
  );
  if (esm === undefined || cjs === undefined) throw new Error('the README has no program for ESM or none for CommonJS');
  await writeFile(join(folder, 'readme.mts'), esm);
  await writeFile(join(folder, 'readme.cjs'), cjs);
}
