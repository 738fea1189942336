/** A door for other processes: `GET /`, `POST /<part>/kill`, `POST /<part>/restart`; loopback only. */
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { Door, Facts } from './door.ts';

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

async function obey(door: Door, { method, url = '/', headers }: IncomingMessage): Promise<Facts> {
  const [, part = '', action] = url.split('/');
  if (headers[HEADER] === undefined) throw new Error(`the header ${HEADER} is missing`);
  if (method === 'POST' && action === 'kill') await door.kill(part);
  else if (method === 'POST' && action === 'restart') await door.restart(part);
  else if (method !== 'GET') throw new Error(`${method} ${url}: expected POST /<part>/kill or POST /<part>/restart`);
  return door.facts();
}

/** A door to the stack that runs with this folder. @throws Error when there is none */
export function attach(folder: string): Door {
  const { control } = readFacts(folder);
  const ask = async (method: string, path: string): Promise<Facts> => {
    const signal = AbortSignal.timeout(RESTART_MS);
    const response = await fetch(`${control}${path}`, { method, headers: { [HEADER]: '1' }, signal });
    if (!response.ok) throw new Error(await response.text());
    return JSON.parse(await response.text());
  };
  return {
    facts: () => ask('GET', '/'),
    kill: async (part) => void (await ask('POST', `/${part}/kill`)),
    restart: async (part) => void (await ask('POST', `/${part}/restart`)),
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
