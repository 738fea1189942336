/** What is meant for the whole server, of which each worker gets its share. */
import type { Settings } from '../config.ts';

/** At least 1 each. */
const SHARED = ['storeReads', 'redisCalls', 'cacheMb'] as const satisfies readonly (keyof Settings)[];

export function shareOf(settings: Settings): Settings {
  const shares = SHARED.map((name) => [name, Math.max(1, Math.floor(settings[name] / settings.workers))]);
  return { ...settings, ...Object.fromEntries(shares) };
}
