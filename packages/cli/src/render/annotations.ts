/** GitHub Actions shows ten annotations of a kind for a step: eight are shown here, the ninth counts the others. */
import type { CommandEvent, Renderer, Streams } from '../event.ts';
import { failureText, verdictText } from './wording.ts';

const SHOWN = 8;
type Kind = 'warning' | 'error';

export function annotations({ stderr }: Pick<Streams, 'stderr'>, title: string): Renderer {
  const more: Record<Kind, string[]> = { warning: [], error: [] };
  const counts: Record<Kind, number> = { warning: 0, error: 0 };
  const write = (kind: Kind, text: string) => stderr.write(`::${kind} title=${property(title)}::${data(text)}\n`);
  return {
    say(event) {
      const found = annotation(event);
      if (found === undefined) return;
      counts[found.kind]++;
      if (counts[found.kind] <= SHOWN) write(found.kind, found.text);
      else if (more[found.kind].length < 2) more[found.kind].push(found.text);
    },
    async close() {
      for (const kind of ['warning', 'error'] as const) {
        const [only, ...others] = more[kind];
        if (only !== undefined && others.length === 0) write(kind, only);
        if (others.length > 0) write(kind, `${counts[kind] - SHOWN} further ${kind}s: see the summary and the log`);
      }
    },
  };
}

function annotation(event: CommandEvent): { readonly kind: Kind; readonly text: string } | undefined {
  if (event.kind === 'warning' || event.kind === 'error') return { kind: event.kind, text: event.text };
  if (event.kind === 'item' && event.state === 'failed') return { kind: 'warning', text: failureText(event) };
  if (event.kind === 'verdict' && event.overriddenBy !== undefined) {
    return { kind: 'warning', text: verdictText(event) }; // a gate that refuses is named by the error
  }
  return undefined;
}

const data = (text: string): string => text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const property = (text: string): string => data(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
