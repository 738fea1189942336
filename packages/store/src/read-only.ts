/** A store that is only looked at: whatever would write is refused. */
import { genesis, toGeneration } from './generation.ts';
import { genesisReader } from './genesis-reader.ts';
import { refusal } from './refusal.ts';
import { GENESIS, type Store } from './store.ts';

export function readOnly(store: Store): Store {
  const refuse = async (): Promise<never> => {
    throw refusal(
      'DENIED',
      `the store at ${store.url} was opened to be read only: open it without \`readOnly\` to write`,
    );
  };
  return {
    ...store,
    reader: {
      ...store.reader,
      // Where nothing is yet, it would be looked for in vain.
      open: async (run, call) =>
        run === GENESIS ? genesisReader(toGeneration(genesis)) : store.reader.open(run, call),
    },
    writer: { build: refuse },
    erasures: { ...store.erasures, add: refuse, defer: refuse },
    publisher: {
      ...store.publisher,
      publish: refuse,
      rollBack: refuse,
      unhold: refuse,
      remove: refuse,
      abort: refuse,
      prune: refuse,
    },
  };
}
