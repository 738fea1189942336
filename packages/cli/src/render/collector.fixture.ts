/** An OpenTelemetry collector's HTTP door: keeps what it is sent, in OTLP's JSON. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';

type Attributes = readonly { readonly key: string; readonly value: Readonly<Record<string, unknown>> }[];
export interface Span {
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly attributes: Attributes;
  readonly status: { readonly code: number; readonly message?: string };
  readonly events: readonly { readonly name: string }[];
}
interface Point {
  readonly attributes: Attributes;
  readonly asDouble?: number;
  readonly asInt?: number;
}

export interface Collector extends AsyncDisposable {
  readonly url: string;
  spans(): readonly Span[];
  /** The latest value of each metric: `name{label="value"}` → value. */
  metrics(): ReadonlyMap<string, number>;
}

export async function startCollector(): Promise<Collector> {
  const spans: Span[] = [];
  const metrics = new Map<string, number>();
  const server = createServer(async (request, response) => {
    const body: { resourceSpans?: readonly Sent[]; resourceMetrics?: readonly Sent[] } = Object(await json(request));
    const scopes = [...(body.resourceSpans ?? []), ...(body.resourceMetrics ?? [])].flatMap((one) => [
      ...(one.scopeSpans ?? []),
      ...(one.scopeMetrics ?? []),
    ]);
    spans.push(...scopes.flatMap((scope) => scope.spans ?? []));
    for (const { name, gauge } of scopes.flatMap((scope) => scope.metrics ?? [])) {
      for (const { attributes, asDouble, asInt } of gauge.dataPoints) {
        metrics.set(name + labels(attributes), asDouble ?? asInt ?? Number.NaN);
      }
    }
    response.setHeader('content-type', 'application/json').end('{}');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    spans: () => spans,
    metrics: () => metrics,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      server.close();
    },
  };
}

interface Sent {
  readonly scopeSpans?: readonly Scope[];
  readonly scopeMetrics?: readonly Scope[];
}
interface Scope {
  readonly spans?: readonly Span[];
  readonly metrics?: readonly { readonly name: string; readonly gauge: { readonly dataPoints: readonly Point[] } }[];
}

function labels(attributes: Attributes): string {
  const pairs = attributes.map(({ key, value }) => `${key}="${Object.values(value)[0]}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
}
