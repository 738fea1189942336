/**
 * `node test/services/src/main.ts elasticsearch s3:9300` starts the named servers, on a port of your choice or a free
 * one, prints the environment variables by which tests find them, and stays until Ctrl-C.
 */
import { stopAll } from './leashed.ts';
import { isServiceName, type Started, serviceNames, startNamed } from './named.ts';
import { MissingTool, stopTools, tell } from './tool.ts';

const awake = setInterval(() => {}, 60_000);
let stopping = false;
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop(0));
await main(process.argv.slice(2)).catch((error: Error) => {
  if (stopping) return;
  tell(error instanceof MissingTool ? error.message : `${error.stack}`);
  return stop(error instanceof MissingTool ? 2 : 1);
});

async function main(args: readonly string[]): Promise<void> {
  const wanted = args.map((arg) => arg.split(':'));
  const bad = wanted.find(([name = '', port]) => !isServiceName(name) || !(Number(port ?? 1) > 0));
  if (bad || wanted.length === 0) {
    tell(`usage: main.ts <server>[:<port>] …, where <server> is ${serviceNames.join(', ')}; got "${args.join(' ')}"`);
    return stop(2);
  }
  const start = async ([name = '', port]: string[]): Promise<Started[]> =>
    isServiceName(name) ? [await startNamed(name, port === undefined ? undefined : Number(port))] : [];
  for (const { service, environment } of (await Promise.all(wanted.map(start))).flat()) {
    process.stdout.write(
      `# ${service.name} ${await service.version()}, process ${service.pid}, log ${service.logFile}\n`,
    );
    for (const [key, value] of Object.entries(environment)) process.stdout.write(`export ${key}=${value}\n`);
  }
  tell('Ctrl-C stops them');
}

async function stop(exitCode: number): Promise<void> {
  if (stopping) return;
  stopping = true;
  clearInterval(awake);
  stopTools();
  await stopAll({ keepLog: exitCode !== 0 });
  process.exit(exitCode);
}
