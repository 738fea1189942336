/** What a person can get wrong on the command line: exit code, and what the message must name. */
import { type ExitCode, exitCode } from '@segment-store/cli/exit-code';

export interface BadCommand {
  readonly what: string;
  readonly args: readonly string[];
  /** Of `<file>`. */
  readonly content?: string;
  readonly exitCode: ExitCode;
  readonly names: readonly string[];
}

const canaries = (what: string, content: string, ...names: readonly string[]): BadCommand => ({
  what: `canaries: ${what}`,
  args: ['load', '<run>', '--store', '<store>', '--canaries', '<file>'],
  content,
  exitCode: exitCode.usage,
  names: ['<file>', ...names],
});

const badCanaries: readonly BadCommand[] = [
  canaries('no JSON', 'c1,a', 'not JSON'),
  canaries('a list', '["c1"]', 'expected a JSON object of customers'),
  canaries('nobody', '{}', 'names no customer'),
  canaries('a customer twice', '{"c1":[],"c1":null}', 'names each customer once'),
  canaries('one segment without a list', '{"c1":"a"}', '"a" is neither a list of segment ids nor null'),
  canaries('an id that is none', '{"c1":["a b"]}', '["a b"] is neither'),
  canaries('a customer whose id is none', '{"":["a"]}', 'the customer of ["a"] has an id that is none'),
];

/** `<run>` and `<store>` stand for a good run folder and an empty embedded store, `<file>` for a plain file. */
export const badCommands: readonly BadCommand[] = [
  { what: 'no run folder', args: ['load', '--store', '<store>'], exitCode: exitCode.usage, names: ['run-folder'] },
  {
    what: 'no store',
    args: ['load', '<run>'],
    exitCode: exitCode.usage,
    names: ['--store', 'embedded:<dir>', 'SEGMENT_INGEST_STORE'],
  },
  {
    what: 'an unknown flag',
    args: ['load', '<run>', '--stor', '<store>'],
    exitCode: exitCode.usage,
    names: ['--stor', '--store'],
  },
  { what: 'an unknown command', args: ['laod', '<run>'], exitCode: exitCode.usage, names: ['laod', 'load'] },
  {
    what: 'an unknown config key',
    args: ['load', '<run>', '--config', '<file>'],
    content: '{"stroe":"embedded:x"}',
    exitCode: exitCode.usage,
    names: ['"stroe"', 'did you mean "store"'],
  },
  {
    what: 'a number that is none',
    args: ['load', '<run>', '--store', '<store>', '--parts-at-once', 'many'],
    exitCode: exitCode.usage,
    names: ['--parts-at-once', '"many"', 'from 1 to 64'],
  },
  {
    what: 'a bulk that is too large',
    args: ['load', '<run>', '--store', '<store>', '--bulk-bytes', '1GB'],
    exitCode: exitCode.usage,
    names: ['--bulk-bytes "1GB"', 'from 100kB to 32MB'],
  },
  {
    what: 'a file of metrics that nobody collects',
    args: ['load', '<run>', '--store', '<store>', '--metrics-file', '<file>'],
    exitCode: exitCode.usage,
    names: ['--metrics-file', 'ends in .prom'],
  },
  {
    what: 'a gate that is none',
    args: ['load', '<run>', '--store', '<store>', '--accept', 'drif'],
    exitCode: exitCode.usage,
    names: ['--accept', '"drif"', 'did you mean "drift"', 'vanished-segments'],
  },
  {
    what: 'a share over 100 %',
    args: ['load', '<run>', '--store', '<store>', '--max-drift', '120%'],
    exitCode: exitCode.usage,
    names: ['--max-drift', '"120%"', '0 % to 100 %'],
  },
  {
    what: 'a canaries file that is not there',
    args: ['load', '<run>', '--store', '<store>', '--canaries', '<file>-elsewhere'],
    exitCode: exitCode.usage,
    names: ['--canaries', '<file>-elsewhere', 'ENOENT'],
  },
  ...badCanaries,
  {
    what: 'a slice of nothing',
    args: ['load', '<run>', '--store', 'http://127.0.0.1:9', '--slice', '3/2'],
    exitCode: exitCode.usage,
    names: ['--slice', '"3/2"', 'from 1/n to n/n'],
  },
  {
    what: 'a slice of an embedded store',
    args: ['load', '<run>', '--store', '<store>', '--slice', '1/2'],
    exitCode: exitCode.usage,
    names: ['--slice', 'one process writes <store>'],
  },
  {
    what: 'a run id for a folder that has a manifest',
    args: ['load', '<run>', '--store', '<store>', '--run-id', '20260131t040000z', '--accept', 'no-manifest'],
    exitCode: exitCode.input,
    names: ['manifest.json'],
  },
  {
    what: 'a run id without accepting that there is no manifest',
    args: ['load', '<run>', '--store', '<store>', '--run-id', '20260131t040000z'],
    exitCode: exitCode.usage,
    names: ['--accept no-manifest'],
  },
  {
    what: 'a run id that is none',
    args: ['load', '<run>', '--store', '<store>', '--run-id', 'today', '--accept', 'no-manifest'],
    exitCode: exitCode.usage,
    names: ['"today"'],
  },
  {
    what: 'the status of a run nobody began',
    args: ['status', '20260131t040000z', '--store', '<store>'],
    exitCode: exitCode.refused,
    names: ['20260131t040000z'],
  },
  {
    what: 'the status of what is no run id',
    args: ['status', 'yesterday', '--store', '<store>'],
    exitCode: exitCode.usage,
    names: ['yesterday'],
  },
  {
    what: 'giving up a run nobody began',
    args: ['abort', '20260131t040000z', '--store', '<store>'],
    exitCode: exitCode.refused,
    names: ['20260131t040000z'],
  },
  {
    what: 'erasing without confirming',
    args: ['erase', 'c1', 'c2', '--store', '<store>'],
    exitCode: exitCode.usage,
    names: ['2 customers', '--confirm 2'],
  },
  {
    what: 'verifying a run that is not live',
    args: ['verify', '<run>', '--store', '<store>'],
    exitCode: exitCode.refused,
    names: ['20260131t040000z is not live, nothing is: load it first'],
  },
  {
    what: 'a sample of no lines',
    args: ['verify', '<run>', '--store', '<store>', '--sample', '0'],
    exitCode: exitCode.usage,
    names: ['--sample', '"0"'],
  },
  {
    what: 'a plan of a folder that is not there',
    args: ['plan', '<run>-elsewhere', '--store', '<store>'],
    exitCode: exitCode.input,
    names: ['<run>-elsewhere', 'manifest.json'],
  },
  {
    what: 'dead letters of a folder that is not there',
    args: ['dead-letters', '<run>-elsewhere'],
    exitCode: exitCode.input,
    names: ['<run>-elsewhere', 'manifest.json'],
  },
  {
    what: 'a store URL of no known form',
    args: ['load', '<run>', '--store', 'redis://x'],
    exitCode: exitCode.usage,
    names: ['redis://x', 'embedded:'],
  },
  {
    what: 'a prefix that Elasticsearch takes for no index',
    args: ['load', '<run>', '--store', 'http://127.0.0.1:9', '--prefix', 'Bad_'],
    exitCode: exitCode.usage,
    names: ['prefix', '"Bad_"'],
  },
  {
    what: 'a bad prefix of a command without a run',
    args: ['generations', '--store', '<store>', '--prefix', 'Bad_'],
    exitCode: exitCode.usage,
    names: ['prefix', '"Bad_"'],
  },
  {
    what: 'an S3 endpoint that is no URL',
    args: ['load', 's3://bucket/run', '--store', '<store>', '--s3-endpoint', 'foo'],
    exitCode: exitCode.usage,
    names: ['S3 endpoint "foo"', 'http'],
  },
  {
    what: 'a folder URL of no known form',
    args: ['load', 'ftp://x/y', '--store', '<store>'],
    exitCode: exitCode.usage,
    names: ['ftp://x/y', 's3://'],
  },
  {
    what: 'a run folder that is not there',
    args: ['load', '<run>-elsewhere', '--store', '<store>'],
    exitCode: exitCode.input,
    names: ['there is nothing at', '<run>-elsewhere', 'manifest.json'],
  },
  {
    what: 'a store within a plain file',
    args: ['load', '<run>', '--store', 'embedded:<file>/store'],
    exitCode: exitCode.usage,
    names: ['<file>/store'],
  },
  {
    what: 'publishing what is not loaded',
    args: ['publish', '<run>', '--store', '<store>'],
    exitCode: exitCode.refused,
    names: ['20260131t040000z', 'load it'],
  },
  {
    what: 'rolling back an empty store',
    args: ['rollback', '--store', '<store>'],
    exitCode: exitCode.refused,
    names: ['roll'],
  },
  {
    what: 'removing what is no run id',
    args: ['remove', 'yesterday', '--store', '<store>'],
    exitCode: exitCode.usage,
    names: ['yesterday'],
  },
  {
    what: 'removing a run that is not there',
    args: ['remove', '20260131t040000z', '--store', '<store>'],
    exitCode: exitCode.refused,
    names: ['20260131t040000z'],
  },
];
