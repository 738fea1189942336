import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { billOf } from './cyclonedx.ts';
import { PROGRAMS, shippedWith } from './shipped.ts';

/** CycloneDX's own schemas, as its library for JavaScript brings them. */
const schema = (name: string) =>
  JSON.parse(readFileSync(`node_modules/@cyclonedx/cyclonedx-library/res/schema/${name}.SNAPSHOT.schema.json`, 'utf8'));
const ajv = new Ajv({ strict: false, validateFormats: false });
for (const name of ['spdx', 'jsf-0.82'])
  ajv.addSchema(schema(name), `http://cyclonedx.org/schema/${name}.SNAPSHOT.schema.json`);
const validate = ajv.compile(schema('bom-1.6'));

describe.each(PROGRAMS)('the bill of %s', (name) => {
  const shipped = shippedWith(`packages/${name}`);

  test('is CycloneDX', () => {
    expect(validate(billOf(shipped)), JSON.stringify(validate.errors)).toBe(true);
  });

  test('names every dependency that its package.json has, and no tool of developers', () => {
    const { dependencies }: { readonly dependencies: object } = JSON.parse(
      readFileSync(`packages/${name}/package.json`, 'utf8'),
    );
    const names = shipped.map((one) => one.name);
    expect(names).toEqual(expect.arrayContaining(Object.keys(dependencies)));
    expect(names.filter((one) => ['vitest', 'typescript', 'tsup', 'publint', '@biomejs/biome'].includes(one))).toEqual(
      [],
    );
  });

  test('has a hash of all that is not ours', () => {
    const bare = shipped.filter(({ isOurs, integrity }) => !isOurs && !integrity?.startsWith('sha512-'));
    expect(bare).toEqual([]);
  });
});

test('what is in the bundle of the SDK is in its bill', () => {
  expect(shippedWith('packages/sdk').map(({ name }) => name)).toContain('lru-cache');
});

test('a licence that is none of SPDX would be found', () => {
  const [program, ...rest] = shippedWith('packages/sdk');
  if (program === undefined) throw new Error('nothing is shipped');
  const bill = billOf([{ ...program, licence: 'Mine' }, ...rest]);
  expect(validate(bill)).toBe(false);
});
