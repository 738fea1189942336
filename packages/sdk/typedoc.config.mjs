import manifest from './package.json' with { type: 'json' };

/** @type {Partial<import('typedoc').TypeDocOptions>} */
const options = {
  name: `${manifest.name} ${manifest.version}`,
  entryPoints: Object.values(manifest.exports).filter((path) => path.endsWith('.ts')),
  tsconfig: '../../tsconfig.json',
  skipErrorChecking: true, // it is the compiler's
  readme: 'README.md',
  out: 'reference',
  excludeExternals: true,
  disableSources: true,
  githubPages: false,
  validation: { notExported: true, invalidLink: true, rewrittenLink: true, notDocumented: true },
  treatWarningsAsErrors: true,
};
export default options;
