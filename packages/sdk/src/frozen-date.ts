/** A date that can be handed to every caller: `Object.freeze` alone leaves the setters of a date working. */
export function frozenDate(text: string): Date {
  if (text === latest.text) return latest.date;
  const date = Object.freeze(Object.defineProperties(new Date(text), SHIELDS));
  latest = { text, date };
  return date;
}

/** Nearly all replies are of one generation, and so of one time. */
let latest = { text: '', date: new Date(Number.NaN) };

const refuse = (): never => {
  throw new TypeError('this date is shared; copy it with new Date(date)');
};

const SHIELDS: PropertyDescriptorMap = Object.fromEntries(
  Object.getOwnPropertyNames(Date.prototype)
    .filter((name) => name.startsWith('set'))
    .map((name) => [name, { value: refuse }]),
);
