import { join } from 'node:path';
import { sumOf } from './exposition.ts';
import { freePort, startProcess } from './process.ts';
import { relocated } from './relocated.ts';
import { get, type Service } from './service.ts';

export interface PrometheusOptions {
  /** What it reads, an absolute path; paths in it are relative to its folder. */
  readonly configFile: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Where it keeps what it scraped. Default: a folder that vanishes with it. */
  readonly dataFolder?: string;
}

/** Starts Debian's Prometheus; SIGHUP to its `pid` has it read rules and configuration again. */
export async function startPrometheus(options: PrometheusOptions): Promise<Service> {
  const { configFile, dataFolder, port = await freePort() } = options;
  const program = await relocated('prometheus', 'prometheus');
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'prometheus',
    readyWithinMs: 60_000,
    ready: async () => Boolean(await get(`${url}/-/ready`)),
    command: async (folder) => ({
      ...program,
      args: [
        `--config.file=${configFile}`,
        `--storage.tsdb.path=${dataFolder ?? join(folder, 'data')}`,
        '--storage.tsdb.retention.time=1d',
        `--web.listen-address=127.0.0.1:${port}`,
      ],
    }),
  });
  return {
    name: 'prometheus',
    url,
    pid: server.pid,
    logFile: server.logFile,
    version: () => readVersion(url),
    requestCount: async () => sumOf('prometheus_http_requests_total', await get(`${url}/metrics`)),
    stop: (stopOptions) => server.stop(stopOptions),
  };
}

async function readVersion(url: string): Promise<string> {
  const answer: { data: { version: string } } = JSON.parse(await get(`${url}/api/v1/status/buildinfo`));
  return answer.data.version;
}
