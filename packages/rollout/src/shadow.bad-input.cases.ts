/** Calls of `segment-rollout shadow` that are refused, and what the message must name. */
import type { Flags } from './commands.fixture.ts';

export interface BadCall {
  readonly title: string;
  /** Beside a candidate and two controls. */
  readonly flags: Flags;
  readonly exitCode: number;
  readonly names: readonly string[];
  /** In the folder `$FOLDER`. */
  readonly files?: Readonly<Record<string, string>>;
}

const usage = (title: string, flags: Flags, ...names: readonly string[]): BadCall => ({
  title,
  flags,
  exitCode: 2,
  names,
});

export const badShadows: readonly BadCall[] = [
  usage('no source of requests', {}, '--listen', '--file', '--middleware'),
  usage('two sources', { listen: '127.0.0.1:0', file: 'x' }, 'one of'),
  usage('an address that is none', { candidate: 'new:8080', file: 'x' }, '--candidate', 'new:8080'),
  usage('an address with a password', { controlB: 'http://u:p@b', file: 'x' }, '--control-b', '--api-key'),
  usage('a port that is none', { listen: 'localhost' }, '--listen localhost', 'host:port'),
  usage('a listener on a strange address', { listen: '192.0.2.1:1' }, '--listen 192.0.2.1:1'),
  usage('a sample above all', { file: 'x', sample: '200%' }, 'sample', 'ratio'),
  usage('mismatches without a key', { file: 'x', mismatches: 'y' }, '--hash-key'),
  {
    title: 'a file that is no recording',
    flags: { file: '$FOLDER/day.gor' },
    exitCode: 7,
    names: ['day.gor', 'GoReplay'],
    files: { 'day.gor': 'GET / HTTP/1.1\n\n' },
  },
  { title: 'a file that is not there', flags: { file: '$FOLDER/none.gor' }, exitCode: 7, names: ['none.gor'] },
  {
    title: 'a state of nobody',
    flags: { file: '$FOLDER/x', state: '$FOLDER/state.json' },
    exitCode: 7,
    names: ['state.json', 'remove it'],
    files: { 'state.json': '{"comparisons":-1}' },
  },
  {
    title: 'a state that cannot be written',
    flags: { file: '$FOLDER/day.gor', state: '$FOLDER/none/state.json' },
    exitCode: 2,
    names: ['--state', 'none/state.json', 'ENOENT'],
    files: { 'day.gor': '' },
  },
];
