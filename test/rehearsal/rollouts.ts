/** What the server says of rollouts and generations, over HTTP. */
import type { components } from '@segment-store/contract/api.generated';

type Schemas = components['schemas'];

export interface Rollouts {
  read(name: string): Promise<Schemas['Rollout']>;
  /** What was done to it, by whom, and whether nobody has changed that since. */
  steps(name: string): Promise<Schemas['RolloutSteps']>;
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
  const at = (name: string) => `${server}/v1/rollouts/${encodeURIComponent(name)}`;
  return {
    read: (name) => get(at(name)),
    steps: (name) => get(`${at(name)}/steps`),
    async generations(servers, customer) {
      const answers = servers.map((url) => get(`${url}/v1/customers/${encodeURIComponent(customer)}/segments`));
      return (await Promise.all(answers)).map(({ generation }) => `${generation}`);
    },
  };
}
