/**
 * A lifecycle policy of Elasticsearch for generations that are no longer live, for whoever wants one: the store depends
 * on none. On a live index a policy would count its age from its creation and delete it together with its aliases.
 */
import type { RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import type { GenerationRecord } from '../records.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import type { Layout } from './layout.ts';

export interface Lifecycle {
  /** Nothing to do when the indices of `run` have no policy, whoever set it. */
  detach(run: RunId, call: Call): Promise<void>;
  /** To those of `records` that were live once: their age counts from when they were retired or withdrawn. */
  attach(records: readonly GenerationRecord[], call: Call): Promise<void>;
}

export interface LifecycleTerms {
  readonly connection: Connection;
  readonly layout: Layout;
  /** Undefined: none is attached. */
  readonly ilmPolicy: string | undefined;
}

export function createLifecycle({ connection, layout, ilmPolicy }: LifecycleTerms): Lifecycle {
  const indicesOf = (run: RunId) => `${layout.membersOf(run)},${layout.catalogueOf(run)}`;
  const set = async (run: RunId, lifecycle: object, call: Call) => {
    const query = { ignore_unavailable: true };
    const request = {
      method: 'PUT',
      path: `/${indicesOf(run)}/_settings`,
      query,
      body: { index: { lifecycle } },
    } as const;
    await connection.send({ ...request, timeoutMs: TIMEOUT_MS.control }, call);
  };
  return {
    async detach(run, call) {
      if (await hasPolicy(connection, indicesOf(run), call))
        await set(run, { name: null, origination_date: null }, call);
    },
    async attach(records, call) {
      if (ilmPolicy === undefined) return;
      for (const { run, state, retiredAt } of records) {
        if ((state !== 'retired' && state !== 'withdrawn') || retiredAt === undefined) continue;
        await set(run, { name: ilmPolicy, origination_date: Date.parse(retiredAt) }, call);
      }
    },
  };
}

interface Policies {
  readonly [index: string]: {
    readonly settings?: { readonly index?: { readonly lifecycle?: { readonly name?: string } } };
  };
}

async function hasPolicy(connection: Connection, indices: string, call: Call): Promise<boolean> {
  const path = `/${indices}/_settings/index.lifecycle.name`;
  const request = { method: 'GET', path, timeoutMs: TIMEOUT_MS.control } as const;
  const { body } = await connection.send<Policies>(request, call);
  return Object.values(body).some(({ settings }) => settings?.index?.lifecycle?.name !== undefined);
}
