/** What a text of others says, if it is an object of JSON. */

export type JsonObject = Readonly<Record<string, unknown>>;

export function jsonObjectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
