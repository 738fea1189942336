/** Definition files with complements: what is refused, and what the message must name. */
import type { BadDefinitions } from './definition.bad-input.cases.ts';

const ordered = {
  key: 'ordered',
  version: 1,
  type: 'ordered',
  name: 'Ordered',
  over: [
    { dim: 'country', from: 'orders' },
    { dim: 'category', from: ['toys'] },
  ],
  when: { orderCount: { atLeast: 1, withinDays: 36_500 } },
};
const other = { ...ordered, key: 'other', over: { dim: 'category', from: 'orders' } };
const never = {
  key: 'never-ordered',
  version: 1,
  type: 'new',
  name: 'Never ordered',
  over: { dim: 'country', from: 'orders' },
  when: { complement: { of: 'ordered', universe: 'everyone' } },
};

/** A complement in front of what it stands on, some of its keys changed, and a second one. */
export function complementFile(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ definitions: [{ ...never, ...changes }, { ...never, key: 'again' }, ordered, other] });
}

const rule = (of: unknown, universe?: unknown) => complementFile({ when: { complement: { of, universe } } });
const place = 'definitions[0].when.complement';

export const badComplements: readonly BadDefinitions[] = [
  { title: 'a complement of nothing', text: rule(undefined, 'known'), names: [`${place}.of is missing`] },
  { title: 'a complement without universe', text: rule('ordered'), names: [`${place}.universe is missing`] },
  {
    title: 'a complement of a definition that is not there',
    text: rule('ordred', 'known'),
    names: [`${place}.of is "ordred"`, 'there are ordered, other'],
  },
  {
    title: 'a complement of a complement',
    text: rule('again', 'known'),
    names: [`${place}.of is "again"`, 'no complement'],
  },
  { title: 'a complement of itself', text: rule('never-ordered', 'known'), names: [`${place}.of is "never-ordered"`] },
  {
    title: 'a universe that is not there',
    text: rule('ordered', 'everybody'),
    names: [`${place}.universe is "everybody"`, '"known", "everyone"', 'there are ordered, other'],
  },
  {
    title: 'a universe that is a complement',
    text: rule('ordered', 'again'),
    names: [`${place}.universe is "again"`, 'no complement'],
  },
  {
    title: 'a universe of another dimension',
    text: rule('ordered', 'other'),
    names: [`${place}.universe is "other"`, 'over country'],
  },
  {
    title: 'a base of another dimension',
    text: rule('other', 'known'),
    names: [`${place}.of is "other"`, 'over country'],
  },
  {
    title: 'a segment id for a definition',
    text: rule('ordered:country:France', 'known'),
    names: [`${place}.of is "ordered:country:France"`, 'a letter a-z'],
  },
  {
    title: 'a complement with a slip',
    text: complementFile({ when: { complement: { of: 'ordered', univers: 'known' } } }),
    names: [`${place}.univers`, 'did you mean universe?'],
  },
  {
    title: 'a complement and a condition',
    text: complementFile({ when: { ...never.when, ...ordered.when } }),
    names: ['definitions[0].when', 'one of orderCount'],
  },
  {
    title: 'a time zone of a complement',
    text: complementFile({ timeZone: 'UTC' }),
    names: ['definitions[0].timeZone is "UTC"', 'complement'],
  },
  {
    title: 'nothing but a complement',
    text: JSON.stringify({ definitions: [never] }),
    names: [`${place}.of is "ordered"`, 'there are none'],
  },
];
