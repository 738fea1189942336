/** Requests that do not follow the contract: what is sent, what is answered, what the answer must name. */

export interface BadRequest {
  readonly title: string;
  /** `GET` unless given. */
  readonly method?: string;
  readonly target: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  readonly status: number;
  readonly type: string;
  /** Found in `detail`, and a header where one is due. */
  readonly names: readonly string[];
  readonly header?: readonly [string, string];
}

const of = (id: string) => `/v1/customers/${id}/segments`;
const bytes = (count: number) => 'x'.repeat(count);

const id = (title: string, target: string, ...names: readonly string[]): BadRequest => ({
  title,
  target,
  status: 400,
  type: 'invalid-id',
  names,
});

const badIds: readonly BadRequest[] = [
  id('a customer id of 0 bytes', of(''), 'empty'),
  id('a customer id of 513 bytes', of(bytes(513)), 'customerId', '512', '513'),
  id('a customer id of 513 bytes in 171 characters', of('%E2%82%AC'.repeat(171)), '512', '513'),
  id('a customer id of 10 KB', of(bytes(10_240)), 'customerId', '512', '10240'),
  id('a control character', of('a%0Ab'), 'control'),
  id('NUL', of('%00'), 'control'),
  id('DEL', of('%7F'), 'control'),
  id('a C1 control character', of('%C2%85'), 'control'),
  id('the dot segment', of('.'), '"."'),
  id('two dots', of('..'), '".."'),
  id('an encoded dot', of('%2e'), '"."'),
  id('two encoded dots, capitals', of('%2E%2E'), '".."'),
  id('dots half encoded', of('.%2e'), '".."'),
  id('a backslash, which URL parsers turn into a slash', of('a\\b'), '\\', 'percent-encode'),
  id('a fragment', of('a#b'), '#', 'percent-encode'),
  id('a bare percent sign', of('100%'), '%'),
  id('a percent sign before no hex', of('%zz'), '%'),
  id('bytes that are no UTF-8', of('%ff'), '%', 'UTF-8'),
  id('a character cut short', of('%E2%82'), '%', 'UTF-8'),
  id('half of a surrogate pair', of('%ED%A0%80'), '%', 'UTF-8'),
  id('an overlong encoding of a slash', of('%C0%AF'), '%', 'UTF-8'),
  id('a segment id with a slash', '/v1/segments/a%2Fb', 'segmentId', 'A-Z'),
  id('a segment id of 10 KB', `/v1/segments/${bytes(10_240)}`, 'segment id'),
  id('a segment id named like an object’s own', `${of('c1')}/__proto__`, 'segmentId', 'A-Z'),
  id('an emoji for a segment id', '/v1/segments/%F0%9F%9B%92', 'segmentId', 'A-Z'),
  id('a segment id of 129 bytes', `/v1/segments/${bytes(129)}`, 'segment id'),
  id('a segment id with a space, of a customer', `${of('c1')}/a%20b`, 'segment id'),
  id('an empty segment id', '/v1/segments/', 'empty'),
  id('dots that would leave the API', '/v1/customers/c1/../../../livez', '".."'),
];

const invalid = (title: string, target: string, ...names: readonly string[]): BadRequest => ({
  title,
  target,
  status: 400,
  type: 'invalid-request',
  names,
});

const OTHER_RUN = '20260831t000000z';
const cursorOf = (text: string) => `/v1/segments?cursor=${Buffer.from(text).toString('base64url')}`;

const badQueries: readonly BadRequest[] = [
  invalid('an unknown parameter', `${of('c1')}?stroe=17`, 'stroe', 'store'),
  invalid('a parameter named like an object’s own', `${of('c1')}?__proto__=1`, '__proto__'),
  invalid('an unknown view', `${of('c1')}?view=all`, 'view', 'all', 'ids, full'),
  invalid('a view twice', `${of('c1')}?view=ids&view=full`, 'view'),
  invalid('an unknown kind to include', `${of('c1')}?include=rows`, 'include', 'rows', 'complements'),
  invalid('a kind to include, twice', `${of('c1')}?include=complements&include=complements`, 'include'),
  invalid('complements of the catalogue', '/v1/segments?include=complements', 'include', 'country'),
  invalid('an empty filter', `${of('c1')}?country=`, 'country'),
  invalid('a filter of 257 characters', `${of('c1')}?country=${bytes(257)}`, 'country', '256'),
  invalid('a filter 51 times', `${of('c1')}?${'city=x&'.repeat(51)}`, 'city', '50'),
  invalid('a query that is no UTF-8', `${of('c1')}?country=%ff`, 'query', 'UTF-8'),
  invalid('a parameter of liveness', '/livez?verbose=1', 'verbose', 'none'),
  invalid('a parameter of readiness', '/readyz?verbose=1', 'verbose', 'none'),
  invalid('a parameter of the document', '/openapi.json?format=yaml', 'format', 'none'),
  invalid('a parameter where there is none', '/v1/generations?limit=1', 'limit', 'none'),
  invalid('a filter of a membership', `${of('c1')}/recurrent:country:France?country=France`, 'country'),
  invalid('a limit of 0', '/v1/segments?limit=0', 'limit', '1'),
  invalid('a limit of 201', '/v1/segments?limit=201', 'limit', '200'),
  invalid('a limit that is no number', '/v1/segments?limit=ten', 'limit', 'ten'),
  invalid('a limit in another notation', '/v1/segments?limit=1e2', 'limit', '1e2'),
  invalid('a cursor of nobody', '/v1/segments?cursor=abc', 'cursor'),
  invalid('a cursor of a run that is none', cursorOf('__proto__ a'), 'cursor'),
  invalid('a cursor with more in it', cursorOf('20260901t000000z a b'), 'cursor'),
  invalid('a cursor of 10 KB', `/v1/segments?cursor=${bytes(10_240)}`, 'cursor', '512'),
  {
    ...invalid('a cursor of another generation', cursorOf(`${OTHER_RUN} a`), OTHER_RUN),
    status: 409,
    type: 'conflict',
  },
  invalid('a target in absolute form', 'http://127.0.0.1/v1/segments', 'path'),
];

const lookups = { method: 'POST', target: '/v1/lookups' };
const json = { 'Content-Type': 'application/json' };
const body = (title: string, text: string, ...names: readonly string[]): BadRequest => ({
  title,
  ...lookups,
  headers: json,
  body: text,
  status: 400,
  type: 'invalid-request',
  names,
});

const badTimes: readonly BadRequest[] = ['0', '-1', '1.5', 'soon', '', '0x10', '600001', '5, 10'].map((ms) => ({
  ...invalid(`a time to wait of "${ms}" ms`, of('c1'), 'X-Request-Timeout-Ms', '600000'),
  headers: { 'X-Request-Timeout-Ms': ms },
}));

const typed = (type: string): BadRequest => ({
  ...body(`a body of type ${type}`, '{"customerIds":["c1"]}', 'application/json', type),
  headers: { 'Content-Type': type },
  status: 415,
});

const badBodies: readonly BadRequest[] = [
  body('no body', '', 'JSON'),
  body('a body cut short', '{"customerIds":["c1"', 'JSON'),
  body('a body that is no object', '["c1"]', 'body', 'object'),
  body('a body nested 30,000 deep', `${'['.repeat(30_000)}${']'.repeat(30_000)}`, 'body', 'object'),
  body('a body behind a byte order mark twice', '\ufeff\ufeff{"customerIds":["c1"]}', 'JSON'),
  { ...body('bytes that are no UTF-8', '', 'UTF-8'), body: Buffer.from('{"customerIds":["\xff"]}', 'latin1') },
  body('no customers', '{}', 'customerIds'),
  body('an empty list', '{"customerIds":[]}', 'customerIds', '1'),
  body('101 customers', JSON.stringify({ customerIds: Array(101).fill('c1') }), 'customerIds', '100'),
  body('an id that is no string', '{"customerIds":[17]}', 'customerIds.0', 'string', 'number'),
  body('null for an id', '{"customerIds":[null]}', 'customerIds.0', 'string'),
  body('an unknown member', '{"customerIds":["c1"],"filters":{}}', 'filters', 'filter'),
  body('a member named like an object’s own', '{"customerIds":["c1"],"__proto__":{}}', '__proto__', 'filter'),
  body('an unknown filter', '{"customerIds":["c1"],"filter":{"colour":["red"]}}', 'colour', 'country'),
  body('an unknown kind to include', '{"customerIds":["c1"],"include":"all"}', 'include', 'complements'),
  body('kinds to include as a list', '{"customerIds":["c1"],"include":["complements"]}', 'include'),
  body('what to include, as a filter', '{"customerIds":["c1"],"filter":{"include":["x"]}}', 'include', 'country'),
  body('a filter that is no list', '{"customerIds":["c1"],"filter":{"country":"France"}}', 'country', 'array'),
  body('an empty filter list', '{"customerIds":["c1"],"filter":{"country":[]}}', 'country'),
  body('a filter named like an object’s own', '{"customerIds":["c1"],"filter":{"__proto__":["x"]}}', '__proto__'),
  {
    ...body('another content type', '{}', 'application/json', 'text/plain'),
    headers: { 'Content-Type': 'text/plain' },
    status: 415,
  },
  ...['application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'application/jsonx', 'json'].map(typed),
  {
    ...body('a body in another coding', '{"customerIds":["c1"]}', 'gzip'),
    headers: { ...json, 'Content-Encoding': 'gzip' },
    status: 415,
  },
  { ...body('no content type', '{}', 'application/json'), headers: {}, status: 415 },
  {
    ...body('a body without length', '2\r\n{}\r\n0\r\n\r\n', 'Content-Length'),
    headers: { ...json, 'Transfer-Encoding': 'chunked' },
    status: 411,
  },
  {
    ...body('a body that is expected to be sent otherwise', '', 'Expect', '100-continue'),
    headers: { ...json, Expect: 'something' },
    status: 417,
  },
  { ...body('a body of a megabyte', `"${bytes(1_048_576)}"`, 'larger', '65536'), status: 413 },
];

const unknown = (title: string, target: string): BadRequest => ({
  ...invalid(title, target, 'GET /v1/segments'),
  status: 404,
  type: 'unknown-segment',
});

const unknownSegments: readonly BadRequest[] = [
  unknown('a segment named like an object’s own', '/v1/segments/constructor'),
  unknown('a membership in one', `${of('c1')}/hasOwnProperty`),
];

const misrouted: readonly BadRequest[] = [
  { ...invalid('an unknown path', '/v2/segments', '/openapi.json'), status: 404 },
  { ...invalid('the root', '/', '/openapi.json'), status: 404 },
  { ...invalid('an unknown path below a known one', '/v1/customers/c1/orders', '/openapi.json'), status: 404 },
  {
    ...invalid('an erasure as a read', '/v1/customers/c1', 'DELETE', 'GET'),
    status: 405,
    header: ['allow', 'DELETE'],
  },
  {
    ...invalid('a read as a write', of('c1'), 'GET', 'DELETE'),
    method: 'DELETE',
    status: 405,
    header: ['allow', 'GET, HEAD'],
  },
  { ...invalid('lookups by GET', '/v1/lookups', 'POST', 'GET'), status: 405, header: ['allow', 'POST'] },
  {
    ...invalid('an unknown segment by PUT', '/v1/segments/x', 'PUT'),
    method: 'PUT',
    status: 405,
    header: ['allow', 'GET, HEAD'],
  },
];

const forbidden = (title: string, headers: Readonly<Record<string, string>>, status: number): BadRequest => ({
  title,
  target: of('c1'),
  headers,
  status,
  type: 'forbidden',
  names: [status === 421 ? 'localhost' : 'Origin'],
});

const strangers: readonly BadRequest[] = [
  forbidden('the name of a page that resolves to 127.0.0.1', { Host: 'attacker.example:8080' }, 421),
  forbidden('a name that only starts like an address', { Host: '127.0.0.1.attacker.example' }, 421),
  forbidden('an address of the network', { Host: '10.0.0.1' }, 421),
  forbidden('an empty host', { Host: '' }, 421),
  forbidden('a loopback name before an @', { Host: 'localhost@attacker.example' }, 421),
  forbidden('a loopback name with a dot behind it', { Host: 'localhost.' }, 421),
  forbidden('a loopback address cut short', { Host: '127.1' }, 421),
  forbidden('any address', { Host: '0.0.0.0' }, 421),
  forbidden('IPv4 within IPv6', { Host: '[::ffff:127.0.0.1]' }, 421),
  forbidden('a name that a proxy vouches for', { Host: 'attacker.example', 'X-Forwarded-Host': 'localhost' }, 421),
  forbidden('a port that is none', { Host: 'localhost:99999' }, 421),
  forbidden('brackets around IPv4', { Host: '[127.0.0.1]' }, 421),
  forbidden('brackets around a name', { Host: '[localhost]' }, 421),
  forbidden('IPv6 without brackets', { Host: '::1' }, 421),
  forbidden('a page of another origin', { Origin: 'https://attacker.example' }, 403),
  forbidden('a page of another port', { Origin: 'http://127.0.0.1:1' }, 403),
  forbidden('a page of this machine by another name', { Origin: 'http://localhost' }, 403),
  forbidden('a page whose name starts like this one', { Host: 'localhost', Origin: 'http://localhost.example' }, 403),
  forbidden('a page over TLS', { Host: 'localhost', Origin: 'https://localhost' }, 403),
  forbidden('an empty origin', { Host: 'localhost', Origin: '' }, 403),
  forbidden('a page without origin', { Origin: 'null' }, 403),
];

export const badRequests: readonly BadRequest[] = [
  ...badIds,
  ...badQueries,
  ...badTimes,
  ...badBodies,
  ...unknownSegments,
  ...misrouted,
  ...strangers,
];

/** Commands that cannot serve: `{dir}` holds a file, `{html}`, `{port}` are a server of something else and its port. */
export interface BadStart {
  readonly title: string;
  readonly args: readonly string[];
  readonly names: readonly string[];
}

export const badStarts: readonly BadStart[] = [
  { title: 'no store', args: [], names: ['--store', 'SEGMENT_SERVER_STORE'] },
  { title: 'an unknown flag', args: ['--stroe', 'embedded:x'], names: ['--stroe', '--store'] },
  {
    title: 'a store of no known form',
    args: ['--store', 'redis://localhost'],
    names: ['redis://localhost', 'embedded:'],
  },
  { title: 'a bad prefix', args: ['--store', 'http://localhost:1', '--prefix', 'A'], names: ['prefix', '"A"'] },
  {
    title: 'a port that is none',
    args: ['--store', 'embedded:{dir}/new', '--port', '65536'],
    names: ['--port', '65535'],
  },
  {
    title: 'an address of the network',
    args: ['--store', 'embedded:{dir}/new', '--host', '0.0.0.0'],
    names: ['--host 0.0.0.0', '--keys', '127.0.0.1'],
  },
  {
    title: 'a keys file that is not there',
    args: ['--store', 'embedded:{dir}/new', '--keys', '{dir}/none.json'],
    names: ['--keys {dir}/none.json', 'segment-server keys create'],
  },
  {
    title: 'a keys file of something else',
    args: ['--store', 'embedded:{dir}/new', '--keys', '{dir}/config.json'],
    names: ['--keys {dir}/config.json', 'stroe', 'schema'],
  },
  {
    title: 'tokens without who made them',
    args: ['--store', 'embedded:{dir}/new', '--jwks', 'https://issuer.example/keys'],
    names: ['--jwks', '--jwt-issuer', '--jwt-audience'],
  },
  { title: 'a port in use', args: ['--store', 'embedded:{dir}/new', '--port', '{port}'], names: ['{port}', '--port'] },
  {
    title: 'a port in use, found by workers',
    args: ['--store', 'embedded:{dir}/new', '--port', '{port}', '--workers', '2'],
    names: ['{port}', '--port'],
  },
  {
    title: 'a collector of traces that is no URL',
    args: ['--store', 'embedded:{dir}/new', '--port', '0', '--otlp-endpoint', 'collector:4318'],
    names: ['--otlp-endpoint collector:4318', 'http(s) URL'],
  },
  {
    title: 'a store that is a file',
    args: ['--store', 'embedded:{dir}/file', '--port', '0'],
    names: ['--store', '{dir}/file', 'name a directory'],
  },
  {
    title: 'a directory of something else',
    args: ['--store', 'embedded:{dir}', '--port', '0'],
    names: ['--store', '{dir}'],
  },
  {
    title: 'something that is not Elasticsearch',
    args: ['--store', '{html}', '--port', '0'],
    names: ['--store', '{html}', 'Elasticsearch'],
  },
  {
    title: 'an unknown key of the config file',
    args: ['--config', '{dir}/config.json'],
    names: ['"stroe"', '"store"'],
  },
];
