import { readFileSync } from 'node:fs';
import { type AnyCommand, command } from '@segment-store/cli/command';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { optionalText, type Values } from '@segment-store/cli/option';
import { formatCount } from '@segment-store/cli/render/count';
import { type CustomerId, parseCustomerId } from '@segment-store/contract/id';
import type { Call } from '@segment-store/resilience/operation';
import type { Store } from '@segment-store/store/store';
import { orUsage } from '../exit.ts';
import { storeOptions } from '../options.ts';
import { onStore, type Result } from './on-store.ts';

const options = {
  ...storeOptions,
  file: optionalText({ description: 'customers to erase, one id a line', placeholder: '<file>' }),
  confirm: optionalText({ description: 'how many customers are meant: erasing cannot be undone', placeholder: '<n>' }),
};
type Options = Values<typeof options>;

export const eraseCommand: AnyCommand = command({
  name: 'erase',
  summary: [
    'Erases customers: from every generation in the store now, from every load to come. Servers refuse them from then on.',
    'Run folders and dead letters are not touched.',
  ].join(' '),
  arguments: ['[customers...]'],
  options,
  examples: [
    'segment-ingest erase 17850 --store http://localhost:9200 --confirm 1',
    'segment-ingest erase --file customers.txt --store http://localhost:9200 --confirm 250',
  ],
  async run({ args, options }, context) {
    const customers = orUsage(() => customersOf(args, options));
    checkConfirmed(customers.length, options);
    const call: Call = { signal: context.signal, deadlineAt: Number.POSITIVE_INFINITY };
    await onStore(options, context, (store) => erase(store, customers, call));
  },
});

/** Their ids stay out of messages: they are about to be forgotten. */
function customersOf(args: readonly string[], { file }: Options): readonly CustomerId[] {
  const lines = file === undefined ? [] : read(file).split(/\r?\n/);
  const given = [...args, ...lines.filter((line) => line !== '')];
  if (given.length === 0) throw new RangeError('nobody to erase: name customers, or a --file of them');
  return [...new Set(given)].map((text, index) => {
    try {
      return parseCustomerId(text);
    } catch (error) {
      throw new RangeError(`customer ${index + 1} of those given has an id that is none`, { cause: error });
    }
  });
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new RangeError(`--file ${file}: ${error instanceof Error ? error.message : error}`, { cause: error });
  }
}

function checkConfirmed(count: number, { confirm }: Options): void {
  if (confirm === String(count)) return;
  const asked = confirm === undefined ? 'cannot be undone' : `is confirmed for ${confirm}`;
  throw new CommandError(
    exitCode.usage,
    `erasing ${formatCount(count)} customer${count === 1 ? '' : 's'} ${asked}: add --confirm ${count}`,
  );
}

async function erase({ erasures }: Store, customers: readonly CustomerId[], call: Call): Promise<Result> {
  const { at, recorded, generations } = await erasures.add(customers, call);
  const lines = generations.map(({ run, state, deleted }) => {
    return state === 'building' ? `  run ${run}: when it is sealed` : `  run ${run}: ${formatCount(deleted)} deleted`;
  });
  const before = customers.length - recorded;
  const known = before === 0 ? '' : `, ${formatCount(before)} of them were before`;
  return {
    text: [`customers erased: ${formatCount(customers.length)}, since ${at.toISOString()}${known}`, ...lines].join(
      '\n',
    ),
    data: { at, customers: customers.length, recorded, generations },
  };
}
