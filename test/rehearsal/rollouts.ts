/** What the server says of rollouts and generations, over HTTP. */
import type { components } from '@segment-store/contract/api.generated';

type Rollout = components['schemas']['Rollout'];

export interface Rollouts {
  read(name: string): Promise<Rollout>;
  /** That answers are from, of each server given. */
  generations(servers: readonly string[], customer: string): Promise<readonly string[]>;
}

export function rolloutsAt(server: string, apiKey: string): Rollouts {
  const headers = { authorization: `Bearer ${apiKey}` };
  const get = async (url: string) => {
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(5_000) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 200)}`);
    return JSON.parse(text);
  };
  return {
    read: (name) => get(`${server}/v1/rollouts/${encodeURIComponent(name)}`),
    async generations(servers, customer) {
      const answers = servers.map((url) => get(`${url}/v1/customers/${encodeURIComponent(customer)}/segments`));
      return (await Promise.all(answers)).map(({ generation }) => `${generation}`);
    },
  };
}
