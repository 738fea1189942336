/** A segment service of ours with the bundled orders, as `npm start` brings it up. */
import { join } from 'node:path';
import { startCommand } from '@segment-store/cli/child';

export interface Service {
  readonly url: string;
  /** Resolves once it has ended. */
  stop(): Promise<void>;
}

/** What it calculates and loads is kept in `data`. */
export async function startService(data: string): Promise<Service> {
  const start = join(import.meta.dirname, '../start.ts');
  const { process: child, finished, until } = startCommand(start, ['--port', '0', '--data', data]);
  let url = '';
  await until((event) => {
    [, url = ''] = /^segment-server on (.*)/.exec(event.kind === 'result' ? event.text : '') ?? [];
    return url !== '';
  });
  return {
    url,
    async stop() {
      child.kill('SIGTERM');
      await finished;
    },
  };
}
