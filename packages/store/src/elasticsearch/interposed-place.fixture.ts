/** A deployment of its own for each test of a file, behind a server whose answers can be replaced. */
import { afterEach, beforeEach } from 'vitest';
import { servers } from '../../../../test/support/servers.ts';
import type { StoreOptions } from '../open.ts';
import type { Store } from '../store.ts';
import { type Interposer, interpose } from './interposer.fixture.ts';
import { type ElasticsearchPlace, freshPlace } from './place.fixture.ts';

export interface Given {
  readonly elasticsearch: Interposer;
  readonly place: ElasticsearchPlace;
  /** Open, through the interposer. */
  readonly store: Store;
}

/** For the top of a test file; what it returns is of the test that runs. */
export function interposedPlaces(options: StoreOptions = {}): Given {
  let now: Given | undefined;
  beforeEach(async () => {
    const elasticsearch = await interpose(servers().elasticsearch);
    const place = await freshPlace(options, elasticsearch.url);
    now = { elasticsearch, place, store: place.open() };
  });
  afterEach(async () => {
    await now?.store[Symbol.asyncDispose]();
    await now?.elasticsearch[Symbol.asyncDispose]();
    await now?.place.remove();
  });
  const given = () => {
    if (now === undefined) throw new Error('no test runs');
    return now;
  };
  return {
    get elasticsearch() {
      return given().elasticsearch;
    },
    get place() {
      return given().place;
    },
    get store() {
      return given().store;
    },
  };
}
