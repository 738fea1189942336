/** What a person can get wrong on the command line: exit code, and what the message must name. */
import { type ExitCode, exitCode } from '@segment-store/cli/exit-code';

export interface BadCommand {
  readonly what: string;
  readonly args: readonly string[];
  readonly config?: string;
  readonly exitCode: ExitCode;
  readonly names: readonly string[];
}

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
    args: ['load', '<run>'],
    config: '{"stroe":"embedded:x"}',
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
    names: ['<run>-elsewhere', 'manifest.json'],
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
  {
    what: 'an Elasticsearch that is not there',
    args: ['load', '<run>', '--store', 'http://127.0.0.1:9'],
    exitCode: exitCode.unavailable,
    names: ['127.0.0.1:9'],
  },
];
