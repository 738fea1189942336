-- Every (customer_id, segment_id) of definitions.json as of 2011-12-10, asked of the orders in plain SQL.
-- It shares nothing with segment-compute: tests compare the two for every customer.
-- In this directory: duckdb -c ".read oracle.sql"
WITH line AS (
  SELECT CAST(CAST(CustomerID AS BIGINT) AS VARCHAR) AS customer, InvoiceNo AS invoice,
    strptime(InvoiceDate, '%Y-%m-%d %H:%M:%S') AS moment, Country AS country, Description AS description
  FROM 'orders.parquet'
  WHERE CustomerID IS NOT NULL AND left(InvoiceNo, 1) <> 'C' AND UnitPrice > 0
), keyword AS (
  SELECT row_number() OVER () AS place, keyword, category
  FROM read_csv('categories.csv', header = true, all_varchar = true)
), product AS (
  SELECT DISTINCT description, concat(' ', regexp_replace(upper(description), '[^A-Z0-9]+', ' ', 'g'), ' ') AS words
  FROM line
), categorised AS (
  SELECT description, coalesce(arg_min(category, place), 'other') AS category
  FROM product LEFT JOIN keyword ON words LIKE concat('% ', keyword, ' %')
  GROUP BY description
), seen AS (
  SELECT customer, invoice, moment, concat('country:', replace(country, ' ', '~20')) AS scope FROM line
  UNION ALL
  SELECT customer, invoice, moment, concat('category:', category) FROM line JOIN categorised USING (description)
), recurrent AS (
  SELECT customer, scope FROM seen WHERE moment >= TIMESTAMP '2011-12-10' - INTERVAL 90 DAY
  GROUP BY customer, scope HAVING count(DISTINCT invoice) >= 2
), inactive AS (
  SELECT customer, scope FROM seen
  EXCEPT SELECT customer, scope FROM seen WHERE moment >= TIMESTAMP '2011-12-10' - INTERVAL 180 DAY
), fresh AS (
  SELECT customer, scope FROM seen
  EXCEPT SELECT customer, scope FROM seen WHERE moment < TIMESTAMP '2011-12-10' - INTERVAL 30 DAY
)
SELECT customer AS customer_id, concat('recurrent-customers:', scope) AS segment_id FROM recurrent
UNION ALL SELECT customer, concat('inactive-customers:', scope) FROM inactive
UNION ALL SELECT customer, concat('new-customers:', scope) FROM fresh
ORDER BY customer_id, segment_id;
