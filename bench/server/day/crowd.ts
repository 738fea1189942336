/** Everybody who asks during the day: a process of its own, told what happens, asked in the end what came of it. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { RunId } from '@segment-store/contract/id';
import { Asking, type Opening, type Told } from './asking.ts';
import type { Rates } from './callers.ts';

type News =
  /** First of all. */
  | ({ readonly kind: 'open' } & Opening)
  | { readonly kind: 'servers'; readonly ports: readonly number[] }
  | { readonly kind: 'phase'; readonly name: string; readonly rates: Rates }
  /** By a rollback, just now. */
  | { readonly kind: 'withdrawn'; readonly run: RunId }
  /** Nobody asks any more; the process says what came of all requests. */
  | { readonly kind: 'end' };

export interface Crowd extends Disposable {
  tell(news: Exclude<News, { kind: 'end' }>): void;
  end(): Promise<Told>;
}

export function startCrowd(): Crowd {
  const child: ChildProcess = fork(import.meta.filename, process.argv.slice(2), {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const failed = once(child, 'exit').then(() => Promise.reject(new Error('those who ask have ended')));
  failed.catch(() => 'it is told to whoever waits for the end');
  return {
    tell: (news) => void child.send(news),
    async end() {
      child.send({ kind: 'end' });
      const [told] = await Promise.race([once(child, 'message'), failed]);
      return told;
    },
    [Symbol.dispose]: () => child.kill(),
  };
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  let asking: Asking | undefined;
  process.on('message', (news: News) => {
    if (news.kind === 'open') asking = new Asking(news);
    else if (news.kind === 'servers') asking?.know(news.ports);
    else if (news.kind === 'phase') asking?.begin(news.name, news.rates);
    else if (news.kind === 'withdrawn') asking?.withdraw(news.run);
    else void asking?.end().then((told) => process.send?.(told));
  });
  process.once('disconnect', () => process.exit());
}
