import type { Generation, Reader } from './store.ts';

/** Of the empty generation, for which nothing is stored: everyone is a stranger. */
export function genesisReader(generation: Generation): Reader {
  return {
    generation,
    catalogue: new Map(),
    read: async (customerIds) => customerIds.map(() => ({ status: 'fulfilled', value: undefined })),
    count: async (segmentIds) => segmentIds.map(() => 0),
    async *membersOf() {},
    async [Symbol.asyncDispose]() {},
  };
}
