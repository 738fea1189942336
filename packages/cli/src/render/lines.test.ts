import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import schema from '../../event.schema.json' with { type: 'json' };
import { load } from '../event.fixture.ts';
import { lines } from './lines.ts';

const validate = new Ajv2020().compile(schema);

function printed(): unknown[] {
  let stdout = '';
  const { say } = lines('segment-ingest load', { stdout: { write: (text) => (stdout += text) } });
  for (const event of load) say(event);
  say({ kind: 'error', text: 'not published', exitCode: 4 });
  return stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

test('every line is as the published schema says', () => {
  for (const line of printed()) expect(validate(line) ? [] : [line, validate.errors]).toEqual([]);
});

test('the schema knows every field', () => {
  const known = new Map(
    Object.entries<object>(schema.$defs).map(([kind, definition]) => [
      kind,
      Object.keys(Reflect.get(definition, 'properties') ?? {}),
    ]),
  );
  for (const event of load) {
    const kind = event.kind === 'note' || event.kind === 'warning' ? 'remark' : event.kind;
    expect(known.get(kind)).toEqual(expect.arrayContaining(Object.keys(event)));
  }
});

test.each([
  { kind: 'stage' },
  { kind: 'progress', stage: 'fill', done: '1', total: 2, unit: 'rows' },
  { kind: 'item', item: 'part', name: 'p', state: 'lost' },
  { kind: 'cheer', text: 'hurray' },
])('the schema refuses %j', (line) => {
  expect(validate(line)).toBe(false);
});
