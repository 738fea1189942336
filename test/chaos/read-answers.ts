/** The text of an HTTP answer → what it says of each customer who was asked about. */
import type { Answer, Found } from './history.ts';
import { segmentsText } from './turned.ts';

interface Asked extends Pick<Answer, 'askedAt' | 'server'> {
  /** Several: by a batch. */
  readonly customers: readonly string[];
}

interface Body {
  readonly known: boolean;
  readonly generation: string;
  readonly segmentIds: readonly string[];
}

type Item = Body & { readonly status: number; readonly error?: { readonly type: string } };

/** `text`: the answer, its head first; undefined: none came. */
export function readAnswers(
  text: string | undefined,
  { customers, ...asked }: Asked,
  answeredAt: number,
): readonly Answer[] {
  const each = (said: Pick<Answer, 'status' | 'problem' | 'found'>, customer: string): Answer => ({
    ...asked,
    answeredAt,
    customer,
    ...said,
  });
  if (text === undefined) return customers.map((customer) => each({ status: 0 }, customer));
  const end = text.indexOf('\r\n\r\n');
  const [head, body] = [text.slice(0, end), text.slice(end + 4)];
  const status = Number(head.slice(9, 12));
  if (status !== 200) return customers.map((customer) => each({ status, ...problemOf(body) }, customer));
  const said = saidBy(head);
  const parsed: Body | { readonly items: readonly Item[] } = JSON.parse(body);
  if (!('items' in parsed)) return customers.map((customer) => each({ status, found: said(parsed) }, customer));
  return parsed.items.map((item, index) => each(ofItem(item, said), customers[index] ?? ''));
}

function ofItem(item: Item, said: (body: Body) => Found): Pick<Answer, 'status' | 'problem' | 'found'> {
  if (item.status === 200) return { status: 200, found: said(item) };
  return { status: item.status, ...problemOf(item.error?.type ?? '') };
}

function problemOf(text: string): Pick<Answer, 'problem'> {
  const [, problem] = /error:([a-z-]+)/.exec(text) ?? [];
  return problem === undefined ? {} : { problem };
}

function saidBy(head: string): (body: Body) => Found {
  const header = (name: string) => new RegExp(`\\r\\n${name}: (\\S+)`, 'i').exec(head)?.[1] ?? '';
  const named = header('segment-generation');
  const [epoch, floor] = [Number(header('segment-epoch')), Number(header('segment-epoch-floor'))];
  const isStale = header('segment-stale') === '?1';
  return ({ generation, known, segmentIds }) => ({
    run: generation,
    named,
    epoch,
    floor,
    isStale,
    known,
    segments: segmentsText(segmentIds),
  });
}
