"""Orders -> a run folder that segment-ingest loads: recurrent customers by country. Needs PySpark and nothing else.

    spark-submit --py-files run_manifest.py write_run.py \\
        --orders s3a://bucket/orders.parquet --as-of 2011-12-10 --to s3a://bucket/runs
"""

import argparse
import json
from contextlib import closing
from datetime import datetime, timedelta, timezone

from pyspark.sql import SparkSession
from pyspark.sql import functions as F

from run_manifest import RUN_ID, file_facts, manifest, segment_id, to_text

DEFINITION = "recurrent-customers"
DAYS = 90
ORDERS_AT_LEAST = 2


def main(args):
    spark = SparkSession.builder.appName("write-run").config("spark.sql.session.timeZone", "UTC").getOrCreate()
    computed_at = datetime.now(timezone.utc)
    folder = f"{args.to}/{computed_at.strftime(RUN_ID)}"

    lines = spark.read.parquet(args.orders)
    orders = paid(lines).cache()
    recurrent = recurrent_by_country(orders, args.as_of).cache()
    segments = segments_of(orders, recurrent, args.as_of)
    names = spark.createDataFrame([(one["attributes"]["country"], one["id"]) for one in segments], ["country", "segment_id"])
    memberships = recurrent.join(F.broadcast(names), "country").select("customer_id", "segment_id")

    write = {"by-customer": write_by_customer, "by-segment": write_by_segment}[args.layout]
    format, measured = write(spark, orders, memberships, f"{folder}/members", args.parts)
    catalogue = "".join(json.dumps(one, separators=(",", ":"), ensure_ascii=False) + "\n" for one in segments).encode()
    write_file(spark, f"{folder}/catalogue.ndjson", catalogue)
    made = manifest(
        computed_at,
        args.layout,
        format,
        parts_of(spark, f"{folder}/members", measured),
        file_facts("catalogue.ndjson", catalogue, len(segments)),
        rejected_upstream=lines.count() - orders.count(),
    )
    write_file(spark, f"{folder}/manifest.json", to_text(made).encode())  # last: now the run is complete
    print(folder)


def paid(lines):
    """Order lines that count: of a known customer, not cancelled, paid for. The bundled data holds ids as doubles."""
    kept = lines.where("CustomerID IS NOT NULL AND InvoiceNo NOT LIKE 'C%' AND UnitPrice > 0")
    return kept.selectExpr(
        "CAST(CAST(CustomerID AS BIGINT) AS STRING) AS customer_id",
        "InvoiceNo AS invoice",
        "to_timestamp(InvoiceDate, 'yyyy-MM-dd HH:mm:ss') AS moment",
        "Country AS country",
    )


def recurrent_by_country(orders, as_of):
    recent = orders.where((F.col("moment") >= as_of - timedelta(days=DAYS)) & (F.col("moment") < as_of))
    counted = recent.groupBy("customer_id", "country").agg(F.countDistinct("invoice").alias("orders"))
    return counted.where(F.col("orders") >= ORDERS_AT_LEAST).select("customer_id", "country")


def segments_of(orders, recurrent, as_of):
    """Catalogue lines: one segment a country, also of those where nobody is recurrent."""
    sizes = orders.select("country").distinct().join(recurrent.groupBy("country").count(), "country", "left")
    return [
        {
            "id": segment_id(DEFINITION, "country", row["country"]),
            "type": "recurrent",
            "name": f"Recurrent customers: {row['country']}",
            "attributes": {"country": row["country"]},
            "definition": DEFINITION,
            "as_of": as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "size": row["count"] or 0,
        }
        for row in sizes.orderBy("country").collect()
    ]


def write_by_customer(spark, orders, memberships, members, parts):
    """One line a customer, an empty list for those in no segment: Spark would leave a null out of the line."""
    ids = memberships.groupBy("customer_id").agg(F.sort_array(F.collect_set("segment_id")).alias("segment_ids"))
    lines = orders.select("customer_id").distinct().join(ids, "customer_id", "left").selectExpr(
        "customer_id", "coalesce(segment_ids, CAST(array() AS ARRAY<STRING>)) AS segment_ids"
    )
    lines.repartition(parts, "customer_id").write.json(members, compression="gzip")
    written = spark.read.schema(lines.schema).json(members)
    return "ndjson", rows_by_file(written, F.sum(F.size("segment_ids")))


def write_by_segment(spark, _orders, memberships, members, parts):
    """A row a membership; customers in no segment cannot be told this way."""
    memberships.select("segment_id", "customer_id").repartition(parts, "segment_id").write.parquet(members, compression="zstd")
    return "parquet", rows_by_file(spark.read.parquet(members), F.count("*"))


def rows_by_file(written, memberships):
    """Counted in what was written, not in what was meant to be."""
    by_file = written.groupBy(F.col("_metadata.file_name").alias("name"))
    return by_file.agg(F.count("*").alias("rows"), memberships.alias("memberships"))


def parts_of(spark, members, measured):
    """Every file Spark wrote, empty ones too. A file is hashed in memory: leave sha256 out above a gigabyte a part."""
    files = spark.read.format("binaryFile").load(members).select(
        F.col("_metadata.file_name").alias("name"), "length", F.sha2("content", 256).alias("sha256")
    )
    return [
        {
            "key": f"members/{row['name']}",
            "bytes": row["length"],
            "rows": row["rows"] or 0,
            "memberships": row["memberships"] or 0,
            "sha256": row["sha256"],
        }
        for row in files.join(measured, "name", "left").collect()
    ]


def write_file(spark, path, content):
    """By Spark's own file systems, so that S3 (s3a), HDFS and a directory are one; never over an existing file."""
    target = spark._jvm.org.apache.hadoop.fs.Path(path)
    with closing(target.getFileSystem(spark._jsc.hadoopConfiguration()).create(target, False)) as file:
        file.write(bytearray(content))


def utc_day(text):
    """With its zone: Spark would take a naive one for local time, wherever the driver runs."""
    return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)


def parse_args():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--orders", required=True, help="Parquet of order lines")
    parser.add_argument("--as-of", required=True, type=utc_day, help="the day after the last one that counts")
    parser.add_argument("--to", required=True, help="where run folders are")
    parser.add_argument("--layout", choices=["by-customer", "by-segment"], default="by-customer")
    parser.add_argument("--parts", type=int, default=8, help="part files; 64-256 MB each is a good size")
    return parser.parse_args()


if __name__ == "__main__":
    main(parse_args())
