/** A shop's customers and segments, and a store with generations of them: what the console shows when there is much. */

import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { segmentIdOf } from '@segment-store/contract/expand';
import { parseRunId, type RunId, runTime } from '@segment-store/contract/id';
import { openStore } from '@segment-store/store/open';
import { claimNext, fillPart, manifestOf } from '@segment-store/store/store.fixture';
import { resultOf } from '../support/commands.ts';
import { changeManifest, type RunOptions, runFiles, writeRun } from '../support/run-folder.ts';

type Meaning = ReturnType<NonNullable<RunOptions['describe']>> & { readonly id: string };

const TEMPLATES = [
  { key: 'new-customers', name: 'New customers', type: 'life-cycle' },
  { key: 'regulars', name: 'Regulars', type: 'loyalty' },
  { key: 'lapsed', name: 'Lapsed for 90 days', type: 'life-cycle' },
  { key: 'big-baskets', name: 'Baskets above 100', type: 'value' },
] as const;
const COUNTRIES: Readonly<Record<string, readonly string[]>> = {
  France: ['Paris', 'Lyon', 'Nantes'],
  Spain: ['Madrid', 'Sevilla'],
  'United Kingdom': ['London', 'Leeds', 'York'],
};
const CITIES = Object.entries(COUNTRIES).flatMap(([country, cities]) => cities.map((city) => ({ country, city })));
const PLACES: readonly Readonly<Record<string, string>>[] = [
  ...Object.keys(COUNTRIES).map((country) => ({ country })),
  ...CITIES,
  ...CITIES.flatMap((place, index) =>
    Array.from({ length: 5 }, (_, at) => ({ ...place, store: `${101 + 5 * index + at}` })),
  ),
  ...['Bags', 'Candles', 'Garden', 'Kitchen', 'Paper', 'Toys'].map((category) => ({ category })),
];

/** 57 places × 4 templates. */
const MEANINGS: readonly Meaning[] = PLACES.flatMap((attributes) => {
  const dim = (['store', 'city', 'country', 'category'] as const).find((one) => one in attributes) ?? 'store';
  const value = attributes[dim] ?? '';
  return TEMPLATES.map(({ key, name, type }) => {
    const id = segmentIdOf(key, dim, value);
    return { id, type, name: `${name}: ${value}`, attributes, definition: key, definitionVersion: '3' };
  });
});
const MEANING_OF = new Map(MEANINGS.map((meaning) => [meaning.id, meaning]));

/** Customer `index` on day `day`: segments come and go, some places are liked more. */
function memberLine(index: number, day: number): string {
  const chosen = MEANINGS.filter((_, at) => {
    const dice = Math.imul(index + 1, 0x9e3779b1) ^ Math.imul(at + 1, 0x85ebca6b);
    const mood = Math.imul(dice ^ Math.imul(day, 0xc2b2ae35), 0x27d4eb2f) >>> 24;
    const liking = (dice >>> 9) % 100;
    return liking < 6 + (at % 7) + (mood < 12 ? 4 : 0);
  });
  return JSON.stringify({ customer_id: `c-${1000 + index}`, segment_ids: chosen.map(({ id }) => id) });
}

/** The run of so many days before now. */
function runOf(daysAgo: number, now: number): RunId {
  const time = new Date(now - daysAgo * 86_400_000 - 3 * 3_600_000).toISOString().slice(0, 19);
  return parseRunId(`${time.replaceAll(/[-:]/g, '').toLowerCase()}z`);
}

export interface Shop {
  /** `embedded:…` */
  readonly store: string;
  /** The oldest first; the last one is live. */
  readonly runs: readonly RunId[];
  /** A load that was left half way. */
  readonly building: RunId;
}

/** Three generations that were published, one of them over a gate, and a build under way. */
export async function openShop(now: number): Promise<Shop> {
  const folder = await mkdtemp(join(tmpdir(), 'segment-shop-'));
  const store = `embedded:${join(folder, 'store')}`;
  const runs = [2, 1, 0].map((daysAgo) => runOf(daysAgo, now));
  for (const [day, run] of runs.entries()) {
    const customers = [980, 1_236, 1_268][day] ?? 0;
    const files = runFiles({ run, parts: [lines(customers, day)], describe: (id) => MEANING_OF.get(id) ?? {} });
    changeManifest(files, (manifest) => ({ ...manifest, expectedEvery: 'PT24H' }));
    const path = await writeRun(join(folder, 'runs', run), files);
    await resultOf('ingest', ['load', path, '--store', store, '--accept', 'drift', '--keep', '5']);
  }
  return { store, runs, building: await begun(store, runOf(-0.1, now)) };
}

const lines = (customers: number, day: number): string[] =>
  Array.from({ length: customers }, (_, index) => memberLine(index, day));

async function begun(url: string, run: RunId): Promise<RunId> {
  await using store = openStore(url, {});
  await using build = await store.writer.build(
    { ...manifestOf(run, { parts: 3 }), computedAt: runTime(run) },
    {
      signal: new AbortController().signal,
      deadlineAt: Number.POSITIVE_INFINITY,
    },
  );
  await fillPart(await claimNext(build), { 'c-1': [] });
  return run;
}
