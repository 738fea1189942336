/** Definition files: what is refused, and what the message must name. */
export interface BadDefinitions {
  readonly title: string;
  readonly text: string;
  readonly names: readonly string[];
}

const good = {
  key: 'new-customers',
  version: 1,
  type: 'new',
  name: 'New customers',
  over: { dim: 'country', from: 'orders' },
  when: { firstOrder: { withinDays: 30 } },
};

/** A file with one definition, some of its keys changed. */
export function definitionsFile(changes: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({ definitions: [{ ...good, ...changes }] });
}

const place = 'definitions[0]';
export const badDefinitions: readonly BadDefinitions[] = [
  { title: 'no JSON', text: '{"definitions": [', names: ['definitions file', 'not JSON'] },
  { title: 'a list instead of an object', text: '[]', names: ['definitions file', 'an object'] },
  { title: 'no definitions', text: '{"definitions": []}', names: ['definitions', 'at least one'] },
  { title: 'a slip in the file', text: '{"definition": []}', names: ['definition', 'did you mean definitions?'] },
  { title: 'a definition that is none', text: '{"definitions": [7]}', names: [`${place} is 7`, 'an object'] },
  {
    title: 'a key given twice in an object',
    text: '{"definitions": [{"key":"a","key":"b"}]}',
    names: ['repeats', 'key'],
  },
  {
    title: 'an unknown key',
    text: definitionsFile({ verson: 2 }),
    names: [`${place}.verson`, 'did you mean version?'],
  },
  { title: 'an unknown key like none', text: definitionsFile({ zzzzzz: 2 }), names: ['zzzzzz', 'known are key,'] },
  { title: 'no key', text: definitionsFile({ key: undefined }), names: [`${place}.key is missing`, 'a letter a-z'] },
  {
    title: 'a key with capitals',
    text: definitionsFile({ key: 'New' }),
    names: [`${place}.key is "New"`, 'a-z 0-9 -'],
  },
  { title: 'a key with a colon', text: definitionsFile({ key: 'a:b' }), names: [`${place}.key is "a:b"`] },
  { title: 'a key of 49', text: definitionsFile({ key: 'k'.repeat(49) }), names: [`${place}.key`, 'at most 47'] },
  { title: 'a version as text', text: definitionsFile({ version: '1' }), names: [`${place}.version is "1"`, '≥ 1'] },
  { title: 'version 0', text: definitionsFile({ version: 0 }), names: [`${place}.version is 0`, 'a whole number ≥ 1'] },
  { title: 'a version between', text: definitionsFile({ version: 1.5 }), names: [`${place}.version is 1.5`] },
  { title: 'no type', text: definitionsFile({ type: undefined }), names: [`${place}.type is missing`] },
  { title: 'an empty name', text: definitionsFile({ name: '' }), names: [`${place}.name is ""`, 'a text'] },
  {
    title: 'an unknown dimension',
    text: definitionsFile({ over: { dim: 'shop' } }),
    names: ['.dim is "shop"', '"store"'],
  },
  {
    title: 'no values',
    text: definitionsFile({ over: { dim: 'city' } }),
    names: ['from is missing', '"orders" or a list'],
  },
  {
    title: 'an empty list of values',
    text: definitionsFile({ over: { dim: 'city', from: [] } }),
    names: ['from is []'],
  },
  {
    title: 'a value that is none',
    text: definitionsFile({ over: { dim: 'city', from: [1] } }),
    names: ['from', 'texts'],
  },
  {
    title: 'a value twice',
    text: definitionsFile({ over: { dim: 'city', from: ['a', 'a'] } }),
    names: ['from', 'twice'],
  },
  {
    title: 'no dimension',
    text: definitionsFile({ over: [] }),
    names: [`${place}.over is []`, 'at least one dimension'],
  },
  { title: 'a dimension twice', text: definitionsFile({ over: [good.over, good.over] }), names: ['over', '"country"'] },
  {
    title: 'no condition',
    text: definitionsFile({ when: {} }),
    names: [`${place}.when is {}`, 'orderCount, firstOrder'],
  },
  {
    title: 'two conditions',
    text: definitionsFile({ when: { ...good.when, lastOrder: { olderThanDays: 1 } } }),
    names: [`${place}.when`, 'one of orderCount'],
  },
  {
    title: 'a condition that is none',
    text: definitionsFile({ when: { firstOrdr: {} } }),
    names: [`${place}.when.firstOrdr`, 'did you mean firstOrder?'],
  },
  {
    title: 'a key of another condition',
    text: definitionsFile({ when: { lastOrder: { withinDays: 3 } } }),
    names: [`${place}.when.lastOrder.withinDays`, 'olderThanDays'],
  },
  {
    title: 'no days',
    text: definitionsFile({ when: { orderCount: { atLeast: 2 } } }),
    names: [`${place}.when.orderCount.withinDays is missing`],
  },
  {
    title: 'at least 0',
    text: definitionsFile({ when: { orderCount: { atLeast: 0, withinDays: 3 } } }),
    names: [`${place}.when.orderCount.atLeast is 0`, '≥ 1'],
  },
  {
    title: 'more than a hundred years',
    text: definitionsFile({ when: { firstOrder: { withinDays: 36_501 } } }),
    names: [`${place}.when.firstOrder.withinDays is 36501`, 'at most 36500'],
  },
  {
    title: 'an unknown zone',
    text: definitionsFile({ timeZone: 'Europe/Londn' }),
    names: ['.timeZone is "Europe/Londn"'],
  },
  {
    title: 'two definitions of one key',
    text: JSON.stringify({ definitions: [good, { ...good, version: 2 }] }),
    names: ['definitions', '"new-customers" is there twice'],
  },
];
