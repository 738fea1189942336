/** What a person can get wrong at `segment-compute verify`: the exit code and what the message must name. */
import { type ExitCode, exitCode } from '@segment-store/cli/exit-code';

export interface BadVerify {
  readonly title: string;
  /** Instead of the good flags. */
  readonly flags: Readonly<Record<string, string>>;
  readonly exitCode: ExitCode;
  readonly names: readonly string[];
}

/** `@` stands for the service that answers well; what follows it is its path. */
export const badVerifies: readonly BadVerify[] = [
  {
    title: 'no address',
    flags: { server: 'segments' },
    exitCode: exitCode.usage,
    names: ['--server segments', 'http://'],
  },
  {
    title: 'nobody there',
    flags: { server: 'http://127.0.0.1:9' },
    exitCode: exitCode.unavailable,
    names: ['http://127.0.0.1:9', 'cannot be reached', 'run again'],
  },
  {
    title: 'no segment service',
    flags: { server: '@/elsewhere' },
    exitCode: exitCode.usage,
    names: ['/elsewhere', 'no segment-server'],
  },
  { title: 'no key', flags: { server: '@/closed' }, exitCode: exitCode.usage, names: ['401', 'give --api-key'] },
  {
    title: 'a key that may not',
    flags: { server: '@/closed', apiKey: 'wrong' },
    exitCode: exitCode.usage,
    names: ['401', 'the key is not one that may read'],
  },
  {
    title: 'a service in trouble',
    flags: { server: '@/broken' },
    exitCode: exitCode.unavailable,
    names: ['503', 'run again'],
  },
  {
    title: 'a sample of nothing',
    flags: { sample: '0' },
    exitCode: exitCode.usage,
    names: ['--sample 0', 'percentage'],
  },
  { title: 'a sample of more than all', flags: { sample: '101' }, exitCode: exitCode.usage, names: ['--sample 101'] },
  {
    title: 'a sample that is no number',
    flags: { sample: 'some' },
    exitCode: exitCode.usage,
    names: ['--sample some'],
  },
  {
    title: 'a day that is none',
    flags: { asOf: '2011-02-30' },
    exitCode: exitCode.usage,
    names: ['--as-of', '2011-02-30'],
  },
  {
    title: 'orders that are not there',
    flags: { orders: '/none.parquet' },
    exitCode: exitCode.input,
    names: ['/none.parquet', 'no such file'],
  },
];
