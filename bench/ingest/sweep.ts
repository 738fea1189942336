/** Finds somebody's best setting in this run. */

/** All settings are tried once, so many of the fastest twice more. */
const FINALISTS = 2;

export interface Sweep<S> {
  /** Whose. */
  readonly name: string;
  readonly settings: readonly S[];
  /** Each is tried once only: for figures beside a row. */
  readonly isRough?: boolean;
  /** Of `speed`. Default: documents a second. */
  readonly unit?: string;
  speed(setting: S): Promise<number>;
}

/** The fastest setting, by the best of its tries: what disturbs one makes it slower, never faster. */
export async function sweep<S extends object>({
  name,
  settings,
  isRough = false,
  unit = 'documents/s',
  speed,
}: Sweep<S>): Promise<S> {
  const tried: { readonly setting: S; readonly speed: number }[] = [];
  const attempt = async (setting: S) => {
    const seen = await speed(setting);
    process.stderr.write(`  ${name} ${JSON.stringify(setting)}: ${Math.round(seen)} ${unit}\n`);
    tried.push({ setting, speed: seen });
    tried.sort((a, b) => b.speed - a.speed);
  };
  for (const setting of settings) await attempt(setting);
  const finalists = isRough ? [] : tried.slice(0, FINALISTS).map(({ setting }) => setting);
  if (finalists.length > 1) for (const setting of [...finalists, ...finalists.toReversed()]) await attempt(setting);
  const [best] = tried;
  if (best === undefined) throw new Error(`${name} has no settings to try`);
  return best.setting;
}
