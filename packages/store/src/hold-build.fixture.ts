/** A program: has begun the first part of a run, or closed its build, and holds it until it is killed. */
import { openStore } from './open.ts';
import type { Held } from './other-process.fixture.ts';
import { callFor, claimNext, fillAll, manifestOf, segmentsOf } from './store.fixture.ts';

const { url, options, run, what = 'part' }: Held = JSON.parse(process.argv[2] ?? '');
const store = openStore(url, options);
const build = await store.writer.build(manifestOf(run), callFor());
if (what === 'part') {
  await claimNext(build);
} else {
  await build.catalogue(segmentsOf());
  await fillAll(build, [{ a: [] }]);
  await build.seal();
}
process.send?.('held');
// Without its parent it would hold for ever.
process.on('disconnect', () => process.exit());
