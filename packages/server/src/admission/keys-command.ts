/** `segment-server keys create|revoke|list` */
import { type AnyCommand, command } from '@segment-store/cli/command';
import { CommandError, exitCode } from '@segment-store/cli/exit-code';
import { list } from '@segment-store/cli/list';
import { oneOf } from '@segment-store/cli/one-of';
import { integer, optionalInteger, requiredText, text } from '@segment-store/cli/option';
import { table } from '@segment-store/cli/table';
import { callerClasses, scopes } from './admission.ts';
import { createApiKey, ENVIRONMENT, hashOf } from './api-key.ts';
import { changeKeyFile, readKeyFile } from './key-file.ts';
import { isActive, type KeyRecord, MAX_RATE, NAME, NAME_FORM } from './key-record.ts';

const DAY_MS = 86_400_000;
/** One that is used, and one that follows it. */
const MOST_ACTIVE = 2;

const fileOption = {
  keys: requiredText({ placeholder: '<file>', description: 'the keys file; `create` makes it' }),
};

const createOptions = {
  ...fileOption,
  scopes: {
    ...list({ placeholder: '<scope,…>', description: `what the key may do: ${scopes.join(', ')}`, known: scopes }),
    fallback: ['read'],
    fallbackText: 'read',
  },
  class: oneOf({
    words: callerClasses,
    fallback: 'normal',
    description: 'whom an overloaded server refuses last, in between and first',
  }),
  rate: optionalInteger({
    placeholder: '<n>',
    description: 'requests a second, one more each second is refused; left out: what --rate of the server says',
    min: 1,
    max: MAX_RATE,
  }),
  days: integer({ placeholder: '<n>', description: 'days until it expires', fallback: 365, min: 1, max: 3_650 }),
  environment: text({
    placeholder: '<name>',
    description: 'stands in the key, so that one of a test is known by its looks',
    fallback: 'live',
  }),
};

export const createCommand: AnyCommand = command({
  name: 'keys create',
  summary: [
    'Makes a key and prints it, this once: the file keeps its SHA-256 only. A server that runs knows it within seconds.',
    'Two keys of a name may be active: make the second, hand it out, revoke the first.',
  ].join('\n'),
  arguments: ['<name>'],
  options: createOptions,
  examples: [
    'segment-server keys create checkout --keys keys.json --class critical --rate 2000',
    'segment-server keys create deploy --keys keys.json --scopes publish,admin --days 30',
  ],
  async run({ args: [name = ''], options }, { say }) {
    check(NAME.test(name), `<name> ${JSON.stringify(name)}: expected ${NAME_FORM}`);
    const { environment } = options;
    check(
      ENVIRONMENT.test(environment),
      `--environment ${JSON.stringify(environment)}: expected a to z, 0 to 9, -, at most 16`,
    );
    const { id, text: key } = createApiKey(environment);
    const now = new Date();
    const record: KeyRecord = {
      id,
      name,
      sha256: hashOf(key).toString('hex'),
      scopes: scopes.filter((scope) => options.scopes.includes(scope)),
      class: options.class,
      ...(options.rate !== undefined && { rate: options.rate }),
      createdAt: now,
      expiresAt: new Date(now.getTime() + options.days * DAY_MS),
    };
    await changeKeyFile(options.keys, (records) => [...withRoomFor(name, records, now), record]);
    const { sha256: _, ...shown } = record;
    say({ kind: 'data', text: key, data: { key, ...shown } });
    say({ kind: 'note', text: `key ${id} of ${described(record)}; it is shown this once` });
    say({ kind: 'result', text: '', data: { id } });
  },
});

function withRoomFor(name: string, records: readonly KeyRecord[], now: Date): readonly KeyRecord[] {
  const active = records.filter((record) => record.name === name && isActive(record, now));
  const ids = active.map(({ id }) => id);
  check(
    active.length < MOST_ACTIVE,
    `${name} has two active keys, ${ids.join(' and ')}: revoke the older one first, ${ids[0]}`,
  );
  return records;
}

function described({ name, scopes: granted, class: ofClass, rate, expiresAt }: KeyRecord): string {
  const limit = rate === undefined ? '' : `, ${rate} requests/s`;
  return `${name}: ${granted.join(', ')}, class ${ofClass}${limit}, until ${expiresAt.toISOString().slice(0, 10)}`;
}

export const revokeCommand: AnyCommand = command({
  name: 'keys revoke',
  summary: 'Ends a key: servers that run refuse it within seconds.',
  arguments: ['<id>'],
  options: fileOption,
  examples: ['segment-server keys revoke 8w2k0q1x7c --keys keys.json'],
  async run({ args: [id = ''], options }, { say }) {
    await readKeyFile(options.keys);
    const revokedAt = new Date();
    let before: KeyRecord | undefined;
    await changeKeyFile(options.keys, (records) => {
      before = records.find((record) => record.id === id);
      if (before === undefined) throw unknownKey(id, options.keys);
      return records.map((record) => (record === before && !record.revokedAt ? { ...record, revokedAt } : record));
    });
    const text =
      before?.revokedAt === undefined ? `key ${id} is revoked` : `key ${id} was revoked before: nothing to do`;
    say({ kind: 'result', text, data: { id, name: before?.name } });
  },
});

/** What was given may be the key itself: it is not repeated. */
const unknownKey = (id: string, file: string): CommandError => {
  const form = /^seg_/.test(id) ? ': <id> is the third part of a key, not the whole' : '';
  return new CommandError(
    exitCode.usage,
    `no key of this id in ${file}${form}; \`segment-server keys list\` shows those there are`,
  );
};

export const listCommand: AnyCommand = command({
  name: 'keys list',
  summary: 'The keys of a file: of whom, for what, until when. Nothing it shows lets anybody in.',
  arguments: [],
  options: fileOption,
  examples: ['segment-server keys list --keys keys.json'],
  async run({ options }, { say }) {
    const now = new Date();
    const records = await readKeyFile(options.keys);
    const keys = records.map(({ sha256: _, ...record }) => ({ ...record, state: stateOf(record, now) }));
    const rows = keys.map(({ id, name, state, scopes: granted, class: ofClass, rate, expiresAt }) => [
      ...[id, name, state, granted.join(','), ofClass, rate === undefined ? '-' : `${rate}`],
      expiresAt.toISOString().slice(0, 10),
    ]);
    const text = table(['id', 'name', 'state', 'scopes', 'class', 'rate', 'expires'], rows);
    say({ kind: 'result', text: keys.length === 0 ? 'no keys' : text, data: { keys } });
  },
});

function stateOf({ expiresAt, revokedAt }: Omit<KeyRecord, 'sha256'>, now: Date): 'active' | 'expired' | 'revoked' {
  if (revokedAt !== undefined) return 'revoked';
  return expiresAt > now ? 'active' : 'expired';
}

function check(holds: boolean, text: string): asserts holds {
  if (!holds) throw new CommandError(exitCode.usage, text);
}
