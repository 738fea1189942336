/** As much as a server can do: each connection asks again when it was answered. */
import { Wire } from '@segment-store/services/asking/wire';
import { type Answered, type Asked, REFUSED } from './asked.ts';
import { histogramOf, latenciesOf } from './latencies.ts';

export async function closed({ port, connections, requests }: Asked, request: () => string): Promise<Answered> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const took = new Float64Array(requests);
  let [asked, answered, refused] = [0, 0, 0];
  const ask = (wire: Wire) => {
    if (asked - refused >= requests) return;
    asked += 1;
    const sentAt = performance.now();
    wire.ask(request(), (status, text) => {
      if (status === 200) took[answered++] = performance.now() - sentAt;
      else if (status === REFUSED) refused += 1;
      else return reject(new Error(text));
      if (answered === requests) resolve();
      ask(wire);
    });
  };
  const wires = Array.from({ length: connections }, () => new Wire(port, reject));
  const startedAt = performance.now();
  for (const wire of wires) ask(wire);
  await promise.finally(() => {
    for (const wire of wires) wire.close();
  });
  const seconds = (performance.now() - startedAt) / 1000;
  return { seconds, latency: latenciesOf(took), histogram: histogramOf(took), refused };
}
