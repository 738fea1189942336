/** Two servers under load, their store gone for seconds, one of them killed: all they answered is judged in the end. */
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
const POLL_MS = 500;
/** Servers look every half second here, and share two cores with everybody else. */
const BOUND_MS = 4_000;
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

async function servedBy({ url }: RunningServer): Promise<string> {
  const { generation }: { readonly generation?: string } = JSON.parse(await (await fetch(`${url}/readyz`)).text());
  return generation ?? '';
}

const answered = () => answers.filter(({ status }) => status === 200).length;

test('what two servers answer while parts fail keeps every promise', { timeout: 120_000 }, async () => {
  scratch = await mkdtemp(join(tmpdir(), 'segment-chaos-'));
  await using store = openStore(servers().elasticsearch, { prefix, pollMs: 100 });
  const proxy = await startFaultProxy(servers().elasticsearch);
  const first = await publish(store, 0);
  const start = (name: Name) => {
    const flags = ['--prefix', prefix, '--poll-ms', `${POLL_MS}`, '--state-dir', join(scratch, name)];
    return startServer(['--store', proxy.url, ...flags]);
  };
  const [one, two] = await Promise.all([start('server-1'), start('server-2')]);
  const running: Record<Name, RunningServer> = { 'server-1': one, 'server-2': two };
  const ports = () => Object.fromEntries(NAMES.map((name) => [name, Number(new URL(running[name].url).port)] as const));
  const serving = async () => Promise.all(NAMES.map((name) => servedBy(running[name])));
  const untilServed = (run: string) => expect.poll(serving, SERVES_WITHIN).toEqual([run, run]);

  const subjects = new Subjects(CUSTOMERS);
  const asking = new Asking({
    servers: ports(),
    perSecond: PER_SECOND,
    next: () => subjects.next(),
    onAnswers: (all) => void answers.push(...all),
  });
  const looking = new AbortController();
  const looks = NAMES.map((name) =>
    repeat(100, looking.signal, async () => {
      const askedAt = clock();
      const run = await servedBy(running[name]);
      if (run !== '') happenings.push({ what: 'served', server: name, run, askedAt, at: clock() });
    }),
  );
  onTestFinished(async () => {
    looking.abort();
    await asking.end();
    await Promise.all(NAMES.map((name) => running[name].stop()));
    await proxy.stop();
  });
  const more = (count: number) => expect.poll(answered, SERVES_WITHIN).toBeGreaterThan(answered() + count);
  await untilServed(first);
  await more(PER_SECOND);

  const from = clock();
  proxy.inject({ kind: 'blackhole' });
  const second = await publish(store, 1);
  await more(PER_SECOND);
  proxy.heal();
  await untilServed(second);
  happenings.push({ what: 'outage', from, at: clock() });

  running['server-1'].process.kill('SIGKILL');
  await once(running['server-1'].process, 'exit');
  happenings.push({ what: 'ended', part: 'server-1', at: clock() });
  const third = await publish(store, 2);
  running['server-1'] = await start('server-1');
  asking.know(ports());
  await untilServed(third);
  await compare(store);

  happenings.push({ what: 'erasing', customer: ERASED, at: clock() });
  await store.erasures.add([parseCustomerId(ERASED)], unlimited);
  happenings.push({ what: 'erased', customer: ERASED, at: clock() });
  subjects.erase(ERASED);
  const { epoch } = await store.publisher.live();
  await store.publisher.rollBack(epoch);
  const rolledBackAt = clock();
  happenings.push({ what: 'rolled back', withdrawn: third, at: rolledBackAt });
  await seeLive(store);
  await untilServed(second);
  await expect.poll(() => answers.at(-1)?.askedAt, SERVES_WITHIN).toBeGreaterThan(rolledBackAt + BOUND_MS + 1_000);
  looking.abort();
  await Promise.all(looks);
  await asking.end();

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
