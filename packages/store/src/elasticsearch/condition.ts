/** The condition of one generation's indices: are they as they were made, is every shard there, what do they hold? */
import type { RunId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import type { Condition } from '../condition.ts';
import { checkReadable } from '../generation.ts';
import { generationKey, type Records } from '../records.ts';
import type { Generation } from '../store.ts';
import { type Connection, TIMEOUT_MS } from './connection.ts';
import { catalogueMapping, type Layout, membersMapping } from './layout.ts';
import { countVisible } from './settle.ts';
import { shardsOf } from './shards.ts';

export interface ConditionTerms {
  readonly connection: Connection;
  readonly layout: Layout;
  readonly records: Records;
}

export async function conditionOf(
  { connection, layout, records }: ConditionTerms,
  run: RunId,
  call: Call,
): Promise<Condition> {
  const { state } = checkReadable(run, (await records.get(generationKey(run), call))?.value);
  const [members, catalogue] = [layout.membersOf(run), layout.catalogueOf(run)];
  const found = await describe(connection, `${members},${catalogue}`, call);
  const changes = [
    ...changesOf(members, { made: membersMapping, found: found[members], state }),
    ...changesOf(catalogue, { made: catalogueMapping, found: found[catalogue], state }),
  ];
  const condition = { changes, ...(await shardsOf(connection, `${members},${catalogue}`, call)) };
  if (condition.shards.lost > 0) return condition;
  return { ...condition, counted: await countVisible(connection, { members, catalogue }, call) };
}

interface Described {
  readonly mappings: object;
  readonly settings: { readonly index: object };
}

type Named<T> = Readonly<Record<string, T | undefined>>;

async function describe(connection: Connection, indices: string, call: Call): Promise<Named<Described>> {
  const request = { method: 'GET', path: `/${indices}`, timeoutMs: TIMEOUT_MS.control } as const;
  return (await connection.send<Named<Described>>(request, call)).body;
}

interface Compared {
  readonly made: object;
  readonly found: Described | undefined;
  readonly state: Generation['state'];
}

/** What we would write into an index of this state; an index template of others may have written more. */
function changesOf(index: string, { made, found, state }: Compared): readonly string[] {
  const judged = state === 'retired' || state === 'withdrawn' ? JUDGED : [...JUDGED, 'lifecycle'];
  const settings = Object.entries(found?.settings.index ?? {}).filter(([name]) => judged.includes(name));
  return [
    ...differences(`${index}, mapping`, leavesOf(made), leavesOf({ ...found?.mappings, _meta: {} })),
    ...differences(`${index}, settings`, new Map(), leavesOf(Object.fromEntries(settings))),
  ];
}

/** From the seal on everything written is searched, and nothing keeps an erasure out. */
const JUDGED: readonly string[] = ['refresh_interval', 'blocks'];

/** Path → value, as Elasticsearch prints it: `properties.segment_ids.type` → `keyword`. */
function leavesOf(value: object, path = ''): ReadonlyMap<string, string> {
  const leaves = Object.entries(value).flatMap(([key, inner]): [string, string][] => {
    const isLeaf = typeof inner !== 'object' || inner === null;
    return isLeaf ? [[`${path}${key}`, String(inner)]] : [...leavesOf(inner, `${path}${key}.`)];
  });
  return new Map(leaves);
}

function differences(what: string, made: ReadonlyMap<string, string>, found: ReadonlyMap<string, string>): string[] {
  return [...new Set([...made.keys(), ...found.keys()])]
    .filter((name) => made.get(name) !== found.get(name))
    .sort()
    .map((name) => `${what}: ${name} is ${found.get(name) ?? 'not set'}, it was made ${made.get(name) ?? 'without'}`);
}
