/** Generations in which everybody is in the one segment that is named for the generation: an answer that mixes shows. */
import type { RunId } from '@segment-store/contract/id';
import type { Store } from '@segment-store/store/store';
import { published, runAt } from '../../packages/store/src/store.fixture.ts';

export const CUSTOMERS: readonly string[] = Array.from({ length: 300 }, (_, index) => `c${index}`);

export const segmentOf = (run: string): string => `g:${run}`;

/** Publishes the `index`th. */
export async function publishNext(store: Store, index: number): Promise<RunId> {
  const run = runAt(index);
  await published(store, run, Object.fromEntries(CUSTOMERS.map((id) => [id, [segmentOf(run)]])));
  return run;
}

/** An answer as its reader judges it. */
export interface Judged {
  readonly run: string;
  readonly epoch: number;
  readonly stale: boolean;
  /** What is wrong with it; nothing in a good one. */
  readonly faults: readonly string[];
}

/** One request of a kind that turns with `turn`. */
export async function askOne(url: string, turn: number): Promise<Judged> {
  const id = CUSTOMERS[Math.floor(CUSTOMERS.length * Math.random() ** 3)];
  const path = `/v1/customers/${id}/segments`;
  if (turn % 4 === 0) return judgeMany(await fetch(`${url}/v1/lookups`, lookups()));
  return judge(await fetch(`${url}${path}${['', '', '?country=France&type=test', '?view=full'][turn % 4]}`));
}

function lookups(): RequestInit {
  const from = Math.floor(Math.random() * (CUSTOMERS.length - 40));
  const customerIds = [...CUSTOMERS.slice(from, from + 40), 'nobody'];
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', headers, body: JSON.stringify({ customerIds }) };
}

/** A busy machine makes a server shed: that is no answer, and none that mixes. */
const failed = (text: string): readonly string[] => (text.includes('error:overloaded') ? [] : [text]);

interface Body {
  readonly generation: string;
  readonly known: boolean;
  readonly segmentIds: readonly string[];
}

async function judge(response: Response): Promise<Judged> {
  const text = await response.text();
  return judged(response, response.status === 200 ? faultsOf(JSON.parse(text), response) : failed(text));
}

async function judgeMany(response: Response): Promise<Judged> {
  const text = await response.text();
  if (response.status !== 200) return judged(response, failed(text));
  const { items }: { items: readonly (Body & { readonly status: number })[] } = JSON.parse(text);
  const faults = items.flatMap((item) =>
    item.status === 200 ? faultsOf(item, response) : failed(JSON.stringify(item)),
  );
  return judged(response, faults);
}

function faultsOf({ generation, known, segmentIds }: Body, { headers }: Response): readonly string[] {
  const named = headers.get('segment-generation');
  const wanted = known ? segmentOf(generation) : '';
  return [
    ...(generation === named ? [] : [`the body is of ${generation}, the header says ${named}`]),
    ...(segmentIds.join() === wanted ? [] : [`${segmentIds.join()} in an answer of ${generation}`]),
  ];
}

const judged = ({ headers }: Response, faults: readonly string[]): Judged => ({
  run: headers.get('segment-generation') ?? '',
  epoch: Number(headers.get('segment-epoch')),
  stale: headers.get('segment-stale') === '?1',
  faults,
});
