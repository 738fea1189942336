/** A program: holds the build of a run and has begun its first part, until it is killed. */
import { openStore } from './open.ts';
import type { Held } from './other-process.fixture.ts';
import { callFor, claimNext, manifestOf } from './store.fixture.ts';

const { url, options, run }: Held = JSON.parse(process.argv[2] ?? '');
const store = openStore(url, options);
const build = await store.writer.build(manifestOf(run), callFor());
await claimNext(build);
process.send?.('held');
// Without its parent it would hold for ever.
process.on('disconnect', () => process.exit());
