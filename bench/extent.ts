/** How much is measured, by the flag of the command: every benchmark reads it from its own arguments. */
export type Extent = 'quick' | 'usual' | 'full';

/** `quick` shows that it works, its figures are worth little; `full` takes hours. */
export const extent: Extent = process.argv.includes('--quick')
  ? 'quick'
  : process.argv.includes('--full')
    ? 'full'
    : 'usual';
