import { expect, test } from 'vitest';
import { openStore } from './open.ts';

test.for([
  [''],
  ['embedded:'],
  ['localhost:9200'],
  ['ftp://host/store'],
  ['http://host:9200/?pretty'],
  ['http://host:9200/#members'],
  ['/var/lib/store'],
])('the store %j is refused with the forms there are', ([url = '']) => {
  expect(() => openStore(url)).toThrow(TypeError);
  expect(() => openStore(url)).toThrow(/embedded:<dir>.*https?:/);
  expect(() => openStore(url)).toThrow(JSON.stringify(url));
});

test.for([
  [{ prefix: '' }, 'prefix ""'],
  [{ prefix: 'Shop' }, 'prefix "Shop"'],
  [{ prefix: '1shop' }, 'prefix "1shop"'],
  [{ prefix: 'my_shop' }, 'prefix "my_shop"'],
  [{ prefix: 'a'.repeat(49) }, `prefix "${'a'.repeat(49)}"`],
  [{ shards: 0 }, 'shards 0'],
  [{ shards: 1.5 }, 'shards 1.5'],
  [{ bulkBytes: 99_999 }, 'bulkBytes 99999'],
  [{ bulkBytes: 32_000_001 }, 'bulkBytes 32000001'],
  [{ bulksInFlight: 0 }, 'bulksInFlight 0'],
  [{ leaseMs: -1 }, 'leaseMs -1'],
  [{ pollMs: Number.NaN }, 'pollMs NaN'],
  [{ patienceMs: -5 }, 'patienceMs -5'],
  [{ replicas: -1 }, 'replicas -1'],
  [{ replicas: 0.5 }, 'replicas 0.5'],
  [{ forceMergeTo: 0 }, 'forceMergeTo 0'],
  [{ settleMs: Number.NaN }, 'settleMs NaN'],
  [{ ilmPolicy: '' }, 'ilmPolicy ""'],
  [{ ilmPolicy: '_none' }, 'ilmPolicy "_none"'],
  [{ ilmPolicy: 'a,b' }, 'ilmPolicy "a,b"'],
] as const)('the option %j is refused by name and value', ([options, named]) => {
  expect(() => openStore('http://127.0.0.1:9200', options)).toThrow(RangeError);
  expect(() => openStore('http://127.0.0.1:9200', options)).toThrow(named);
});

test('opening asks nothing of the network and names the store without its password', async () => {
  await using store = openStore('http://user:secret@nowhere.invalid:9200/path/');
  expect(store.url).toBe('http://nowhere.invalid:9200/path');
});
