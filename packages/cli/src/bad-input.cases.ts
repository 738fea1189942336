/** What a person types wrong: arguments, exit code, what the message must name. */
export interface BadInput {
  readonly what: string;
  readonly args: readonly string[];
  readonly config?: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly exitCode: number;
  readonly names: readonly string[];
}

export const badInput: readonly BadInput[] = [
  { what: 'an unknown flag', args: ['copy', 'a', '--tos', 'b'], exitCode: 2, names: ['--tos', '--to'] },
  { what: 'an unknown command', args: ['cpy'], exitCode: 2, names: ['cpy', 'copy'] },
  { what: 'a missing argument', args: ['copy', '--to', 'b'], exitCode: 2, names: ['from'] },
  { what: 'an argument too many', args: ['copy', 'a', 'b', '--to', 'c'], exitCode: 2, names: ['arguments'] },
  { what: 'a required flag left out', args: ['copy', 'a'], exitCode: 2, names: ['--to', '<where>', 'DEMO_TO'] },
  { what: 'a flag without its value', args: ['copy', 'a', '--to'], exitCode: 2, names: ['--to'] },
  { what: 'an empty value', args: ['copy', 'a', '--to', ''], exitCode: 2, names: ['--to ""', 'not empty'] },
  {
    what: 'a number out of range',
    args: ['copy', 'a', '--to', 'b', '--parts', '0'],
    exitCode: 2,
    names: ['--parts "0"', 'from 1 to 99'],
  },
  {
    what: 'a number that is none',
    args: ['copy', 'a', '--to', 'b', '--parts', '1e1'],
    exitCode: 2,
    names: ['--parts "1e1"'],
  },
  {
    what: 'a bad variable',
    args: ['copy', 'a', '--to', 'b'],
    environment: { DEMO_PARTS: 'x' },
    exitCode: 2,
    names: ['DEMO_PARTS "x"'],
  },
  {
    what: 'an unknown config key',
    args: ['copy', 'a'],
    config: '{"to":"b","prats":3}',
    exitCode: 2,
    names: ['"prats"', '"parts"', 'demo.json'],
  },
  {
    what: 'a bad config value',
    args: ['copy', 'a'],
    config: '{"to":"b","parts":"many"}',
    exitCode: 2,
    names: ['demo.json: parts', '"many"'],
  },
  { what: 'a config that is no JSON', args: ['copy', 'a'], config: 'to: b', exitCode: 2, names: ['demo.json', 'JSON'] },
  {
    what: 'a config that is no object',
    args: ['copy', 'a'],
    config: '[]',
    exitCode: 2,
    names: ['demo.json', 'object'],
  },
];
