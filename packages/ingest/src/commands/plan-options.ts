/** Flags of `plan`. */
import { flag, integer, type Option } from '@segment-store/cli/option';
import {
  budgetOptions,
  buildOptions,
  folderOptions,
  gateOptions,
  manifestOptions,
  storeOptions,
  transformOptions,
} from '../options.ts';

export const planOptions: typeof storeOptions &
  Pick<typeof buildOptions, 'shards'> &
  typeof folderOptions &
  typeof budgetOptions &
  typeof gateOptions &
  typeof transformOptions &
  typeof manifestOptions & {
    readonly rowsPerSecond: Option<number>;
    readonly copies: Option<number>;
    readonly partsAtOnce: Option<number>;
    readonly detailedExitCode: Option<boolean>;
  } = {
  ...storeOptions,
  shards: buildOptions.shards,
  ...folderOptions,
  ...budgetOptions,
  ...gateOptions,
  ...transformOptions,
  ...manifestOptions,
  rowsPerSecond: integer({ description: 'lines a second that the store is taken to load', fallback: 50_000, min: 1 }),
  copies: integer({ description: 'copies of each shard beside the first, for the disk space', fallback: 1 }),
  partsAtOnce: integer({ description: 'parts sampled at the same time', fallback: 16, min: 1, max: 64 }),
  detailedExitCode: flag({ description: 'exit 3 when there is something to load, 0 when there is not' }),
};
