/** What people decide is kept in: a Postgres, or PGlite in a directory. */

export type Row = Readonly<Record<string, unknown>>;

/** @throws Failure `UNAVAILABLE` when it does not answer, `TAKEN` for a row that a unique key has already */
export interface Database extends AsyncDisposable {
  /** `$1`, `$2` stand for the values. */
  query(sql: string, values?: readonly unknown[]): Promise<readonly Row[]>;
}
