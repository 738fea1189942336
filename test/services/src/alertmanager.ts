import { join } from 'node:path';
import { sumOf } from './exposition.ts';
import { freePort, startProcess } from './process.ts';
import { relocated } from './relocated.ts';
import { get, type Service } from './service.ts';

export interface AlertmanagerOptions {
  /** What it reads, an absolute path; paths in it are relative to its folder. */
  readonly configFile: string;
  /** Default: a free one. */
  readonly port?: number;
  /** Where it keeps silences and what it has told whom. Default: a folder that vanishes with it. */
  readonly dataFolder?: string;
}

/** Starts Debian's Alertmanager, alone: no cluster. */
export async function startAlertmanager(options: AlertmanagerOptions): Promise<Service> {
  const { configFile, dataFolder, port = await freePort() } = options;
  const program = await relocated('prometheus-alertmanager', 'prometheus-alertmanager');
  const url = `http://127.0.0.1:${port}`;
  const server = await startProcess({
    name: 'alertmanager',
    readyWithinMs: 20_000,
    ready: async () => Boolean(await get(`${url}/-/ready`)),
    command: async (folder) => ({
      ...program,
      args: [
        `--config.file=${configFile}`,
        `--storage.path=${dataFolder ?? join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
        '--cluster.listen-address=',
      ],
    }),
  });
  return {
    name: 'alertmanager',
    url,
    pid: server.pid,
    logFile: server.logFile,
    version: () => readVersion(url),
    requestCount: async () => sumOf('alertmanager_http_request_duration_seconds_count', await get(`${url}/metrics`)),
    stop: (stopOptions) => server.stop(stopOptions),
  };
}

async function readVersion(url: string): Promise<string> {
  const answer: { versionInfo: { version: string } } = JSON.parse(await get(`${url}/api/v2/status`));
  return answer.versionInfo.version;
}
