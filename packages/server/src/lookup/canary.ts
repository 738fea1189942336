/** One answer in memory a second is read from the store once more: whether what is served is what was published. */
import { deadline } from '@segment-store/resilience/deadline';
import { type Call, stack } from '@segment-store/resilience/operation';
import { slept, type Time } from '@segment-store/resilience/time';
import type { Reader } from '@segment-store/store/store';
import type { Compared } from '../telemetry/metrics.ts';
import { encode } from './answer.ts';
import type { ErasedCustomers } from './erased.ts';
import type { Asked, L1 } from './l1.ts';
import type { Pin } from './pin.ts';

export interface CanaryDeps {
  readonly l1: Pick<L1, 'newest'>;
  readonly time: Time;
  readonly erased: Pick<ErasedCustomers, 'has'>;
  pin(): Pick<Pin, 'reader' | 'isKept'> | undefined;
  onCompared(result: Compared): void;
}

const EVERY_MS = 1_000;
/** Looked for in memory together: what is asked for most comes up again and again. */
const TOGETHER = 60;
const READ_MS = 1_000;
/** Longer than it takes to hear of a customer who was erased elsewhere: that is no difference. */
const SURE_MS = 10_000;

export function followCanary(deps: CanaryDeps): (call: Call) => Promise<void> {
  const { l1, time, pin } = deps;
  return async (call) => {
    let waiting: Asked[] = [];
    while (await slept(EVERY_MS, call.signal, time)) {
      const now = pin();
      if (now === undefined || now.isKept) continue;
      const { reader } = now;
      if (waiting.length === 0) waiting = firstOf(l1.newest(reader.generation.run));
      const asked = waiting.shift();
      if (asked?.value.run === reader.generation.run) await compare(asked, reader, deps, call);
    }
  };
}

async function compare(asked: Asked, reader: Reader, deps: CanaryDeps, call: Call): Promise<void> {
  const { time, erased, onCompared } = deps;
  const read = stack([deadline(READ_MS, time)], reader.read);
  const result = await compared(asked, reader, () => read([asked.query.customerId], call));
  if (call.signal.aborted) return;
  if (result === 'differs') {
    await slept(SURE_MS, call.signal, time);
    if (erased.has(asked.query.customerId)) return;
  }
  onCompared(result);
}

async function compared(
  { query, value }: Asked,
  from: Reader,
  read: () => ReturnType<Reader['read']>,
): Promise<Compared> {
  const [found] = await read().catch(() => []);
  if (found?.status !== 'fulfilled') return 'failed';
  return encode(found.value, query, from).etag === value.etag ? 'agrees' : 'differs';
}

function firstOf(all: Iterable<Asked>): Asked[] {
  const first: Asked[] = [];
  for (const one of all) if (first.push(one) === TOGETHER) break;
  return first;
}
