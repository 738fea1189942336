import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { badUrls, goodUrls } from './bad-input.cases.ts';
import { openFolder } from './open.ts';

test.each(Object.entries(goodUrls))('%j is the folder %j', (url, name) => {
  expect(openFolder(url).url).toBe(name);
});

test('a relative path starts where the process does', () => {
  expect(openFolder('runs/x').url).toBe(pathToFileURL(resolve('runs/x')).href);
});

test.each(badUrls)('$url is refused', ({ url, names }) => {
  expect(() => openFolder(url)).toThrowError(TypeError);
  expect(() => openFolder(url)).toThrowError(names);
  expect(() => openFolder(url)).toThrowError('expected s3://bucket/prefix, file:///directory or a path');
});

test('a refusal never shows credentials', () => {
  expect(() => openFolder('s3://AKIAEXAMPLE:secret@bucket')).not.toThrowError(/AKIAEXAMPLE|secret/);
});
