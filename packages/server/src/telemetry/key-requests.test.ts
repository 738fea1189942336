import { expect, test } from 'vitest';
import { KeyRequests } from './key-requests.ts';

const shownBy = (requests: KeyRequests): Record<string, number> =>
  Object.fromEntries(requests.list().map(({ labels, cell }) => [labels.key, cell.value]));
const sumOf = (counts: Record<string, number>) => Object.values(counts).reduce((sum, one) => sum + one, 0);

function ask(requests: KeyRequests, name: string, times: number): void {
  for (let count = 0; count < times; count += 1) requests.count(name);
}

test('the twenty that ask most are shown by name, the others together', () => {
  const requests = new KeyRequests();
  for (let key = 1; key <= 25; key += 1) ask(requests, `k${key}`, key);
  const shown = shownBy(requests);
  expect(Object.keys(shown)).toHaveLength(21);
  expect(shown).toMatchObject({ k25: 25, k6: 6, other: 1 + 2 + 3 + 4 + 5 });
});

test('who begins to ask much is shown soon; no count falls and no request is counted twice', () => {
  const requests = new KeyRequests();
  const told: Record<string, number>[] = [];
  for (let scrape = 0; scrape < 200; scrape += 1) {
    for (let key = 1; key <= 25; key += 1) ask(requests, `k${key}`, 25);
    told.push(shownBy(requests));
  }
  for (let scrape = 0; scrape < 3; scrape += 1) {
    ask(requests, 'batch', 1_000);
    told.push(shownBy(requests));
  }
  const last = told.at(-1) ?? {};
  expect(last.batch).toBeGreaterThanOrEqual(2_000);
  const highest: Record<string, number> = {};
  for (const shown of told) {
    for (const [key, value] of Object.entries(shown)) {
      expect(value).toBeGreaterThanOrEqual(highest[key] ?? 0);
      highest[key] = value;
    }
  }
  expect(sumOf(highest)).toBe(200 * 25 * 25 + 3_000);
});

test('however many names there are, no request is lost', () => {
  const requests = new KeyRequests();
  for (let key = 0; key < 5_000; key += 1) requests.count(`k${key}`);
  expect(sumOf(shownBy(requests))).toBe(5_000);
});
