/** The `run` steps of a workflow's job, run as GitHub's runner runs them: by bash, with files for outputs and summary. */
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';

type Environment = Readonly<Record<string, string>>;

interface Step {
  readonly name?: string;
  readonly id?: string;
  readonly run?: string;
  readonly env?: Environment;
}

interface Workflow {
  readonly jobs: Readonly<Record<string, { readonly env: Environment; readonly steps: readonly Step[] }>>;
}

export interface JobOptions {
  /** Values of expressions: `inputs.run`, `secrets.TOKEN`. An input that is absent is empty, as on a schedule. */
  readonly context: Environment;
  /** Wins over what the job says. */
  readonly environment: Environment;
  /** Names of steps that are left out. */
  readonly without: readonly string[];
  /** Where the repository is checked out. Default: here. */
  readonly checkout?: string;
}

export interface JobResult {
  /** Of the first step that failed, else 0. */
  readonly exitCode: number | null;
  readonly log: string;
  readonly summary: string;
}

const root = fileURLToPath(new URL('../..', import.meta.url));

export async function runJob(content: string, name: string, options: JobOptions): Promise<JobResult> {
  const workflow: Workflow = parse(content);
  const job = workflow.jobs[name];
  if (job === undefined) throw new Error(`no job ${name}`);
  const temp = await mkdtemp(join(tmpdir(), 'github-job-'));
  const files = { GITHUB_OUTPUT: join(temp, 'output'), GITHUB_STEP_SUMMARY: join(temp, 'summary') };
  const context: Record<string, string> = { ...options.context };
  let log = '';
  let exitCode: number | null = 0;
  for (const step of job.steps) {
    if (step.run === undefined || options.without.includes(step.name ?? '')) continue;
    await writeFile(files.GITHUB_OUTPUT, '');
    const env = { ...evaluated({ ...job.env, ...step.env }, context), ...options.environment, ...files };
    const ended = await runStep(step.run, {
      file: join(temp, 'step.sh'),
      cwd: options.checkout ?? root,
      env: { ...env, GITHUB_ACTIONS: 'true', CI: 'true' },
    });
    log += ended.log;
    exitCode = ended.exitCode;
    if (exitCode !== 0) break;
    for (const line of (await readFile(files.GITHUB_OUTPUT, 'utf8')).split('\n')) {
      const [key = '', value = ''] = line.split(/=(.*)/s);
      context[`steps.${step.id}.outputs.${key}`] = value;
    }
  }
  const summary = await readFile(files.GITHUB_STEP_SUMMARY, 'utf8').catch(() => '');
  await rm(temp, { recursive: true });
  return { exitCode, log, summary };
}

function evaluated(environment: Environment, context: Environment): Environment {
  const value = (_: string, name: string) => {
    const known = context[name] ?? (name.startsWith('inputs.') ? '' : undefined);
    if (known === undefined) throw new Error(`\${{ ${name} }} has no value`);
    return known;
  };
  return Object.fromEntries(
    Object.entries(environment).map(([key, text]) => [key, `${text}`.replace(/\$\{\{ (\S+) \}\}/g, value)]),
  );
}

interface Shell {
  readonly file: string;
  readonly cwd: string;
  readonly env: Environment;
}

async function runStep(run: string, { file, cwd, env }: Shell): Promise<Pick<JobResult, 'exitCode' | 'log'>> {
  await writeFile(file, run);
  // What `shell: bash` means there; both streams are the log.
  const child = spawn('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', '. "$0" 2>&1', file], {
    cwd,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const closed = new Promise<number | null>((resolve) => child.on('close', resolve));
  return { log: await text(child.stdout), exitCode: await closed };
}
