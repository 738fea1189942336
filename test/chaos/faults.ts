/** Everything that is done to the system, and what whoever asks may notice of it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Fault as Wrong } from '@segment-store/services/fault-proxy';
import type { WireName } from '@segment-store/stack/wires';
import { ingest } from './ingest.ts';
import type { Scene } from './scene.ts';
import { until } from './until.ts';

export interface Fault {
  readonly name: string;
  readonly does: string;
  /** What is promised meanwhile and afterwards. */
  readonly promises: string;
  /** How answers may end besides 200, as `outcomes.ts` names it. */
  readonly noticed: readonly string[];
  /** Servers may not hear of publishes, roll backs and erasures until it is over. */
  readonly hides?: true;
  /** The newest run that was announced until its end must be live before it is over. */
  readonly announces?: true;
  /** Every line of the live run is compared afterwards. */
  readonly kills?: true;
  /** Default 6. */
  readonly seconds?: number;
  /** Resolves to how it is ended. */
  begin(scene: Scene): Promise<() => Promise<unknown>>;
  /** Besides that all is well again. */
  isOver?(scene: Scene, since: Date): Promise<boolean>;
}

type Begin = Fault['begin'];

const injected =
  (wire: WireName, wrong: Wrong): Begin =>
  async ({ door }) => {
    await door.inject(wire, wrong);
    return () => door.inject(wire, undefined);
  };

/** SIGSTOP: its connections stay open, and nothing comes. */
const frozen =
  (...names: readonly string[]): Begin =>
  async ({ door }) => {
    const { parts } = await door.facts();
    const tell = (signal: NodeJS.Signals) => {
      for (const name of names) process.kill(parts[name]?.pid ?? Number.NaN, signal);
    };
    tell('SIGSTOP');
    return async () => tell('SIGCONT');
  };

/** SIGKILL; its supervisor starts it again at the end. */
const killed =
  (name: string): Begin =>
  async ({ door, recorder }) => {
    await door.kill(name);
    recorder.record({ what: 'ended', part: name });
    return () => door.restart(name);
  };

/** A run is there to be loaded meanwhile. */
const announced: Begin = async ({ runs }) => {
  await runs.next();
  return async () => {};
};

/** One after the other. */
const together =
  (...all: readonly Begin[]): Begin =>
  async (scene) => {
    const ends: (() => Promise<unknown>)[] = [];
    for (const begin of all) ends.push(await begin(scene));
    return () => Promise.all(ends.map((end) => end()));
  };

/** The store cannot be asked about customers of whom nobody here knows. */
const UNAVAILABLE = ['503 store-unavailable', '503 deadline'];
/** What was on its way to a server that is gone, until the balancer has heard of it. */
const OF_A_SERVER = ['lost', 'late'];
const SLOW_READS: Wrong = { kind: 'drip', bytes: 4_096, everyMs: 40 };
const STARTS_MS = 30_000;

async function killIngestion({ door, runs, recorder }: Scene): Promise<() => Promise<unknown>> {
  await door.inject('s3', SLOW_READS);
  const run = await runs.next();
  const { parts } = await door.facts();
  const index = `${parts['elasticsearch-1']?.url}/segments-members-${run}`;
  const begun = async () => (await fetch(index, { method: 'HEAD' })).ok;
  await until(`the load of ${run} begins`, { withinMs: STARTS_MS, everyMs: 20 }, begun);
  await door.kill('ingestion');
  recorder.record({ what: 'ended', part: 'ingestion' });
  await door.inject('s3', undefined);
  return () => door.restart('ingestion');
}

/** They calculate as soon as they are started. */
async function killCalculations({ door, recorder }: Scene): Promise<() => Promise<unknown>> {
  await door.restart('calculations');
  const { jobFigures } = await door.facts();
  const file = join(jobFigures, 'compute.prom');
  const isAtWork = async () => existsSync(file) && !readFileSync(file, 'utf8').includes('segment_compute_end_time');
  await until('a calculation begins', { withinMs: STARTS_MS, everyMs: 20 }, isAtWork);
  await door.kill('calculations');
  recorder.record({ what: 'ended', part: 'calculations' });
  return () => door.restart('calculations');
}

async function rollBack({ door, recorder }: Scene): Promise<() => Promise<unknown>> {
  const { parts, keys } = await door.facts();
  const authorization = `Bearer ${keys.operator}`;
  const url = `${parts['server-2']?.url}/v1/generations`;
  const { live }: { readonly live: { readonly generation: string; readonly epoch: number } } = JSON.parse(
    await (await fetch(url, { headers: { authorization } })).text(),
  );
  const headers = { authorization, 'if-match': `"${live.epoch}"` };
  const response = await fetch(`${url}/rollback`, { method: 'POST', headers });
  if (!response.ok) throw new Error(`the roll back answered ${response.status}: ${await response.text()}`);
  recorder.record({ what: 'rolled back', withdrawn: live.generation });
  return () => ingest('unhold', '--store', `${parts['elasticsearch-1']?.url}`);
}

export const FAULTS: readonly Fault[] = [
  {
    name: 'nothing',
    does: 'Nothing: publishes and erasures alone.',
    promises: '200 for everybody.',
    noticed: [],
    begin: async () => async () => {},
  },
  {
    name: 'Redis slow',
    does: 'Each answer of Redis comes 50 ms late; servers wait 8 ms.',
    promises: '200 for everybody: the store is asked instead.',
    noticed: [],
    begin: injected('redis', { kind: 'latency', ms: 50 }),
  },
  {
    name: 'Redis frozen',
    does: 'SIGSTOP of Redis.',
    promises: '200 for everybody: the store is asked instead.',
    noticed: [],
    begin: frozen('redis'),
  },
  {
    name: 'Redis killed',
    does: 'SIGKILL of Redis; it is empty when it is started again.',
    promises: '200 for everybody.',
    noticed: [],
    kills: true,
    begin: killed('redis'),
  },
  {
    name: 'Elasticsearch: one node killed',
    does: 'SIGKILL of the node that is not master.',
    promises: '200 for whoever was seen; others may be 503 until the copies of the other node have taken over.',
    noticed: UNAVAILABLE,
    hides: true,
    kills: true,
    begin: killed('elasticsearch-2'),
  },
  {
    name: 'Elasticsearch slow',
    does: 'Each answer of both nodes comes 400 ms late; servers wait 250 ms.',
    promises: '200 for whoever was seen by a server or is in Redis, 503 in time for others.',
    noticed: UNAVAILABLE,
    hides: true,
    begin: injected('elasticsearch-1', { kind: 'latency', ms: 400 }),
  },
  {
    name: 'Elasticsearch frozen',
    does: 'SIGSTOP of both nodes, as a garbage collection of many seconds looks.',
    promises: '200 for whoever was seen by a server or is in Redis, 503 in time for others.',
    noticed: UNAVAILABLE,
    hides: true,
    begin: frozen('elasticsearch-1', 'elasticsearch-2'),
  },
  {
    name: 'Redis and Elasticsearch frozen',
    does: 'SIGSTOP of Redis and of both nodes.',
    promises: '200 for whoever was seen by this server, 503 in time for others.',
    noticed: UNAVAILABLE,
    hides: true,
    begin: frozen('redis', 'elasticsearch-1', 'elasticsearch-2'),
  },
  {
    name: 'roll back',
    does: 'The live generation is withdrawn over HTTP; publishing is on hold.',
    promises: '200 for everybody; nobody answers from what was withdrawn after 10 s.',
    noticed: [],
    // Long enough for answers beyond the bound.
    seconds: 14,
    begin: rollBack,
  },
  {
    name: 'S3 silent',
    does: 'No byte of S3 arrives while a run is to be loaded.',
    promises: '200 for everybody; the load goes on where it was.',
    noticed: [],
    announces: true,
    begin: together(injected('s3', { kind: 'blackhole' }), announced),
  },
  {
    name: 'SQS unreachable',
    does: 'Connections to SQS are reset while a run is announced.',
    promises: '200 for everybody; the run is loaded afterwards.',
    noticed: [],
    announces: true,
    begin: together(injected('sqs', { kind: 'reset' }), announced),
  },
  {
    name: 'Postgres unreachable',
    does: 'Connections to Postgres are reset.',
    promises: '200 for everybody; changes of rollouts are refused or kept.',
    noticed: [],
    begin: injected('postgres', { kind: 'reset' }),
  },
  {
    name: 'server killed',
    does: 'SIGKILL of one of the two servers.',
    promises: '200 from the other one; what was on its way is lost, until the balancer has heard of it.',
    noticed: OF_A_SERVER,
    hides: true,
    kills: true,
    begin: killed('server-1'),
  },
  {
    name: 'server frozen',
    does: 'SIGSTOP of one of the two servers.',
    promises: '200 from the other one; what was on its way is late, until the balancer has heard of it.',
    noticed: [...OF_A_SERVER, '503 deadline'],
    hides: true,
    begin: frozen('server-1'),
  },
  {
    name: 'server killed, Elasticsearch frozen',
    does: 'SIGKILL of a server, started again while both nodes are stopped.',
    promises: '200 for whoever was seen: the server that comes back knows what it served from its state directory.',
    noticed: [...OF_A_SERVER, ...UNAVAILABLE],
    hides: true,
    kills: true,
    async begin(scene) {
      const thaw = await frozen('elasticsearch-1', 'elasticsearch-2')(scene);
      const start = await killed('server-2')(scene);
      await start();
      return thaw;
    },
  },
  {
    name: 'calculations killed',
    does: 'SIGKILL in the middle of a calculation.',
    promises: '200 for everybody; the next calculation writes its run.',
    noticed: [],
    kills: true,
    begin: killCalculations,
    isOver: async ({ runs }, since) => (await runs.calculatedSince(since)) !== undefined,
  },
  {
    name: 'ingestion killed',
    does: 'SIGKILL in the middle of a load.',
    promises: '200 for everybody; what is started in its place ends the load, once the lease of the dead one is over.',
    noticed: [],
    announces: true,
    kills: true,
    begin: killIngestion,
  },
];
