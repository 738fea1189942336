/** How large a bulk the nodes accept. */
import type { Call } from '@segment-store/resilience/operation';
import { type Connection, TIMEOUT_MS } from './connection.ts';

/** Of `http.max_content_length`: other clients have requests under way, too. */
const SHARE = 0.3;

interface NodesHttp {
  readonly nodes?: Readonly<Record<string, { readonly http: { readonly max_content_length_in_bytes: number } }>>;
}

/** By the node that accepts the least. Infinity when that may not be asked: then a 413 teaches it. */
export async function acceptedBytes(connection: Connection, call: Call): Promise<number> {
  const query = { filter_path: 'nodes.*.http.max_content_length_in_bytes' };
  const request = { method: 'GET', path: '/_nodes/http', query, timeoutMs: TIMEOUT_MS.control } as const;
  try {
    const { nodes = {} } = (await connection.send<NodesHttp>(request, call)).body;
    return Math.floor(SHARE * Math.min(...Object.values(nodes).map(({ http }) => http.max_content_length_in_bytes)));
  } catch (error) {
    if (call.signal.aborted) throw error;
    return Number.POSITIVE_INFINITY;
  }
}
