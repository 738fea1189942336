/** What gates may ask about two generations, which are open as long as they do. */
import type { Call } from '@segment-store/resilience/operation';
import type { Reader, Store, Verdict } from '@segment-store/store/store';
import type { Judged, Sizes } from './gates/gate.ts';
import type { LoadDeps } from './load.ts';

type Judge = (judged: Judged, call: Call) => Promise<readonly Verdict[]>;

export function judging({ reader, publisher }: Pick<Store, 'reader' | 'publisher'>, judge: Judge): LoadDeps['gates'] {
  return async ({ sealed, live, outcomes }, call) => {
    await using now = await reader.open(sealed.run, call);
    await using before = await reader.open(live.run, call);
    const judged = {
      sealed: { generation: sealed, reader: now },
      live: { generation: live, reader: before },
      outcomes,
      sizes: once(() => sizesOf(now, call)),
      condition: once(() => publisher.condition(sealed.run)),
    };
    return await judge(judged, call);
  };
}

/** A complement segment has no rows: there is nothing to count. */
async function sizesOf(reader: Reader, call: Call): Promise<Sizes> {
  const segments = [...reader.catalogue.values()].filter(({ complementOf }) => complementOf === undefined);
  const ids = segments.map(({ id }) => id);
  const counts = await reader.count(ids, call);
  return new Map(ids.map((id, index) => [id, counts[index] ?? 0]));
}

function once<T>(ask: () => Promise<T>): () => Promise<T> {
  let asked: Promise<T> | undefined;
  return () => {
    asked ??= ask();
    return asked;
  };
}
