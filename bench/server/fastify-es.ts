/**
 * A service as the documentation of Fastify and of the Elasticsearch client show it: a route with a schema of its answer,
 * one `get` a request. `node fastify-es.ts <Elasticsearch> <index>`
 */
import { Client, errors } from '@elastic/elasticsearch';
import { fastify } from 'fastify';
import { type Bare, startServer } from './bare.ts';

export const startFastify = (elasticsearch: string, index: string): Promise<Bare> =>
  startServer(import.meta.filename, elasticsearch, index);

const ANSWER = {
  type: 'object',
  properties: {
    customerId: { type: 'string' },
    known: { type: 'boolean' },
    segmentIds: { type: 'array', items: { type: 'string' } },
  },
};

async function serve(node: string, index: string): Promise<void> {
  const client = new Client({ node });
  const app = fastify();
  const schema = { response: { 200: ANSWER } };
  app.get<{ Params: { id: string } }>('/v1/customers/:id/segments', { schema }, async ({ params: { id } }) => {
    try {
      const { _source } = await client.get<{ segment_ids: string[] }>({ index, id });
      return { customerId: id, known: true, segmentIds: _source?.segment_ids ?? [] };
    } catch (error) {
      if (error instanceof errors.ResponseError && error.statusCode === 404) {
        return { customerId: id, known: false, segmentIds: [] };
      }
      throw error;
    }
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  process.send?.(Number(new URL(url).port));
}

if (process.send !== undefined && process.argv[1] === import.meta.filename) {
  const [elasticsearch = '', index = ''] = process.argv.slice(2);
  process.once('disconnect', () => process.exit());
  await serve(elasticsearch, index);
}
