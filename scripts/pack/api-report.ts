/** What the declarations of every door of the package say, as text that a review can compare: `packages/sdk/api/*.api.md`. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CompilerState, Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor';

const OPTIONS = {
  module: 'nodenext',
  target: 'es2024',
  lib: ['es2024', 'esnext.disposable'],
  types: ['node'],
  strict: true,
  exactOptionalPropertyTypes: true,
  skipLibCheck: true,
};

/** Of the package at `root`, which is built: report by file name. */
export async function apiReport(root: string): Promise<ReadonlyMap<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'api-report-'));
  const declarations = (await readdir(join(root, 'dist'))).filter((file) => /^\w+\.d\.ts$/.test(file));
  const configs = declarations.map((file) => configured(root, file, folder));
  const [first] = configs;
  if (first === undefined) throw new Error(`${root}/dist has no declarations: build it first`);
  const entries = configs.map(({ mainEntryPointFilePath }) => mainEntryPointFilePath);
  const compilerState = CompilerState.create(first, { additionalEntryPoints: entries });
  for (const config of configs) extract(config, compilerState);
  const names = (await readdir(folder)).filter((name) => name.endsWith('.api.md'));
  const reports = await Promise.all(
    names.map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const),
  );
  await rm(folder, { recursive: true });
  return new Map(reports);
}

function configured(root: string, declaration: string, folder: string): ExtractorConfig {
  return ExtractorConfig.prepare({
    configObjectFullPath: undefined,
    packageJsonFullPath: join(root, 'package.json'),
    configObject: {
      projectFolder: root,
      mainEntryPointFilePath: join(root, 'dist', declaration),
      newlineKind: 'lf',
      compiler: { overrideTsconfig: { compilerOptions: OPTIONS, include: ['dist/*.d.ts'] } },
      apiReport: {
        enabled: true,
        reportFileName: declaration.replace('.d.ts', '.api.md'),
        reportFolder: folder,
        reportTempFolder: folder,
      },
      docModel: { enabled: false },
      dtsRollup: { enabled: false },
      tsdocMetadata: { enabled: false },
      // What is documented and what links lead to is the API reference's to say; a public tag on each name says nothing.
      messages: { extractorMessageReporting: { default: { logLevel: ExtractorLogLevel.None } } },
    },
  });
}

/** @throws Error that says what the compiler has against the declarations */
function extract(config: ExtractorConfig, compilerState: CompilerState): void {
  const said: string[] = [];
  const { errorCount } = Extractor.invoke(config, {
    localBuild: true,
    compilerState,
    messageCallback(message) {
      message.handled = true;
      if (message.logLevel === 'error') said.push(message.text);
    },
  });
  if (errorCount > 0 || said.length > 0) throw new Error(`${config.mainEntryPointFilePath}: ${said.join('\n')}`);
}
