/** `--print-config`: what each option is set to and by what, without secrets. */
import type { Setting } from './config.ts';
import type { ResultEvent } from './event.ts';
import { toFlag } from './option.ts';

export function printedConfig(settings: readonly Setting[]): ResultEvent {
  const rows = settings.map((one) => [toFlag(one.name), shown(one), origin(one)]);
  const widths = [0, 1].map((column) => Math.max(0, ...rows.map((row) => row[column]?.length ?? 0)));
  const text = rows.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  const options = settings.map((one) => [one.name, { value: masked(one) ?? null, from: origin(one) }]);
  return { kind: 'result', text: text.join('\n'), data: { options: Object.fromEntries(options) } };
}

const origin = (setting: Setting): string => setting.origin ?? 'missing';

/** As a person would give it. */
function shown(setting: Setting): string {
  if (setting.origin === 'default' && setting.option.fallbackText !== undefined) return setting.option.fallbackText;
  const value = masked(setting);
  return value === undefined || value === '' ? '-' : String(value);
}

/** `https://user:password@host` holds a secret wherever it stands. */
function masked({ option, value }: Setting): unknown {
  if (option.secret === true && value !== undefined) return '…';
  return typeof value === 'string' ? value.replaceAll(/\/\/[^/@\s]*@/g, '//…@') : value;
}
