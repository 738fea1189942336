/**
 * Requests at a constant rate, whether or not the ones before were answered. A latency counts from the moment its request
 * was due: one that waits because the server, a connection or this process is late has waited.
 */
import { Wire } from '@segment-store/services/asking/wire';
import { type Answered, type Asked, REFUSED } from './asked.ts';
import { histogramOf, latenciesOf } from './latencies.ts';

type AskedAtRate = Asked & { readonly perSecond: number };

export async function open(asked: AskedAtRate, request: () => string): Promise<Answered> {
  const { port, connections, requests, perSecond } = asked;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const [took, late] = [new Float64Array(requests), new Float64Array(requests)];
  const all = Array.from({ length: connections }, () => new Wire(port, reject));
  const free = [...all];
  const startedAt = performance.now();
  const dueAt = (index: number) => startedAt + (index * 1000) / perSecond;
  let [due, sent, answered, refused] = [0, 0, 0, 0];
  const send = (wire: Wire) => {
    const intendedAt = dueAt(sent++);
    wire.ask(request(), (status, text) => {
      if (status === 200) took[answered++] = performance.now() - intendedAt;
      else if (status === REFUSED) refused += 1;
      else return reject(new Error(text));
      if (answered + refused === requests) resolve();
      if (sent < due) send(wire);
      else free.push(wire);
    });
  };
  const tick = () => {
    for (const now = performance.now(); due < requests && dueAt(due) <= now; due += 1) {
      late[due] = now - dueAt(due);
      const wire = free.pop();
      if (wire !== undefined) send(wire);
    }
    // Not a timer: Node's come a millisecond late, which is more than most answers take.
    if (due < requests) ticking = setImmediate(tick);
  };
  let ticking = setImmediate(tick);
  await promise.finally(() => {
    clearImmediate(ticking);
    for (const wire of all) wire.close();
  });
  const seconds = (performance.now() - startedAt) / 1000;
  const counted = took.subarray(0, answered);
  return { seconds, latency: latenciesOf(counted), histogram: histogramOf(counted), lag: latenciesOf(late), refused };
}
