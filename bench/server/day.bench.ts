/**
 * A day in five minutes: two servers over Redis and Elasticsearch, and what happens to them, below callers of three
 * classes that ask at constant rates. Every answer is compared with the generation it names.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { keepHistograms } from '../histograms.ts';
import { attempt, report } from '../report.ts';
import { startBare } from './bare.ts';
import { startCrowd } from './day/crowd.ts';
import { deploy } from './day/deployment.ts';
import { first, second } from './day/generations.ts';
import { failedRow, worstRow } from './day/rows.ts';
import { type Happening, phases } from './day/timetable.ts';
import type { Ours } from './ours.ts';

const POLL_MS = 100;
/** So long one server has been back before the next one goes. */
const BETWEEN_MS = 1_500;

await using deployment = await deploy();
using bare = await startBare('node-http', await bareAnswer());
using crowd = startCrowd();
crowd.tell({ kind: 'open', keys: deployment.keys, bare: bare.port });
tellServers();

const figures: Record<string, number> = {};
let letRedisGoOn = () => {};
const nothing = async () => {};
const happenings: Readonly<Record<Happening, () => Promise<void>>> = {
  opening: nothing,
  async publish() {
    await timed('load s', () => deployment.loadSecond());
    await timed('publish to all s', () => untilServed(second.run));
  },
  async rollback() {
    await timed('rollback s', () => deployment.rollBack());
    crowd.tell({ kind: 'withdrawn', run: second.run });
    await timed('rollback to all s', () => untilServed(first.run));
  },
  async 'redis-frozen'() {
    letRedisGoOn = deployment.freezeRedis();
  },
  async 'redis-back'() {
    letRedisGoOn();
  },
  'store-dead': () => deployment.killStore(),
  async 'store-back'() {
    await timed('store start s', () => deployment.startStore());
    await timed('store start to never seen 200 s', untilNeverSeen);
  },
  spike: nothing,
  'abusive-key': nothing,
  async 'rolling-restart'() {
    for (const server of deployment.servers().slice()) {
      await deployment.restart(server);
      tellServers();
      await pause(BETWEEN_MS);
    }
  },
  closing: nothing,
};

for (const { name, seconds, rates } of phases) {
  process.stderr.write(`${name} …\n`);
  crowd.tell({ kind: 'phase', name, rates });
  await Promise.all([attempt(name, happenings[name]), pause(seconds * 1_000)]);
}
const { lines, faults } = await crowd.end();
for (const fault of faults) process.stderr.write(`wrong: ${fault}\n`);
const series = lines.map((line) => [`${line.phase} ${line.caller} ${line.standing}`, line.histogram] as const);
keepHistograms('day', Object.fromEntries(series));
report(failedRow(lines, figures), worstRow(lines));

function tellServers(): void {
  crowd.tell({ kind: 'servers', ports: deployment.servers().map(({ port }) => port) });
}

async function timed(name: string, work: () => Promise<void>): Promise<void> {
  const startedAt = performance.now();
  await work();
  figures[name] = (performance.now() - startedAt) / 1_000;
}

/** By all servers. */
async function untilServed(run: string): Promise<void> {
  await untilEach(async ({ port }) => {
    const { generation } = JSON.parse(await (await fetch(`http://127.0.0.1:${port}/readyz`)).text());
    return generation === run;
  });
}

async function untilNeverSeen(): Promise<void> {
  let asked = 0;
  const authorization = `Bearer ${deployment.keys.normal}`;
  await untilEach(async ({ port }) => {
    const answer = await fetch(`http://127.0.0.1:${port}/v1/customers/nobody-${asked++}/segments`, {
      headers: { authorization },
    });
    await answer.body?.cancel();
    return answer.ok;
  });
}

async function untilEach(isSo: (server: Ours) => Promise<boolean>): Promise<void> {
  for (const server of deployment.servers()) while (!(await isSo(server))) await pause(POLL_MS);
}

/** As long as ours. */
async function bareAnswer(): Promise<string> {
  const [server] = deployment.servers();
  const headers = { authorization: `Bearer ${deployment.keys.critical}` };
  const answer = await fetch(`http://127.0.0.1:${server?.port}/v1/customers/customer-1/segments`, { headers });
  const body = await answer.text();
  const file = join(deployment.root, 'bare.ndjson');
  const { connection: _, date: __, 'content-length': ___, ...kept } = Object.fromEntries(answer.headers);
  await writeFile(file, JSON.stringify({ path: '/', headers: kept, body }));
  return file;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
