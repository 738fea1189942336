import { type Call, type Operation, type Settled, unlimited } from './operation.ts';

interface Waiting<I, O> {
  readonly input: I;
  readonly call: Call;
  resolve(output: O): void;
  reject(error: unknown): void;
}

/**
 * Inputs of one turn travel together, at most `max` a call: a turn of the event loop, unless `soon` says when it ends.
 * The batch has no caller: bound it inside.
 */
export function batch<I, O>(
  max: number,
  operation: Operation<readonly I[], Settled<O>>,
  soon: (depart: () => void) => void = (depart) => void setImmediate(depart),
): Operation<I, O> {
  let waiting: Waiting<I, O>[] = [];
  const depart = () => {
    const passengers = waiting;
    waiting = [];
    for (let from = 0; from < passengers.length; from += max)
      void travel(passengers.slice(from, from + max), operation);
  };
  return (input, call) =>
    new Promise((resolve, reject) => {
      if (waiting.push({ input, call, resolve, reject }) === 1) soon(depart);
    });
}

async function travel<I, O>(
  passengers: readonly Waiting<I, O>[],
  operation: Operation<readonly I[], Settled<O>>,
): Promise<void> {
  const inputs = passengers.map(({ input }) => input);
  const results = await settle(inputs, operation, { ...unlimited, traceparent: sharedTrace(passengers) });
  passengers.forEach(({ resolve, reject }, index) => {
    const result = results[index];
    if (result?.status === 'fulfilled') resolve(result.value);
    else reject(result?.reason ?? new RangeError(`a batch of ${inputs.length} got ${results.length} answers`));
  });
}

/** A request of several traces belongs to none of them. */
function sharedTrace(passengers: readonly { readonly call: Call }[]): string | undefined {
  const [first] = passengers;
  const { traceparent } = first?.call ?? unlimited;
  return passengers.every(({ call }) => call.traceparent === traceparent) ? traceparent : undefined;
}

const settle = async <I, O>(
  inputs: readonly I[],
  operation: Operation<readonly I[], Settled<O>>,
  call: Call,
): Promise<Settled<O>> => {
  try {
    return await operation(inputs, call);
  } catch (reason) {
    return inputs.map(() => ({ status: 'rejected', reason }));
  }
};

/** Rejects with the first failure when every item failed, so that retry and breaker see it; else returns `items`. */
export function rejectIfAllFailed<O>(items: Settled<O>): Settled<O> {
  const [first] = items;
  if (first?.status === 'rejected' && items.every(({ status }) => status === 'rejected')) throw first.reason;
  return items;
}
