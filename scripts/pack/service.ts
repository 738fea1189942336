/** A segment service as a stranger's first program meets it: every customer is in one segment. */
import { createServer, type Server } from 'node:http';

const GENERATION = '20260914t031500z';

export interface Service {
  readonly url: string;
  close(): void;
}

export async function startService(): Promise<Service> {
  const server = createServer((asked, response) => {
    const [, , , id = '', , segmentId] = (asked.url ?? '').split('/').map(decodeURIComponent);
    const head = { 'segment-epoch': '1', 'segment-epoch-floor': '0', 'segment-generation': GENERATION };
    response.writeHead(200, head);
    const facts = { known: true, complete: true, generation: GENERATION, computedAt: '2026-09-14T03:15:00.000Z' };
    const answer = segmentId === undefined ? { segmentIds: ['recurrent:store:17'] } : { segmentId, member: true };
    response.end(JSON.stringify({ customerId: id, ...facts, ...answer }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${portOf(server)}`, close: () => server.close() };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
