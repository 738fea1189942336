/** Everybody who asks: a process of its own, so that nothing else makes it late; each answer is a line of a file. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { Asking, type AskingOptions } from './asking.ts';
import { startEmbedded } from './embedded.ts';
import { Subjects } from './subjects.ts';

interface Opening extends Pick<AskingOptions, 'servers' | 'perSecond'> {
  readonly key: string;
  readonly customers: readonly string[];
  /** Of answers, a line of JSON each. */
  readonly file: string;
  /** Of lookups by the SDK, likewise. */
  readonly embeddedFile: string;
}

/** By the SDK. */
const EMBEDDED_PER_SECOND = 20;

type News =
  /** First of all. */
  | ({ readonly kind: 'open' } & Opening)
  | { readonly kind: 'erased'; readonly customer: string }
  /** Nobody asks any more; the process ends once every answer is in the file. */
  | { readonly kind: 'end' };

export interface Crowd extends Disposable {
  erased(customer: string): void;
  /** @throws Error when it ended by itself */
  end(): Promise<void>;
}

export function startCrowd(opening: Opening): Crowd {
  const child: ChildProcess = fork(import.meta.filename, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  const tell = (news: News) => void child.send(news);
  const exit = once(child, 'exit');
  tell({ kind: 'open', ...opening });
  return {
    erased: (customer) => tell({ kind: 'erased', customer }),
    async end() {
      if (child.connected) tell({ kind: 'end' });
      const [code] = await exit;
      if (code !== 0) throw new Error(`those who ask ended with ${code}`);
    },
    [Symbol.dispose]: () => child.kill(),
  };
}

function open({ customers, file: answersFile, embeddedFile, ...options }: Opening) {
  const [subjects, lines] = [new Subjects(customers), createWriteStream(answersFile)];
  const [others, embeddedLines] = [new Subjects(customers), createWriteStream(embeddedFile)];
  const endEmbedded = startEmbedded({
    servers: Object.values(options.servers).map((port) => `http://127.0.0.1:${port}`),
    apiKey: options.key,
    perSecond: EMBEDDED_PER_SECOND,
    next: () => others.next()[0] ?? '',
    onLookup: (lookup) => void embeddedLines.write(`${JSON.stringify(lookup)}\n`),
  });
  const asking = new Asking({
    ...options,
    next: () => subjects.next(),
    onAnswers(answers) {
      for (const answer of answers) lines.write(`${JSON.stringify(answer)}\n`);
    },
  });
  return {
    subjects,
    async end() {
      await Promise.all([asking.end(), endEmbedded()]);
      for (const file of [lines, embeddedLines]) await finished(file.end());
    },
  };
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  let crowd: ReturnType<typeof open> | undefined;
  process.on('message', (news: News) => {
    if (news.kind === 'open') crowd = open(news);
    else if (news.kind === 'erased') crowd?.subjects.erase(news.customer);
    else void crowd?.end().then(() => process.exit(0));
  });
  process.once('disconnect', () => process.exit(1));
}
