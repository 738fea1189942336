/** A door for other processes: `GET /`, `POST /<part>/kill`, `/<part>/restart` and `/<wire>/fault`; loopback only. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { Direction, Fault } from '@segment-store/services/fault-proxy';
import type { Door, Facts } from './door.ts';
import { WIRES } from './wires.ts';

/** A page of a browser cannot send it to another origin without asking first, and is not answered. */
const HEADER = 'segment-stack';
const RESTART_MS = 120_000;

export function listenForControl(door: Door, port: number): Promise<Server> {
  const server = createServer((request, response) => void answer(door, request, response));
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve(server));
  });
}

async function answer(door: Door, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const facts = await obey(door, request);
    response.setHeader('content-type', 'application/json').end(JSON.stringify(facts));
  } catch (error) {
    response.statusCode = 400;
    response.end(error instanceof Error ? error.message : String(error));
  }
}

async function obey(door: Door, request: IncomingMessage): Promise<Facts> {
  const { method, url = '/', headers } = request;
  const [, part = '', action] = url.split('/');
  if (headers[HEADER] === undefined) throw new Error(`the header ${HEADER} is missing`);
  if (method === 'POST' && action === 'kill') await door.kill(part);
  else if (method === 'POST' && action === 'restart') await door.restart(part);
  else if (method === 'POST' && action === 'fault') await inject(door, part, await text(request));
  else if (method !== 'GET') throw new Error(`${method} ${url}: expected POST /<part>/kill, /restart or /fault`);
  return door.facts();
}

async function inject(door: Door, name: string, body: string): Promise<void> {
  const wire = WIRES.find((known) => known === name);
  if (wire === undefined) throw new Error(`no fault can be injected before ${name}: one of ${WIRES.join(', ')}`);
  const { fault, direction }: Injection = JSON.parse(body);
  await door.inject(wire, fault, direction);
}

interface Injection {
  /** Absent: it is healed. */
  readonly fault?: Fault;
  readonly direction?: Direction;
}

/** A door to the stack that runs with this folder. @throws Error when there is none */
export function attach(folder: string): Door {
  const { control } = readFacts(folder);
  const ask = async (method: string, path: string, injection?: Injection): Promise<Facts> => {
    const signal = AbortSignal.timeout(RESTART_MS);
    const body = injection && { body: JSON.stringify(injection) };
    const response = await fetch(`${control}${path}`, { method, headers: { [HEADER]: '1' }, signal, ...body });
    if (!response.ok) throw new Error(await response.text());
    return JSON.parse(await response.text());
  };
  return {
    facts: () => ask('GET', '/'),
    kill: async (part) => void (await ask('POST', `/${part}/kill`)),
    restart: async (part) => void (await ask('POST', `/${part}/restart`)),
    async inject(wire, fault, direction) {
      await ask('POST', `/${wire}/fault`, { ...(fault && { fault }), ...(direction && { direction }) });
    },
  };
}

function readFacts(folder: string): Facts {
  const file = join(folder, FACTS_FILE);
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`no stack runs with ${folder}: start one with npm run stack`, { cause: error });
  }
}

export const FACTS_FILE = 'stack.json';
