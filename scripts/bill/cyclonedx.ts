/** What is shipped, in the words of CycloneDX 1.6. The same lockfile gives the same bytes: no time, no serial number. */
import { id, type Shipped } from './shipped.ts';

/** The first is the program itself. */
export function billOf([program, ...components]: readonly Shipped[]): object {
  if (program === undefined) throw new TypeError('nothing is shipped');
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: { ...componentOf(program), type: 'application' } },
    components: components.map(componentOf),
    dependencies: [program, ...components].map((one) => ({ ref: purlOf(id(one)), dependsOn: one.needs.map(purlOf) })),
  };
}

function componentOf({ name, version, licence, integrity }: Shipped): object {
  return {
    type: 'library',
    'bom-ref': purlOf(id({ name, version })),
    name,
    version,
    purl: purlOf(id({ name, version })),
    ...(licence !== undefined && { licenses: [licenceIn(licence)] }),
    ...(integrity !== undefined && { hashes: [{ alg: 'SHA-512', content: hex(integrity) }] }),
  };
}

/** `pkg:npm/%40scope/name@1.0.0` */
const purlOf = (named: string): string => `pkg:npm/${named.replace(/^@/, '%40')}`;
const licenceIn = (text: string): object => (/[ ()]/.test(text) ? { expression: text } : { license: { id: text } });
const hex = (integrity: string): string => Buffer.from(integrity.replace(/^sha512-/, ''), 'base64').toString('hex');
