/** Real customers, as the service itself lists them. */
import { setTimeout as delay } from 'node:timers/promises';

const ENOUGH = 3_000;
const ASK_AGAIN_MS = 500;

export interface Customers {
  readonly customers: readonly string[];
  /** The largest there is. */
  readonly segment: string;
}

/** Asks one server after the other until one answers. */
export async function customersOf(servers: readonly string[], key: string): Promise<Customers> {
  for (let turn = 0; ; turn++) {
    try {
      return await listCustomers(`${servers[turn % servers.length]}`, { authorization: `Bearer ${key}` });
    } catch (error) {
      process.stdout.write(`customers are not known yet: ${error}\n`);
      await delay(ASK_AGAIN_MS);
    }
  }
}

async function listCustomers(server: string, headers: Readonly<Record<string, string>>): Promise<Customers> {
  const get = async (path: string) => {
    const response = await fetch(`${server}${path}`, { headers, signal: AbortSignal.timeout(5_000) });
    if (!response.ok) throw new Error(`${path} answered ${response.status}`);
    return response.text();
  };
  const page: { readonly segments: readonly { readonly id: string; readonly size: number; complementOf?: string }[] } =
    JSON.parse(await get('/v1/segments?limit=200'));
  const largest = page.segments.filter(({ complementOf }) => complementOf === undefined);
  largest.sort((one, other) => other.size - one.size);
  const known = new Set<string>();
  for (const { id } of largest) {
    if (known.size >= ENOUGH) break;
    const members = await get(`/v1/segments/${encodeURIComponent(id)}/members`);
    for (const line of members.split('\n').filter(Boolean)) {
      const { customerId }: { readonly customerId: string } = JSON.parse(line);
      known.add(customerId);
    }
  }
  return { customers: [...known], segment: largest[0]?.id ?? '' };
}
