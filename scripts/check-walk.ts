/** How many of our files one call walks through, by V8's precise coverage: the check that sees back-and-forth. */
import { mkdtemp, rm } from 'node:fs/promises';
import { Session } from 'node:inspector/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { resolveOptions } from '@segment-store/cli/config';
import type { CommandEvent } from '@segment-store/cli/event';
import { parseRunId } from '@segment-store/contract/id';
import { createSegmentClient } from '@segment-store/sdk';
import { options, resolveConfig, serve } from '@segment-store/server';
import { resultOf } from '../test/support/commands.ts';
import { runFiles, writeRun } from '../test/support/run-folder.ts';

const CEILINGS = { 'SDK hit': 5, 'server hit': 24, 'server miss': 41 };
/** Each walk is gone so often: what only some of them enter was the clock's, or one request in a hundred that is logged. */
const CUSTOMERS = ['c1', 'c2', 'c3', 'c4', 'c5'];
const LINES = CUSTOMERS.map((id) => `{"customer_id":"${id}","segment_ids":["s:1"]}`);

const folder = await mkdtemp(join(tmpdir(), 'check-walk-'));
const stop = new AbortController();
try {
  const { url, served } = await start(`embedded:${join(folder, 'store')}`);
  const client = createSegmentClient({ baseUrl: url });
  const get = async (id: string) => (await fetch(`${url}/v1/customers/${id}/segments`)).arrayBuffer();
  await get('somebody-else');
  check('server miss', await walked(get));
  check('server hit', await walked(get));
  await client.lookupMany(CUSTOMERS);
  check('SDK hit', await walked((id) => client.lookup(id)));
  await client.close();
  stop.abort(new Error('done'));
  await served;
} finally {
  await rm(folder, { recursive: true });
}
process.exit(process.exitCode ?? 0);

/** A server in this process over a few published members. */
async function start(store: string): Promise<{ readonly url: string; readonly served: Promise<void> }> {
  const run = parseRunId('20260101t000000z');
  await writeRun(join(folder, run), runFiles({ run, parts: [LINES] }));
  await resultOf('ingest', ['load', join(folder, run), '--store', store]);
  const events: CommandEvent[] = [];
  const serving = Promise.withResolvers<void>();
  const say = (event: CommandEvent) => {
    events.push(event);
    if (event.kind === 'stage' && event.stage === 'serving') serving.resolve();
  };
  const served = serve(configOf({ store, port: '0', cacheMb: '1' }), { say, signal: stop.signal });
  await Promise.race([serving.promise, served]);
  const listening = events.find((event) => event.kind === 'result');
  return { url: `${listening?.data.url}`, served };
}

/** As the command would have it of these flags. */
function configOf(flags: Readonly<Record<string, string>>): ReturnType<typeof resolveConfig> {
  const sources = { file: undefined, environment: {}, environmentPrefix: 'CHECK_WALK', flags };
  return resolveConfig(resolveOptions(options, sources));
}

/** Our source files that the call enters for every customer. */
async function walked(call: (id: string) => Promise<unknown>): Promise<readonly string[]> {
  let always: readonly string[] | undefined;
  for (const id of CUSTOMERS) {
    const entered = await enteredBy(() => call(id));
    always = always?.filter((file) => entered.includes(file)) ?? entered;
  }
  return always ?? [];
}

/** Our source files in which a function ran during `call`. */
async function enteredBy(call: () => Promise<unknown>): Promise<readonly string[]> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });
  await call();
  const { result } = await session.post('Profiler.takePreciseCoverage');
  session.disconnect();
  const entered = result.filter(({ functions }) => functions.some(({ ranges: [range] }) => (range?.count ?? 0) > 0));
  return entered.map(({ url }) => url.split('/packages/')[1] ?? '').filter((path) => path.includes('/src/'));
}

function check(walk: keyof typeof CEILINGS, files: readonly string[]): void {
  const ceiling = CEILINGS[walk];
  const verdict = files.length <= ceiling ? 'ok' : `more than ${ceiling}`;
  process.stdout.write(`${walk}: ${files.length} files (${verdict})\n`);
  if (files.length <= ceiling) return;
  process.stderr.write(`${files.map((file) => `  ${file}\n`).join('')}`);
  process.exitCode = 1;
}
