/**
 * `node scripts/sizing.ts`: takes over what `npm run load` and `npm run bench` measured on this machine into
 * `docs/sizing.measured.json`; what was not measured again stays. `npm run generate` writes the tables from it.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { figureNames, type Measured } from './sizing/figures.ts';
import { readMeasured } from './sizing/read-measured.ts';

const file = join(import.meta.dirname, '../docs/sizing.measured.json');
const before: Measured = JSON.parse(readFileSync(file, 'utf8'));
const found = readMeasured();
const all: Measured = { ...before, ...found };
writeFileSync(file, `${JSON.stringify(all, undefined, 2)}\n`);
const missing = figureNames.filter((name) => all[name] === undefined);
process.stdout.write(`${Object.keys(found).length} figures taken over; missing: ${missing.join(', ') || 'none'}\n`);
