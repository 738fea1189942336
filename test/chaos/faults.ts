/** Everything that is done to the system, one after the other. */
import type { Fault } from './fault.ts';
import {
  announced,
  frozen,
  full,
  injected,
  killCalculations,
  killed,
  killIngestion,
  rollBack,
  together,
} from './means.ts';

/** Strangers, and whoever was not asked about in the minutes before. */
const WITHOUT_STORE = 0.3;
/** What was on its way to a server that is gone, until the balancer has heard of it. */
const OF_A_SERVER = ['lost', 'late'];

export const FAULTS: readonly Fault[] = [
  {
    name: 'nothing',
    does: 'Nothing: publishes and erasures alone.',
    promises: '200 for everybody.',
    begin: async () => async () => {},
  },
  {
    name: 'Redis slow',
    does: 'Each answer of Redis comes 50 ms late; servers wait 8 ms.',
    promises: '200 for everybody: the store is asked instead.',
    begin: injected('redis', { kind: 'latency', ms: 50 }),
  },
  {
    name: 'Redis frozen',
    does: 'SIGSTOP of Redis.',
    promises: '200 for everybody: the store is asked instead.',
    begin: frozen('redis'),
  },
  {
    name: 'Redis killed',
    does: 'SIGKILL of Redis; it is empty when it is started again.',
    promises: '200 for everybody.',
    kills: true,
    begin: killed('redis'),
  },
  {
    name: 'Elasticsearch: one node killed',
    does: 'SIGKILL of the node that is not master: its shards are taken over by the copies of the other one.',
    promises: '200 for whoever this server has answered for since the last roll back, 503 in time for others.',
    bounds: { failing: WITHOUT_STORE, wellWithinSeconds: 30 },
    hides: true,
    kills: true,
    begin: killed('elasticsearch-2'),
  },
  {
    name: 'Elasticsearch: master killed',
    does: 'SIGKILL of the only node that may be master; without it nothing can be written.',
    promises: '200 for whoever this server has answered for since the last roll back, 503 in time for others.',
    bounds: { failing: WITHOUT_STORE, wellWithinSeconds: 30 },
    hides: true,
    kills: true,
    begin: killed('elasticsearch-1'),
  },
  {
    name: 'Elasticsearch slow',
    does: 'Each answer of both nodes comes 400 ms late; servers wait 250 ms.',
    promises: '200 for whoever this server has answered for since the last roll back, 503 in time for others.',
    bounds: { failing: WITHOUT_STORE },
    hides: true,
    begin: injected('elasticsearch-1', { kind: 'latency', ms: 400 }),
  },
  {
    name: 'Elasticsearch frozen',
    does: 'SIGSTOP of both nodes, as a garbage collection of many seconds looks.',
    promises: '200 for whoever this server has answered for since the last roll back, 503 in time for others.',
    bounds: { failing: WITHOUT_STORE },
    hides: true,
    begin: frozen('elasticsearch-1', 'elasticsearch-2'),
  },
  {
    name: 'Redis and Elasticsearch frozen',
    does: 'SIGSTOP of Redis and of both nodes.',
    promises: '200 for whoever this server has answered for since the last roll back, 503 in time for others.',
    bounds: { failing: WITHOUT_STORE },
    hides: true,
    begin: frozen('redis', 'elasticsearch-1', 'elasticsearch-2'),
  },
  {
    name: 'roll back',
    does: 'The live generation is withdrawn over HTTP; publishing is on hold.',
    promises: '200 for everybody; nobody answers from what was withdrawn after 10 s.',
    // Long enough for answers beyond the bound.
    seconds: 14,
    begin: rollBack,
  },
  {
    name: 'Elasticsearch full',
    does: 'Every index may only be read, as when disks are full, while a run is to be loaded.',
    promises: '200 for everybody; the run is loaded afterwards.',
    announces: true,
    bounds: { wellWithinSeconds: 60 },
    begin: together(full, announced),
  },
  {
    name: 'S3 silent',
    does: 'No byte of S3 arrives while a run is to be loaded.',
    promises: '200 for everybody; the load goes on where it was.',
    announces: true,
    bounds: { wellWithinSeconds: 60 },
    begin: together(injected('s3', { kind: 'blackhole' }), announced),
  },
  {
    name: 'SQS unreachable',
    does: 'Connections to SQS are reset while a run is announced.',
    promises: '200 for everybody; the run is loaded afterwards.',
    announces: true,
    bounds: { wellWithinSeconds: 60 },
    begin: together(injected('sqs', { kind: 'reset' }), announced),
  },
  {
    name: 'Postgres unreachable',
    does: 'Connections to Postgres are reset.',
    promises: '200 for everybody; changes of rollouts are refused or kept.',
    begin: injected('postgres', { kind: 'reset' }),
  },
  {
    name: 'server killed',
    does: 'SIGKILL of one of the two servers.',
    promises: '200 from the other one; what was on its way is lost, until the balancer has heard of it.',
    noticed: OF_A_SERVER,
    hides: true,
    kills: true,
    bounds: { failing: 0.05, wellWithinSeconds: 20 },
    begin: killed('server-1'),
  },
  {
    name: 'server frozen',
    does: 'SIGSTOP of one of the two servers.',
    promises: '200 from the other one; what was on its way is late, until the balancer has heard of it.',
    noticed: [...OF_A_SERVER, '503 deadline'],
    hides: true,
    bounds: { failing: 0.1, worstMs: 8_000 },
    begin: frozen('server-1'),
  },
  {
    name: 'server killed, Elasticsearch frozen',
    does: 'SIGKILL of a server, started again while both nodes are stopped.',
    promises:
      '200 from the other one for whoever it has answered for; the one that comes back answers from Redis: 503 in time for others.',
    bounds: { failing: WITHOUT_STORE, worstMs: 3_000, wellWithinSeconds: 30 },
    noticed: OF_A_SERVER,
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
    kills: true,
    bounds: { wellWithinSeconds: 60 },
    begin: killCalculations,
    isOver: async ({ runs }, since) => (await runs.calculatedSince(since)) !== undefined,
  },
  {
    name: 'ingestion killed',
    does: 'SIGKILL in the middle of a load.',
    promises: '200 for everybody; what is started in its place ends the load, once the lease of the dead one is over.',
    announces: true,
    kills: true,
    bounds: { wellWithinSeconds: 120 },
    begin: killIngestion,
  },
];
