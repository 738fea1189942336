/** Two servers under load, their store gone, one of them killed meanwhile: all they answered is judged in the end. */
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseCustomerId } from '@segment-store/contract/id';
import { unlimited } from '@segment-store/resilience/operation';
import { startFaultProxy } from '@segment-store/services/fault-proxy';
import { openStore } from '@segment-store/store/open';
import type { Store } from '@segment-store/store/store';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { Asking } from '../chaos/asking.ts';
import { check, isKept } from '../chaos/check.ts';
import { clock } from '../chaos/clock.ts';
import type { Answer, Happening, Truth } from '../chaos/history.ts';
import { Subjects } from '../chaos/subjects.ts';
import { repeat } from '../chaos/until.ts';
import { CUSTOMERS, publishNext, segmentOf } from '../support/all-of-one.ts';
import { type RunningServer, startServer } from '../support/commands.ts';
import { removeIndices } from '../support/indices.ts';
import { servers } from '../support/servers.ts';

const PER_SECOND = 100;
/** Answers, before anything else is done to the system. */
const SOME = 50;
const POLL_MS = 500;
/** Servers look every half second here, and share two cores with everybody else. */
const BOUND_MS = 3_000;
const SERVES_WITHIN = { timeout: 20_000, interval: 50 };
const NAMES = ['server-1', 'server-2'] as const;
type Name = (typeof NAMES)[number];
const ERASED = 'c7';

const prefix = `chaos-${randomUUID().slice(0, 8)}`;
let scratch = '';
afterAll(async () => {
  await removeIndices(prefix);
  await rm(scratch, { recursive: true, force: true });
});

const runs = new Map<string, ReadonlyMap<string, string>>();
const truth: Truth = { of: (run) => runs.get(run) };
const answers: Answer[] = [];
const happenings: Happening[] = [];

async function publish(store: Store, index: number): Promise<string> {
  const run = await publishNext(store, index);
  runs.set(run, new Map(CUSTOMERS.map((id) => [id, segmentOf(run)])));
  await seeLive(store);
  return run;
}

async function seeLive(store: Store): Promise<void> {
  const { generation, epoch } = await store.publisher.live();
  happenings.push({ what: 'live', run: generation.run, epoch, at: clock() });
}

async function compare(store: Store): Promise<void> {
  const { generation } = await store.publisher.live();
  await using reader = await store.reader.open(generation.run, unlimited);
  const read = await reader.read(CUSTOMERS.map(parseCustomerId), unlimited);
  const isEqual = (one: (typeof read)[number]) =>
    one.status === 'fulfilled' && one.value?.segmentIds.join() === segmentOf(generation.run);
  const equal = read.filter(isEqual).length;
  happenings.push({ what: 'compared', run: generation.run, equal, wrong: CUSTOMERS.length - equal, at: clock() });
}

async function servedBy(url: string): Promise<string> {
  const { generation }: { readonly generation?: string } = JSON.parse(await (await fetch(`${url}/readyz`)).text());
  return generation ?? '';
}

/** Two servers behind one proxy before Elasticsearch. */
async function startServers(storeUrl: string) {
  const start = (name: Name) => {
    const flags = ['--prefix', prefix, '--poll-ms', `${POLL_MS}`, '--state-dir', join(scratch, name)];
    return startServer(['--store', storeUrl, ...flags]);
  };
  const [one, two] = await Promise.all([start('server-1'), start('server-2')]);
  const running: Record<Name, RunningServer> = { 'server-1': one, 'server-2': two };
  const serving = () => Promise.all(NAMES.map((name) => servedBy(running[name].url)));
  return {
    running,
    ports: () => Object.fromEntries(NAMES.map((name) => [name, Number(new URL(running[name].url).port)])),
    untilServed: (run: string) => expect.poll(serving, SERVES_WITHIN).toEqual([run, run]),
    async kill(name: Name) {
      running[name].process.kill('SIGKILL');
      await once(running[name].process, 'exit');
      happenings.push({ what: 'ended', part: name, at: clock() });
    },
    async startAgain(name: Name) {
      running[name] = await start(name);
    },
    stop: () => Promise.all(NAMES.map((name) => running[name].stop())),
  };
}

type Servers = Awaited<ReturnType<typeof startServers>>;

/** Notes what each says that it serves, until it is ended. */
function look({ running }: Servers): () => Promise<unknown> {
  const looking = new AbortController();
  const looks = NAMES.map((name) =>
    repeat(100, looking.signal, async () => {
      const askedAt = clock();
      const run = await servedBy(running[name].url);
      if (run !== '') happenings.push({ what: 'served', server: name, run, askedAt, at: clock() });
    }),
  );
  return () => {
    looking.abort();
    return Promise.all(looks);
  };
}

const count = (is: (answer: Answer) => boolean): number => answers.filter(is).length;
const answered = () => count(({ status }) => status === 200);
const untilMore = (than: number) => expect.poll(answered, SERVES_WITHIN).toBeGreaterThan(than);

async function erase(store: Store): Promise<void> {
  happenings.push({ what: 'erasing', customer: ERASED, at: clock() });
  await store.erasures.add([parseCustomerId(ERASED)], unlimited);
  happenings.push({ what: 'erased', customer: ERASED, at: clock() });
}

async function rollBack(store: Store, withdrawn: string): Promise<void> {
  const { epoch } = await store.publisher.live();
  await store.publisher.rollBack(epoch);
  happenings.push({ what: 'rolled back', withdrawn, at: clock() });
  await seeLive(store);
}

test('what two servers answer while parts fail keeps every promise', { timeout: 120_000 }, async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-chaos-'));
  await using store = openStore(servers().elasticsearch, { prefix, pollMs: 100 });
  const proxy = await startFaultProxy(servers().elasticsearch);
  const first = await publish(store, 0);
  const both = await startServers(proxy.url);
  const subjects = new Subjects(CUSTOMERS);
  const asking = new Asking({
    servers: both.ports(),
    perSecond: PER_SECOND,
    next: () => subjects.next(),
    onAnswers: (all) => void answers.push(...all),
  });
  const endLooks = look(both);
  onTestFinished(async () => {
    await Promise.all([endLooks(), asking.end()]);
    await both.stop();
    await proxy.stop();
  });
  await untilMore(SOME);

  const from = clock();
  proxy.inject({ kind: 'blackhole' });
  const second = await publish(store, 1);
  await both.kill('server-1');
  await both.startAgain('server-1');
  asking.know(both.ports());
  await untilMore(answered() + SOME);
  await both.untilServed(first);
  proxy.heal();
  await both.untilServed(second);
  happenings.push({ what: 'outage', from, at: clock() });
  await compare(store);

  await erase(store);
  subjects.erase(ERASED);
  await rollBack(store, second);
  await both.untilServed(first);
  const lateAt = clock() + BOUND_MS;
  const late = () => count(({ askedAt, customer }) => askedAt > lateAt && customer === ERASED);
  await expect.poll(late, SERVES_WITHIN).toBeGreaterThan(0);
  await Promise.all([endLooks(), asking.end()]);

  const history = {
    answers: answers.toSorted((a, b) => a.answeredAt - b.answeredAt),
    happenings: happenings.toSorted((a, b) => a.at - b.at),
    truth,
    boundMs: BOUND_MS,
  };
  // Nothing is announced by a queue here.
  const verdicts = check(history).filter(({ name }) => name !== 'acknowledged');
  expect(verdicts.filter((verdict) => !isKept(verdict))).toEqual([]);
  console.info(`${answers.length} answers, ${answered()} of them 200: every promise was kept`);
});
