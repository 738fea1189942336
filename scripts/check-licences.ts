/** Licences of what is shipped: those that ask for no more than to be named. */
import { id, PROGRAMS, shippedWith } from './bill/shipped.ts';

const ALLOWED = ['MIT', 'Apache-2.0', 'ISC', 'BSD-2-Clause', 'BSD-3-Clause', '0BSD', 'BlueOak-1.0.0'];

const shipped = PROGRAMS.flatMap((name) => shippedWith(`packages/${name}`));
const unique = new Map(shipped.map((one) => [id(one), one]));
const named = [...unique.values()].filter(({ licence }) => licence !== undefined); // not those of other machines
const isAllowed = (text = ''): boolean =>
  text
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((one) => one.split(' AND ').every((part) => ALLOWED.includes(part)));
const problems = named.filter(({ licence }) => !isAllowed(licence));

for (const one of problems)
  process.stderr.write(`${id(one)}: its licence is ${one.licence}, allowed are ${ALLOWED.join(', ')}\n`);
if (named.length < 50) process.stderr.write(`only ${named.length} packages found: is node_modules complete?\n`);
process.exitCode = problems.length > 0 || named.length < 50 ? 1 : 0;
