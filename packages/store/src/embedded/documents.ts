/** Documents of single customers in the environment of a run: for erasures. */
import type { RunId } from '@segment-store/contract/id';
import type { Documents } from '../documents.ts';
import type { StoredMember } from '../member.ts';
import type { GenerationEnvironment } from './environment.ts';

/** `environment`: NOT_FOUND when the run has written nothing yet. */
export function createDocuments(environment: (run: RunId) => GenerationEnvironment): Documents {
  const within = async <T>(run: RunId, work: (environment: GenerationEnvironment) => T): Promise<T> => {
    const opened = environment(run);
    opened.refresh();
    try {
      return work(opened);
    } finally {
      await opened.close();
    }
  };
  return {
    find: (run, customerIds) =>
      within(run, ({ members }) => {
        const lines = customerIds.map((id) => [id, members.getBinary(Buffer.from(id))] as const);
        return new Map(lines.flatMap(([id, line]) => (line === undefined ? [] : [[id, membershipsIn(line)] as const])));
      }),
    remove: (run, customerIds) =>
      within(run, ({ members, transaction }) =>
        transaction(() => {
          for (const id of customerIds) members.removeSync(Buffer.from(id));
        }),
      ),
  };
}

function membershipsIn(line: Buffer): number {
  const { segment_ids }: StoredMember = JSON.parse(line.toString());
  return segment_ids.length;
}
