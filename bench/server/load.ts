/** Who asks: a process of its own, so that its CPU is nobody else's. */
import { fork } from 'node:child_process';
import { nextMessage } from '../next-message.ts';
import { zipf } from '../zipf.ts';
import type { Answered, Asked } from './asked.ts';
import { closed } from './closed.ts';
import { open } from './open.ts';
import { customerId } from './population.ts';
import { CUSTOMERS, scale } from './scale.ts';

export interface Load extends Disposable {
  /** @throws Error when an answer is neither 200 nor 503 */
  ask(asked: Asked): Promise<Answered>;
}

export function startLoad(): Load {
  const child = fork(import.meta.filename, process.argv.slice(2), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
  return {
    async ask(asked) {
      child.send(asked);
      const answered = Object(await nextMessage(child, 'the load process'));
      if ('error' in answered) throw new Error(String(answered.error));
      return answered;
    },
    [Symbol.dispose]: () => child.kill(),
  };
}

/** A GET of one customer, or a POST of several: each call another. */
function requestsOf({ key, order, batch = 1, port, path = '/v1/customers/{id}/segments' }: Asked): () => string {
  const head = `HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n${key === '' ? '' : `Authorization: Bearer ${key}\r\n`}`;
  const id = inOrder[order];
  const [before = '', after = ''] = path.split('{id}');
  if (batch === 1) return () => `GET ${before}${id()}${after} ${head}\r\n`;
  return () => {
    const body = JSON.stringify({ customerIds: Array.from({ length: batch }, id) });
    const fields = `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n`;
    return `POST /v1/lookups ${head}${fields}\r\n${body}`;
  };
}

const drawn = zipf(CUSTOMERS, scale.asked);
let next = 0;
/** They go on where the block before ended. */
const inOrder = {
  zipf: () => customerId(drawn[next++ % drawn.length] ?? 0),
  each: () => customerId(next++ % CUSTOMERS),
  same: () => customerId(0),
};

function answer(asked: Asked): Promise<Answered> {
  const request = requestsOf(asked);
  const { perSecond } = asked;
  return perSecond === undefined ? closed(asked, request) : open({ ...asked, perSecond }, request);
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  process.on('message', (asked: Asked) => {
    answer(asked).then(
      (answered) => process.send?.(answered),
      (error) => process.send?.({ error: String(error) }),
    );
  });
  process.once('disconnect', () => process.exit());
}
