import { describe } from 'vitest';
import { storeSuite } from '../store.suite.ts';
import { freshPlace } from './place.fixture.ts';

describe.each([1, 3])('Elasticsearch, %i shards', (shards) => {
  storeSuite(() => freshPlace({ shards }));
});
