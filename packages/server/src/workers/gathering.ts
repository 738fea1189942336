/** Figures of all workers as one: what a worker that has ended counted stays counted. */
import { unlimited } from '@segment-store/resilience/operation';
import { sleep } from '@segment-store/resilience/time';
import { exposition, type Figures, summed } from '../telemetry/registry.ts';

/** A worker too busy to answer is left as it was seen last. */
const WAIT_MS = 1_000;

export interface Gathering {
  scrape(workers: readonly Asked[]): Promise<string>;
  /** No more is heard of it. */
  ended(slot: number): Promise<void>;
}

interface Asked {
  readonly slot: number;
  ask(): Promise<Figures>;
}

export function createGathering(): Gathering {
  const last = new Map<number, Figures>();
  let past: Figures = [];
  const seen = async ({ slot, ask }: Asked) => {
    const figures = await Promise.race([ask(), sleep(WAIT_MS, unlimited.signal)]);
    if (figures !== undefined) last.set(slot, figures);
  };
  return {
    async scrape(workers) {
      await Promise.all(workers.map(seen));
      return exposition([past, ...last.values()]);
    },
    async ended(slot) {
      const counted = (last.get(slot) ?? []).filter(({ type }) => ['counter', 'histogram'].includes(`${type}`));
      last.delete(slot);
      past = await summed([past, counted]);
    },
  };
}
