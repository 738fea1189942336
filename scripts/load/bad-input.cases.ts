/** Calls of `npm run load` that are refused, and what the message must name. `$FOLDER` is an empty folder. */
export interface BadCall {
  readonly title: string;
  /** By option name. */
  readonly flags: Flags;
  readonly exitCode: number;
  readonly names: readonly string[];
  /** In `$FOLDER`. */
  readonly files?: Readonly<Record<string, string>>;
}
type Flags = Readonly<Record<string, string>>;

const usage = (title: string, flags: Flags, ...names: readonly string[]): BadCall => ({
  title,
  flags,
  exitCode: 2,
  names,
});

const TARGET = { target: 'http://127.0.0.1:9', key: 'seg_live_x', customers: '$FOLDER/customers.txt' };

const customers = (title: string, text: string, ...names: readonly string[]): BadCall => ({
  title,
  flags: TARGET,
  files: { 'customers.txt': text },
  exitCode: 7,
  names,
});

export const badCalls: readonly BadCall[] = [
  usage('a profile that is none', { profile: 'steddy' }, '--profile "steddy"', 'steady'),
  usage('a tool that is none', { with: 'wrk' }, '--with "wrk"', 'jmeter', 'vegeta'),
  usage('a rate of none', { rate: '0' }, '--rate "0"', 'from 1 to 100000'),
  usage('a duration without unit', { duration: '30' }, '--duration "30"', '30s'),
  usage('a latency that is none', { latency: '-5ms' }, '--latency "-5ms"'),
  usage('too few requests of a phase', { profile: 'ramp', rate: '10' }, '--rate 10', 'step-1', '100 are the least'),
  usage(
    'more requests than are kept',
    { profile: 'soak', rate: '1000', duration: '4h' },
    ...['--duration 14400s', '14400250 requests', '2000000 are the most'],
  ),
  usage('a key for the stack', { key: 'seg_live_x' }, '--key goes with --target'),
  usage('customers for the stack', { customers: 'x' }, '--customers goes with --target'),
  usage('a target without a key', { target: TARGET.target }, '--key', 'SEGMENT_LOAD_KEY'),
  usage('a target without customers', { target: TARGET.target, key: 'k' }, '--customers'),
  usage('a target that is no address', { ...TARGET, target: 'here' }, '--target here', 'http://'),
  usage('a target with a password', { ...TARGET, target: 'http://u:p@h' }, '--target http://u:p@h', '--key'),
  usage('a key of two lines', { ...TARGET, key: 'a\nb' }, '--key', 'line ends'),
  usage('caches of others emptied', { ...TARGET, profile: 'cold-cache' }, '--profile cold-cache is for a stack'),
  usage('a publish at others', { ...TARGET, profile: 'publish' }, '--profile publish is for a stack'),
  usage('no abusive key', { ...TARGET, profile: 'abusive-key' }, '--abusive-key is missing'),
  usage('a proxy before TLS', { ...TARGET, target: 'https://h', latency: '20ms' }, '--latency is for', 'https://h'),
  usage('a latency of nobody', { ...TARGET, latency: '20ms', write: '$FOLDER/out' }, '--latency', '--write'),
  {
    ...usage('figures that are no address', { ...TARGET, ops: '8081' }, '--ops 8081'),
    files: { 'customers.txt': 'c1\n' },
  },
  customers('no customer', '\n\n', 'customers.txt', 'names no customer'),
  customers('a customer that can be none', 'c1\n\n..\n', 'customers.txt, line 3'),
  { title: 'customers that are nowhere', flags: TARGET, exitCode: 7, names: ['customers.txt', 'ENOENT'] },
  {
    title: 'no stack',
    flags: { stack: '$FOLDER' },
    exitCode: 6,
    names: ['no stack runs', 'npm run stack', '--target'],
  },
  {
    title: 'a stack that has ended',
    flags: { stack: '$FOLDER' },
    files: { 'stack.json': '{"control":"http://127.0.0.1:9"}' },
    exitCode: 6,
    names: ['no stack runs', 'npm run stack'],
  },
];
