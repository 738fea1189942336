/** Whether a command of a mitigation did what its page says, by the word of another command. */
import { basename } from 'node:path';
import type { Environment } from './shell.ts';

interface Effect {
  readonly command: RegExp;
  readonly look: string;
  holds(shown: string, environment: Environment): boolean;
}

const GENERATIONS = 'segment-ingest generations --store "$STORE"';
const isHeld = (shown: string): boolean => shown.includes('publishing is on hold');
const stateOf = (run: string | undefined, shown: string): string | undefined =>
  new RegExp(`^${run}\\s+(\\w+)`, 'm').exec(shown)?.[1];

const EFFECTS: readonly Effect[] = [
  { command: /^segment-ingest rollback\b/, look: GENERATIONS, holds: isHeld },
  { command: /^segment-ingest unhold\b/, look: GENERATIONS, holds: (shown) => !isHeld(shown) },
  {
    command: /^segment-ingest (load|publish) "\$RUN_FOLDER"/,
    look: GENERATIONS,
    holds: (shown, { RUN_FOLDER = '' }) => stateOf(basename(RUN_FOLDER), shown) === 'live',
  },
  {
    command: /^segment-ingest remove "\$OLD_RUN"/,
    look: GENERATIONS,
    holds: (shown, { OLD_RUN }) => stateOf(OLD_RUN, shown) === undefined,
  },
  {
    command: /^segment-ingest (abort|remove) "\$RUN"/,
    look: GENERATIONS,
    holds: (shown, { RUN }) => stateOf(RUN, shown) === undefined,
  },
  {
    command: /^segment-server keys create "\$SERVICE"/,
    look: 'segment-server keys list --keys "$KEYS"',
    holds: (shown, { SERVICE = 'drill' }) => shown.includes(SERVICE),
  },
  {
    command: /^curl .*read_only_allow_delete": null/,
    look: 'curl -fsS "$ELASTICSEARCH/_all/_settings/index.blocks.*?flat_settings"',
    holds: (shown) => !shown.includes('read_only'),
  },
];

/** What tells of the effect of these lines: that of the last one is still to be seen. */
export function effectOf(lines: string): Effect | undefined {
  const last = lines.trim().split('\n').at(-1) ?? '';
  return EFFECTS.find(({ command }) => command.test(last));
}
