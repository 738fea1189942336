/** Stands where Slack, PagerDuty and webhooks are, and keeps what Alertmanager sent: `GET /received`, newest last. */
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { settingsOf } from '../own-process.ts';

export interface ReceiverSettings {
  readonly port: number;
}

export interface Received {
  /** ISO 8601. */
  readonly at: string;
  /** `/slack`, `/pagerduty` or whatever was asked. */
  readonly path: string;
  readonly body: unknown;
}

const MOST = 1_000;
const received: Received[] = [];

const server = createServer(async (request, response) => {
  const path = request.url ?? '/';
  if (request.method === 'GET') {
    response.setHeader('content-type', 'application/json');
    return response.end(JSON.stringify(received));
  }
  received.push({ at: new Date().toISOString(), path, body: parsed(await text(request)) });
  if (received.length > MOST) received.shift();
  response.statusCode = path === '/pagerduty' ? 202 : 200;
  return response.end(path === '/pagerduty' ? '{"status":"success","message":"","dedup_key":""}' : 'ok');
});
server.listen(settingsOf<ReceiverSettings>().port, '127.0.0.1');

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
