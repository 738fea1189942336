import { join } from 'node:path';
import { unpacked } from './apt.ts';
import { sumOf } from './exposition.ts';
import { freePort, startProcess } from './process.ts';
import { get, type Service } from './service.ts';

export interface ExporterOptions {
  /** Debian's name of it without `prometheus-`: `redis-exporter`. */
  readonly exporter: string;
  readonly args: readonly string[];
  /** Default: a free one. */
  readonly port?: number;
}

/** Starts one of Debian's exporters: Prometheus scrapes `<url>/metrics`. */
export async function startExporter({ exporter, args, port }: ExporterOptions): Promise<Service> {
  const program = `prometheus-${exporter}`;
  const { folder, env } = await unpacked(program);
  const address = `127.0.0.1:${port ?? (await freePort())}`;
  const url = `http://${address}`;
  const server = await startProcess({
    name: exporter,
    readyWithinMs: 20_000,
    ready: async () => Boolean(await get(`${url}/metrics`)),
    command: async () => ({
      command: join(folder, 'usr/bin', program),
      args: [`--web.listen-address=${address}`, ...args],
      env,
    }),
  });
  return {
    name: exporter,
    url,
    pid: server.pid,
    logFile: server.logFile,
    version: async () => /_build_info\{.*version="([^"]+)"/.exec(await get(`${url}/metrics`))?.[1] ?? 'unknown',
    requestCount: async () => sumOf('promhttp_metric_handler_requests_total', await get(`${url}/metrics`)),
    stop: (stopOptions) => server.stop(stopOptions),
  };
}
