/** The few forms of SQL a calculation is made of. No lists, no date functions: other engines read them too. */

/** A text in SQL. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** An instant in SQL; columns hold UTC without a zone. */
export function instant(date: Date): string {
  return `TIMESTAMP '${date.toISOString().slice(0, -1).replace('T', ' ')}'`;
}

export interface LinesForm {
  /** What to read from: a table, or a table function over a file. */
  readonly source: string;
  /** Column of `lines` → expression over the source. */
  readonly columns: Readonly<Record<string, string>>;
  /** Reason → condition over the columns; the first that holds excludes the line. */
  readonly exclusions: Readonly<Record<string, string>>;
}

/** Table `lines`: every order line, once, with why it is excluded or null. The only form that reads the orders. */
export function linesForm({ source, columns, exclusions }: LinesForm): string {
  const selected = Object.entries(columns).map(([column, expression]) => `${expression} AS ${column}`);
  const cases = Object.entries(exclusions).map(([reason, condition]) => `WHEN ${condition} THEN ${literal(reason)}`);
  return `CREATE TEMP TABLE lines AS
    SELECT *, CASE ${cases.join(' ')} END AS excluded
    FROM (SELECT ${selected.join(', ')} FROM ${source})`;
}

/**
 * Table `features`: one row for each customer and value of a dimension they ordered at, with one column for each
 * measure. Every dimension rolls up from one row per order, country and category: its earliest line.
 */
export function featuresForm(dimensions: readonly string[], measures: readonly string[]): string {
  const scopes = dimensions.map(
    (dim) => `SELECT customer, ${literal(dim)} AS dim, ${dim} AS value, invoice, min(ordered_at) AS ordered_at
      FROM finest WHERE ${dim} <> '' GROUP BY customer, ${dim}, invoice`,
  );
  const columns = measures.map((measure, index) => `, ${measure} AS ${featureColumn(index)}`);
  return `CREATE TEMP TABLE features AS
    WITH finest AS MATERIALIZED (
      SELECT customer, invoice, country, category, min(ordered_at) AS ordered_at
      FROM lines JOIN products ON products.description = lines.description
      WHERE excluded IS NULL GROUP BY customer, invoice, country, category)
    SELECT customer, dim, value ${columns.join(' ')}
    FROM (${scopes.join(' UNION ALL ')}) GROUP BY customer, dim, value`;
}

export function featureColumn(index: number): string {
  return `f${index}`;
}

/**
 * Every customer with a null, then each of their segments by its position in table `segments`; sorted by the bytes
 * of the customer id. `conditions`: definition number → condition over the feature columns.
 */
export function membershipsForm(conditions: readonly string[]): string {
  const branches = conditions.map(
    (condition, definition) => `SELECT features.customer, segments.position
      FROM features JOIN segments ON segments.dim = features.dim AND segments.value = features.value
      WHERE segments.definition = ${definition} AND ${condition}`,
  );
  const customers = 'SELECT DISTINCT customer, CAST(NULL AS INTEGER) AS position FROM lines WHERE excluded IS NULL';
  return `SELECT customer, position FROM (${[customers, ...branches].join(' UNION ALL ')})
    ORDER BY customer, position NULLS FIRST`;
}
