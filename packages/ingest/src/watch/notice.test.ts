import { expect, test } from 'vitest';
import { foreign, notices } from './notice.cases.ts';
import { parseNotice } from './notice.ts';

const text = (body: object | string) => (typeof body === 'string' ? body : JSON.stringify(body));

test.each(notices)('$what: $notice.kind', ({ body, notice }) => {
  expect(parseNotice(text(body))).toEqual(notice);
});

test.each(foreign)('$what is foreign: $why', ({ body, why }) => {
  expect(parseNotice(text(body))).toEqual({ kind: 'foreign', why: expect.stringContaining(why) });
});
