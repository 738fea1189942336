/** The whole system on this machine, of real processes. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { get } from '@segment-store/services/service';
import { FACTS_FILE, listenForControl } from './control.ts';
import type { Door, Facts, PartFacts } from './door.ts';
import { createKeys, type Keys } from './keys.ts';
import { BUCKET, DEAD_LETTER_QUEUE, type Layout, layOut, QUEUE, queueUrl, urlOf } from './layout.ts';
import { observerParts } from './observers.ts';
import type { Part, Running } from './part.ts';
import { productParts } from './product.ts';
import { storeParts } from './stores.ts';
import { faultyWires, plainWires, type Wires } from './wires.ts';

export interface StackOptions {
  /** Of data, configuration and `stack.json`; emptied first. */
  readonly folder: string;
  /** The first of the ports that are taken, one after the other. Default 0: free ones. */
  readonly portsFrom?: number;
  /** From the start of one calculation to that of the next. Default 3 minutes. */
  readonly everyMs?: number;
  /** Of all services together; 0: none. Default 40. */
  readonly lookupsPerSecond?: number;
  /** The product meets its stores through proxies, so that `inject` can do something to them. Default: directly. */
  readonly faults?: boolean;
  /** Hears of each part as it answers. */
  onStarted?(name: string, facts: PartFacts): void;
}

export interface Stack extends Door {
  /** Ends every part; resolves when all are gone. */
  stop(): Promise<void>;
}

const ANSWERS_WITHIN_MS = 120_000;
const POLL_MS = 200;

/** Resolves once both servers answer from the first generation and are asked; rejects with nothing left running. */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { folder, portsFrom = 0, everyMs = 180_000, lookupsPerSecond = 40, onStarted } = options;
  const layout = await layOut({ folder, portsFrom });
  const wires = await (options.faults ? faultyWires : plainWires)(layout);
  const running = new Map<string, Running>();
  const keys = await createKeys(layout);
  const parts = {
    ...storeParts(layout),
    ...observerParts(layout),
    ...productParts(wires.layout, { keys, everyMs, lookupsPerSecond }),
  };
  const start = async (part: Part) => {
    const started = await part.start();
    running.set(part.name, started);
    onStarted?.(part.name, started);
  };
  const wave = async (...names: readonly (keyof typeof parts)[]) => {
    const outcomes = await Promise.allSettled(names.map((name) => start(parts[name])));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  };
  const stopParts = async () => {
    await Promise.all([...running.values()].map((each) => each.stop()));
    await wires.stop();
  };
  try {
    await wave('elasticsearch-1', 'redis', 's3', 'sqs', 'postgres', 'receiver');
    await wave('elasticsearch-2', 'calculations', 'alertmanager', 'prometheus');
    await wave('ingestion', 'server-1', 'server-2');
    await wave('jobs-exporter', 'redis-exporter', 'elasticsearch-exporter', 'sqs-exporter', 'probe-exporter');
    await untilReady(layout);
    await wave('traffic');
    return await opened({ layout, keys, parts: new Map(Object.entries(parts)), running, wires, stopParts });
  } catch (error) {
    await stopParts();
    throw error;
  }
}

/** Both servers have opened a generation. */
async function untilReady(layout: Layout): Promise<void> {
  const deadlineAt = performance.now() + ANSWERS_WITHIN_MS;
  for (const server of ['server-1', 'server-2'] as const) {
    while (!(await get(`${urlOf(layout, server)}/readyz`).catch(() => false))) {
      if (performance.now() > deadlineAt) throw new Error(`${server} had nothing to answer from in two minutes`);
      await delay(POLL_MS);
    }
  }
}

interface Held {
  readonly layout: Layout;
  readonly keys: Keys;
  readonly parts: ReadonlyMap<string, Part>;
  readonly running: Map<string, Running>;
  readonly wires: Wires;
  stopParts(): Promise<void>;
}

async function opened(held: Held): Promise<Stack> {
  const { layout, stopParts } = held;
  const door = createDoor(held, () => factsOf(held));
  const server = await listenForControl(door, layout.port('control'));
  await writeFacts(await door.facts());
  return {
    ...door,
    async stop() {
      server.closeAllConnections();
      server.close();
      await stopParts();
    },
  };
}

function createDoor({ parts, running, wires }: Held, facts: () => Facts): Door {
  const partOf = (name: string) => {
    const [part, process] = [parts.get(name), running.get(name)];
    if (part !== undefined && process !== undefined) return { part, process };
    throw new Error(`no part is called ${name}: one of ${[...parts.keys()].join(', ')}`);
  };
  return {
    facts: async () => facts(),
    async kill(name) {
      await killed(partOf(name).process.pid);
    },
    async restart(name) {
      const { part, process } = partOf(name);
      await process.stop();
      running.set(name, await part.start());
      await writeFacts(facts());
    },
    inject: async (wire, fault, direction) => wires.inject(wire, fault, direction),
  };
}

async function killed(pid: number): Promise<void> {
  const signal = (name: NodeJS.Signals | 0) => {
    try {
      return process.kill(pid, name);
    } catch {
      return false;
    }
  };
  signal('SIGKILL');
  while (signal(0)) await delay(10); // its parent, the leash, sees to it that it does not stay a zombie
}

function factsOf({ layout, keys, running }: Held): Facts {
  const { folder, s3, jobFigures } = layout;
  const parts = [...running].map(([name, { url, pid, logFile }]) => [name, { url, pid, logFile }] as const);
  return {
    pid: process.pid,
    control: urlOf(layout, 'control'),
    folder,
    parts: Object.fromEntries(parts),
    keys,
    ops: { 'server-1': urlOf(layout, 'server-1-ops'), 'server-2': urlOf(layout, 'server-2-ops') },
    s3: { endpoint: urlOf(layout, 's3'), ...s3 },
    runs: `s3://${BUCKET}/runs`,
    queues: { runs: queueUrl(layout, QUEUE), aside: queueUrl(layout, DEAD_LETTER_QUEUE) },
    jobFigures,
  };
}

/** It holds keys: for this user alone. */
const writeFacts = (facts: Facts): Promise<void> =>
  writeFile(join(facts.folder, FACTS_FILE), `${JSON.stringify(facts, undefined, 2)}\n`, { mode: 0o600 });
