import type { Options } from 'tsup';

/**
 * Private packages are inlined, their types too; what is published names none of them. So is lru-cache: installed, it takes
 * 3.4 MB, for the 17 kB that are used of it; and cockatiel, whose files take longer to load than all else here.
 */
const options: Options = {
  entry: [
    'src/chaos.ts',
    'src/fetch.ts',
    'src/hedge.ts',
    'src/index.ts',
    'src/openfeature.ts',
    'src/otel.ts',
    'src/rollout.ts',
    'src/shadow.ts',
    'src/snapshot.ts',
    'src/testing.ts',
  ],
  splitting: true, // what entries share is loaded once, in CommonJS too: one class of errors
  format: ['esm', 'cjs'], // index.js + index.d.ts, index.cjs + index.d.cts: the package is of type module
  target: 'node22',
  platform: 'node',
  removeNodeProtocol: false, // `node:fs` is Node's on every runtime, `fs` a package on some
  noExternal: [/^@segment-store\//, 'lru-cache', 'cockatiel'],
  esbuildOptions(options) {
    options.conditions = ['browser']; // of lru-cache, the one for every platform
  },
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
