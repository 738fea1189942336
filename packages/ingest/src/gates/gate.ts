/** What must hold before a generation may go live. */
import { Failure } from '@segment-store/resilience/failure';
import type { Generation, Verdict } from '@segment-store/store/store';

/** Looks at a sealed generation beside the live one; a gate that cannot find out rejects. */
export type Gate = (sealed: Generation, live: Generation) => Promise<readonly Verdict[]> | readonly Verdict[];

/** Runs every gate, then refuses with every verdict that failed: a person sees all that is wrong at once. */
export function allGates(
  gates: readonly Gate[],
): (sealed: Generation, live: Generation) => Promise<readonly Verdict[]> {
  return async (sealed, live) => {
    const verdicts: Verdict[] = [];
    for (const gate of gates) verdicts.push(...(await gate(sealed, live)));
    return refuseUnless(verdicts);
  };
}

/** @throws Failure REFUSED naming gate, figure and limit of each verdict that failed */
export function refuseUnless(verdicts: readonly Verdict[]): readonly Verdict[] {
  const failed = verdicts.filter(({ passed }) => !passed);
  if (failed.length === 0) return verdicts;
  const reasons = failed.map(({ gate, figure, limit }) => `${gate}: ${figure}, expected ${limit}`);
  throw new Failure(
    'REFUSED',
    `not published, refused by ${failed.length === 1 ? 'a gate' : 'gates'}: ${reasons.join('; ')}`,
  );
}

export function equal(gate: string, figure: number, limit: number): Verdict {
  return { gate, figure: String(figure), limit: String(limit), passed: figure === limit };
}
