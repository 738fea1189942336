import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

test('everything runs on the Node that package.json pins', () => {
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(process.version).toBe(`v${devDependencies.node}`);
});
