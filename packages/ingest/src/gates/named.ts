const NAMED = 5;

/** The first few of what a figure counts: ` (a, b, …)`. */
export function named(things: readonly string[]): string {
  if (things.length === 0) return '';
  return ` (${things.slice(0, NAMED).join(', ')}${things.length > NAMED ? ', …' : ''})`;
}
