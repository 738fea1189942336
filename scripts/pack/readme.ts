/** The programs of the package's README, word for word; after some stands what shows that they worked. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { output } from './run.ts';
import type { Service } from './service.ts';

interface Program {
  /** Regions of the README, as its comments name them, and lines of ours between them. */
  readonly text: readonly string[];
  readonly prints: RegExp;
}

const LOOKUP = 'examples/lookup/lookup.ts#lookup';
const FROM_COMMONJS = 'examples/lookup/lookup.cjs#lookup';

/** For an empty project. */
export const FIRST_PROGRAMS: Readonly<Record<string, Program>> = {
  'first.mjs': { text: [LOOKUP], prints: /^server \[.*\]\nBienvenue encore !\n$/s },
  'first.cjs': { text: [FROM_COMMONJS], prints: /^server \[/ },
};

/** For one that has the peers, too. */
export const PROGRAMS: Readonly<Record<string, Program>> = {
  'lookup.mts': { text: [LOOKUP, 'README.md#3'], prints: /^server \[.*\]\nBienvenue encore !\n$/s },
  'snapshot.mts': { text: ['examples/lookup/snapshot.ts#snapshot'], prints: /^(server|bootstrap) true\n$/ },
  'telemetry.mts': {
    text: ['examples/lookup/telemetry.ts#telemetry', "await segments.lookup('12583');\nawait reader.shutdown();"],
    prints: /segment_store\.client\.lookups/,
  },
  'rollout.mts': {
    text: ['examples/lookup/rollout.ts#rollout', 'console.log(isOpen, variant);'],
    prints: /^true (control|discount)\n$/,
  },
  'shadow.mts': {
    text: [
      'examples/lookup/shadow.ts#shadow',
      `await segments.lookup('12583');
for (let tries = 0; tries < 200 && segments.shadow().match === 0; tries += 1) {
  await new Promise((resolve) => setTimeout(resolve, 5));
}`,
      'examples/lookup/shadow.ts#report',
    ],
    prints: /^\{ match: 1, mismatch: 0, unequalGeneration: 0, examples: \[\] \}\n$/,
  },
  'game-day.mts': {
    text: [
      'examples/game-day/game-day.ts#chaos',
      "console.log(segments.armed, await segments.isMember('12583', 'x'));",
    ],
    prints: /^false false\n$/,
  },
  'shop.mts': {
    text: [
      'examples/openfeature/shop.ts#openfeature',
      `let answer = '';
for (let tries = 0; tries < 200 && !answer.includes('encore'); tries += 1) {
  await new Promise((resolve) => setTimeout(resolve, 5));
  answer = await (await app.request('/customers/12583/greeting')).text();
}
console.log(answer);`,
    ],
    prints: /"greeting":"Bienvenue encore !"/,
  },
  'worker.mts': {
    text: [
      'examples/edge/worker.ts#edge',
      `void import(import.meta.url).then(async ({ default: worker }) => {
  const request = new Request('http://edge', { headers: { cookie: 'customer=12583' } });
  const { SEGMENT_STORE_URL = '' } = process.env;
  console.log(await (await worker.fetch(request, { SEGMENT_STORE_URL })).text());
});`,
    ],
    prints: /^\{"page":"\/fr\/regulars","servedFrom":"server"\}\n$/,
  },
};

/** For one that has Vitest. */
export const TESTS: Readonly<Record<string, Program>> = {
  'greeting.ts': { text: ['examples/testing/greeting.ts#greeting'], prints: /^$/ },
  'greeting.test.ts': { text: ['examples/testing/greeting.test.ts#testing'], prints: /1 passed/ },
};

/** What the examples import besides the package. */
export const PEERS = ['@opentelemetry/api', '@opentelemetry/sdk-metrics', '@openfeature/server-sdk', 'hono'] as const;

/** The command that the README installs the package with, which here is a tarball. */
export async function installCommand(readme: string, tarball: string): Promise<string> {
  const [, command] = /^```sh\n(npm install @segment-store\/sdk\b[^#\n]*)/m.exec(await readFile(readme, 'utf8')) ?? [];
  if (command === undefined) throw new Error('the README does not say how to install the package');
  return command.replace('@segment-store/sdk', tarball);
}

/** Writes `programs` below `folder`, in a project that has the package. */
export async function writePrograms(programs: Readonly<Record<string, Program>>, folder: string): Promise<void> {
  const known = await regions(folder);
  await mkdir(join(folder, 'readme'), { recursive: true });
  for (const [name, { text }] of Object.entries(programs)) {
    const code = text.map((part) => (REGION.test(part) ? known.get(part) : `${part}\n`));
    if (code.includes(undefined)) throw new Error(`the README lacks a region of ${text.join(', ')}`);
    await writeFile(join(folder, 'readme', name), code.join(''));
  }
}

/** What is wrong with what they print. One that starts cold on a busy machine may use up its 150 ms: it has three tries. */
export async function runPrograms(
  programs: Readonly<Record<string, Program>>,
  folder: string,
  { url }: Service,
): Promise<string | undefined> {
  const env = { ...process.env, SEGMENT_STORE_URL: url, CANDIDATE_URL: url };
  for (const [name, { prints }] of Object.entries(programs)) {
    let printed = '';
    for (let tries = 0; tries < 3 && !prints.test(printed); tries += 1) {
      printed = await output(process.execPath, [join('readme', name)], folder, env);
    }
    if (!prints.test(printed)) return `${name} printed ${printed}\nnot ${prints}`;
  }
  return undefined;
}

/** What a user of the first programs sees where the service is not. */
const NOT_THERE = [
  { address: () => 'http://127.0.0.1:9', prints: /^fallback \{ code: 'NETWORK', attempts: 2 \}\n$/ },
  { address: ({ url }: Service) => `${url}/elsewhere`, prints: /^fallback \{ code: 'PROTOCOL', attempts: 1 \}\n$/ },
];

export async function runAstray(folder: string, service: Service): Promise<string | undefined> {
  for (const { address, prints } of NOT_THERE) {
    const complaint = await runPrograms(astray(prints), folder, { ...service, url: address(service) });
    if (complaint !== undefined) return complaint;
  }
  return undefined;
}

const astray = (prints: RegExp): Readonly<Record<string, Program>> =>
  Object.fromEntries(Object.entries(FIRST_PROGRAMS).map(([name, { text }]) => [name, { text, prints }]));

/** Regions that no program here has: every one that the README has is run. */
export async function unread(folder: string): Promise<readonly string[]> {
  const programs = [FIRST_PROGRAMS, PROGRAMS, TESTS].flatMap((each) => Object.values(each));
  const read = programs.flatMap(({ text }) => text);
  return [...(await regions(folder)).keys()].filter((name) => !read.includes(name));
}

const REGION = /^\S+#\w+$/;

/** By their names; a block without one is `README.md#<number>`. */
async function regions(folder: string): Promise<ReadonlyMap<string, string>> {
  const readme = await readFile(join(folder, 'node_modules/@segment-store/sdk/README.md'), 'utf8');
  const blocks = [...readme.matchAll(/(?:<!-- snippet: (\S+) -->\n)?^```(?:ts|js)\n([\s\S]*?)^```/gm)];
  return new Map(blocks.map(([, name, code = ''], index) => [name ?? `README.md#${index + 1}`, code]));
}
