/** Between the tools and the servers: nothing, or a proxy that delays answers alike for every tool. */
import { startFaultProxy } from '@segment-store/services/fault-proxy';

interface Wire extends AsyncDisposable {
  readonly url: string;
}

/** `url` without a slash at its end. */
export async function wireTo(url: string, latencyMs: number): Promise<Wire> {
  if (latencyMs === 0) return { url, [Symbol.asyncDispose]: async () => {} };
  const proxy = await startFaultProxy(url);
  proxy.inject({ kind: 'latency', ms: latencyMs });
  const path = new URL(url).pathname.replace(/\/$/, '');
  return { url: `${proxy.url}${path}`, [Symbol.asyncDispose]: () => proxy.stop() };
}
