/** A date that can be handed to every caller: `Object.freeze` alone leaves the setters of a date working. */
export function frozenDate(text: string): Date {
  return Object.freeze(Object.defineProperties(new Date(text), SHIELDS));
}

const refuse = (): never => {
  throw new TypeError('this date is shared by all answers of a generation; copy it with new Date(date)');
};

const SHIELDS: PropertyDescriptorMap = Object.fromEntries(
  Object.getOwnPropertyNames(Date.prototype)
    .filter((name) => name.startsWith('set'))
    .map((name) => [name, { value: refuse }]),
);
