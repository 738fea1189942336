/** workerd, the runtime of Cloudflare Workers, running one module that was bundled as such runtimes want it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { build } from 'esbuild';

const require = createRequire(import.meta.url);
/** Its package tells the path of the binary for this machine, to CommonJS, and has no types. */
const { default: workerd }: { readonly default: string } = require('workerd');

export interface EdgeRuntime extends AsyncDisposable {
  readonly url: string;
}

export async function startOnEdge(file: string, variables: Readonly<Record<string, string>>): Promise<EdgeRuntime> {
  const folder = await mkdtemp(join(tmpdir(), 'edge-'));
  await build({
    entryPoints: [file],
    outfile: join(folder, 'worker.js'),
    bundle: true,
    format: 'esm',
    platform: 'neutral', // an import of Node's own modules would fail here
    mainFields: ['module', 'main'],
    conditions: ['workerd', 'worker', 'browser'],
    logLevel: 'silent',
  });
  const config = join(folder, 'config.capnp');
  await writeFile(config, configOf(variables));
  const stdio = ['ignore', 'ignore', 'inherit', 'pipe'] as const;
  const child = spawn(workerd, ['serve', config, '--control-fd=3'], { stdio: [...stdio] });
  const port = await portTold(child.stdio[3]);
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      const ended = once(child, 'close');
      child.kill('SIGTERM');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

const configOf = (variables: Readonly<Record<string, string>>): string => `
using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    (name = "main", worker = .example),
    (name = "network", network = (allow = ["private", "local"]))
  ],
  sockets = [(name = "http", address = "127.0.0.1:0", http = (), service = "main")]
);
const example :Workerd.Worker = (
  modules = [(name = "worker.js", esModule = embed "worker.js")],
  compatibilityDate = "2026-01-01",
  globalOutbound = "network",
  bindings = [${Object.entries(variables).map(([name, value]) => `(name = ${JSON.stringify(name)}, text = ${JSON.stringify(value)})`)}]
);
`;

/** It tells where it listens on a pipe of its own: one object of JSON a line. */
async function portTold(pipe: unknown): Promise<number> {
  if (!(pipe instanceof Readable)) throw new Error('workerd has no pipe to tell its port on');
  for await (const line of createInterface({ input: pipe })) {
    const told = JSON.parse(line);
    if (told.event === 'listen') return told.port;
  }
  throw new Error('workerd ended before it listened; what it says is above');
}
