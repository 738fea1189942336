import { expect, test } from 'vitest';
import { mayColor, mayRedraw } from './color.ts';

const [tty, pipe] = [{ isTTY: true }, {}];

test.each([
  { what: 'a terminal', stream: tty, environment: {}, color: true, redraw: true },
  { what: 'a pipe', stream: pipe, environment: {}, color: false, redraw: false },
  { what: 'NO_COLOR', stream: tty, environment: { NO_COLOR: '1' }, color: false, redraw: true },
  { what: 'an empty NO_COLOR', stream: tty, environment: { NO_COLOR: '' }, color: true, redraw: true },
  {
    what: 'NO_COLOR before FORCE_COLOR',
    stream: tty,
    environment: { NO_COLOR: '1', FORCE_COLOR: '1' },
    color: false,
    redraw: true,
  },
  { what: 'FORCE_COLOR on a pipe', stream: pipe, environment: { FORCE_COLOR: '1' }, color: true, redraw: false },
  { what: 'FORCE_COLOR=0', stream: tty, environment: { FORCE_COLOR: '0' }, color: false, redraw: true },
  { what: 'TERM=dumb', stream: tty, environment: { TERM: 'dumb' }, color: false, redraw: false },
  { what: 'CI with a terminal', stream: tty, environment: { CI: 'true' }, color: true, redraw: false },
])('$what', ({ stream, environment, color, redraw }) => {
  expect(mayColor(stream, { wanted: true, environment })).toBe(color);
  expect(mayColor(stream, { wanted: false, environment })).toBe(false);
  expect(mayRedraw(stream, environment)).toBe(redraw);
});
