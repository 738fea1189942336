/**
 * A shop that asks OpenFeature for flags and does not know that they are segments: node shop.ts, then
 * GET /customers/12583/greeting
 */
import { serve } from '@hono/node-server';
// #region openfeature
import { OpenFeature } from '@openfeature/server-sdk';
import { createSegmentClient } from '@segment-store/sdk';
import { createSegmentProvider } from '@segment-store/sdk/openfeature';
import { Hono } from 'hono';

const baseUrl = process.env.SEGMENT_STORE_URL ?? 'http://127.0.0.1:8080';
OpenFeature.setProvider(createSegmentProvider(() => createSegmentClient({ baseUrl, deadlineMs: 30 })));
const flags = OpenFeature.getClient();

const app = new Hono();
app.get('/customers/:id/greeting', async (c) => {
  const customer = { targetingKey: c.req.param('id') };
  const regular = await flags.getBooleanDetails('recurrent-customers:country:France', false, customer);
  return c.json({ greeting: regular.value ? 'Bienvenue encore !' : 'Bienvenue !', reason: regular.reason });
});
// #endregion
app.get('/customers/:id/segments', async (c) => {
  const all = await flags.getObjectDetails('segments', [], { targetingKey: c.req.param('id') });
  return c.json({ segments: all.value, reason: all.reason, generation: all.flagMetadata.generation });
});

const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: Number(process.env.PORT ?? 3000) }, ({ port }) =>
  console.log(`listening on http://127.0.0.1:${port}`),
);
process.once('SIGTERM', () => server.close(() => OpenFeature.close()));
