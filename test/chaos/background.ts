/** What goes on whatever is broken: publishes, erasures, changes of rollouts, and looks at what is live and served. */
import { setTimeout as delay } from 'node:timers/promises';
import { clock } from './clock.ts';
import type { Crowd } from './crowd.ts';
import { liveOf, type Scene, SERVERS, type ServerName, servedBy } from './scene.ts';
import { repeat } from './until.ts';

const PUBLISH_EACH_MS = 45_000;
const ERASE_EACH_MS = 12_000;
const CHANGE_EACH_MS = 10_000;
const LOOK_EACH_MS = 500;
const ANSWER_MS = 5_000;
/** Nobody whom most questions are about is erased. */
const MOST_POPULAR = 50;

interface Background {
  /** Changes that were acknowledged. */
  readonly changes: readonly string[];
  /** Resolves when all of it has ended. */
  end(): Promise<void>;
}

export function startBackground(scene: Scene, crowd: Pick<Crowd, 'erased'>): Background {
  const stop = new AbortController();
  const { signal } = stop;
  const changes: string[] = [];
  const work = [
    publishing(scene, signal),
    repeat(ERASE_EACH_MS, signal, () => erase(scene, crowd, signal)),
    repeat(CHANGE_EACH_MS, signal, () => change(scene, changes)),
    repeat(LOOK_EACH_MS, signal, () => seeLive(scene)),
    ...SERVERS.map((server) => repeat(LOOK_EACH_MS, signal, () => seeServed(scene, server))),
  ];
  return {
    changes,
    async end() {
      stop.abort();
      await Promise.all(work);
    },
  };
}

/** The first is live already. */
async function publishing({ runs }: Scene, signal: AbortSignal): Promise<void> {
  await delay(PUBLISH_EACH_MS / 3, undefined, { signal }).catch(() => 'the end');
  await repeat(PUBLISH_EACH_MS, signal, () => runs.next());
}

/** Whoever asked for it asks again until it is acknowledged. */
async function erase(scene: Scene, crowd: Pick<Crowd, 'erased'>, signal: AbortSignal): Promise<void> {
  const { door, recorder } = scene;
  const { customers } = scene.runs;
  const customer = customers[MOST_POPULAR + Math.trunc(Math.random() * (customers.length - MOST_POPULAR))] ?? '';
  recorder.record({ what: 'erasing', customer });
  for (let turn = 0; !signal.aborted; turn++) {
    const { parts, keys } = await door.facts();
    const url = `${parts[serverOf(turn)]?.url}/v1/customers/${encodeURIComponent(customer)}`;
    const isDone = await asked(url, { method: 'DELETE', headers: { authorization: `Bearer ${keys.operator}` } });
    if (isDone) {
      recorder.record({ what: 'erased', customer });
      return crowd.erased(customer);
    }
    await delay(1_000);
  }
}

/** In turns. */
const serverOf = (turn: number): ServerName => (turn % 2 === 0 ? 'server-1' : 'server-2');

async function change({ door, recorder }: Scene, changes: string[]): Promise<void> {
  const name = `chaos-${Date.now()}`;
  const { parts, keys } = await door.facts();
  const url = `${parts[serverOf(changes.length)]?.url}/v1/rollouts/${name}`;
  const headers = {
    authorization: `Bearer ${keys.operator}`,
    'content-type': 'application/json',
    'if-match': '"0"',
  };
  const stages = [{ name: 'everywhere', percent: 1, hold: 'PT24H' }];
  if (!(await asked(url, { method: 'PUT', headers, body: JSON.stringify({ owner: 'chaos', stages }) }))) return;
  changes.push(name);
  recorder.record({ what: 'changed', change: name });
}

/** In the end: whether everything that was acknowledged is there. */
export async function lookUp({ door, recorder }: Scene, changes: readonly string[]): Promise<void> {
  const { parts, keys } = await door.facts();
  const headers = { authorization: `Bearer ${keys.operator}` };
  for (const name of changes) {
    const isThere = await asked(`${parts['server-1']?.url}/v1/rollouts/${name}`, { headers });
    recorder.record({ what: 'looked up', change: name, isThere });
  }
}

/** Whether it was answered with 200. */
async function asked(url: string, init: RequestInit): Promise<boolean> {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(ANSWER_MS) });
    await response.arrayBuffer();
    return response.status === 200;
  } catch {
    return false;
  }
}

async function seeLive(scene: Scene): Promise<void> {
  scene.recorder.record({ what: 'live', ...(await liveOf(scene)) });
}

async function seeServed(scene: Scene, server: ServerName): Promise<void> {
  const askedAt = clock();
  scene.recorder.record({ what: 'served', server, run: await servedBy(scene, server), askedAt });
}
