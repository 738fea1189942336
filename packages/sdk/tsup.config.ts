import type { Options } from 'tsup';

/** Private packages are inlined, their types too; what is published names none of them. */
const options: Options = {
  entry: ['src/index.ts', 'src/hedge.ts', 'src/snapshot.ts'],
  format: ['esm', 'cjs'], // index.js + index.d.ts, index.cjs + index.d.cts: the package is of type module
  target: 'node22',
  platform: 'node',
  noExternal: [/^@segment-store\//],
  dts: {
    compilerOptions: {
      paths: {
        '@segment-store/contract/*': ['../contract/src/*.ts'],
        '@segment-store/resilience/*': ['../resilience/src/*.ts'],
      },
    },
  },
  clean: true,
};

export default options;
