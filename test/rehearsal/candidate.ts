/** A third server, beside the two of the stack: what is to answer in their place. */
import { join } from 'node:path';
import { freePort } from '@segment-store/services/process';
import type { Facts } from '@segment-store/stack/door';
import { mainOf, startOwn } from '@segment-store/stack/own-process';

export interface Candidate extends AsyncDisposable {
  readonly url: string;
  /** As a crash would. */
  kill(): void;
  /** Resolves when it answers, at the same address. */
  startAgain(): Promise<void>;
}

export async function startCandidate({ parts, folder }: Facts, scratch: string): Promise<Candidate> {
  const [port, opsPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const partUrl = (part: string) => parts[part]?.url ?? '';
  const start = () =>
    startOwn({
      name: 'candidate',
      url: `http://127.0.0.1:${opsPort}/readyz`,
      args: [
        ...[mainOf('server'), '--store', partUrl('elasticsearch-1'), '--redis', partUrl('redis')],
        ...['--port', `${port}`, '--ops-port', `${opsPort}`, '--keys', join(folder, 'keys.json')],
        ...['--state-dir', join(scratch, 'candidate'), '--json'],
      ],
    });
  let running = await start();
  return {
    url,
    kill: () => void process.kill(running.pid, 'SIGKILL'),
    async startAgain() {
      await running.stop();
      running = await start();
    },
    [Symbol.asyncDispose]: () => running.stop(),
  };
}
