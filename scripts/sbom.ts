/** Bills of materials, CycloneDX 1.6: what is shipped with each program of ours, from the lockfile, into `sbom/`. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { billOf } from './bill/cyclonedx.ts';
import { PROGRAMS, shippedWith } from './bill/shipped.ts';

mkdirSync('sbom', { recursive: true });
for (const name of PROGRAMS) {
  const shipped = shippedWith(`packages/${name}`);
  const file = `sbom/segment-${name}.cdx.json`;
  writeFileSync(file, `${JSON.stringify(billOf(shipped), undefined, 2)}\n`);
  process.stdout.write(`${file}: ${shipped.length - 1} components\n`);
}
