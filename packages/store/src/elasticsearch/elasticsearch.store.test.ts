import { describe } from 'vitest';
import { storeSuite } from '../store.suite.ts';
import { freshPlace } from './place.fixture.ts';

// Concurrent, because nearly all of its time is waiting for indices to be created.
describe.concurrent.each([1, 3])('Elasticsearch, %i shards', (shards) => {
  storeSuite(() => freshPlace({ shards }));
});
