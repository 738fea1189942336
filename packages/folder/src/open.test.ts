import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { badOptions, badUrls, goodUrls } from './bad-input.cases.ts';
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

test.each(badOptions)('$options is refused', ({ options, names }) => {
  expect(() => openFolder('s3://bucket', options)).toThrowError(TypeError);
  expect(() => openFolder('s3://bucket', options)).toThrowError(names);
  expect(() => openFolder('s3://bucket', options)).not.toThrowError(/AKIAEXAMPLE|secret/);
});

test('options of S3 do not concern a directory', () => {
  expect(openFolder('/var/runs', { s3Endpoint: 'foo' }).url).toBe('file:///var/runs');
});
