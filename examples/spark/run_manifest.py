"""The manifest of a run folder, written last: what is not in it is not in the run. Plain Python, no dependency.

Beside a Spark job (write_run.py), or alone over a folder on disk that holds members/ and catalogue.ndjson:

    python3 run_manifest.py runs/20260131t040000z
"""

import gzip
import hashlib
import json
import re
import sys
from datetime import datetime, timezone
from pathlib import Path

RUN_ID = "%Y%m%dt%H%M%Sz"


def manifest(computed_at, layout, format, parts, catalogue, **more):
    """`manifest.json` of files given as {key, bytes, rows, memberships, sha256}, the catalogue without memberships.

    `more` is what is optional: rejected_upstream, expected_every.
    """
    totals = {"memberships": sum(part["memberships"] for part in parts), "segments": catalogue["rows"]}
    if layout == "by-customer":
        totals["customers"] = sum(part["rows"] for part in parts)
    return {
        "schema": "segment-store/run/1",
        "run_id": computed_at.strftime(RUN_ID),
        "computed_at": computed_at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "layout": layout,
        "format": format,
        "parts": sorted(parts, key=lambda part: part["key"]),
        "catalogue": catalogue,
        "totals": totals,
        **more,
        "producer": {"name": "spark-example", "version": "1"},
    }


def to_text(manifest):
    return json.dumps(manifest, indent=2) + "\n"


def segment_id(definition, dimension, value):
    """`<definition>:<dimension>:<value>`; other bytes than A-Z a-z 0-9 . _ - as ~HH, what is too long by its SHA-256."""
    escaped = re.sub(rb"[^A-Za-z0-9._-]", lambda byte: b"~%02X" % byte[0][0], value.encode()).decode()
    whole = f"{definition}:{dimension}:{escaped}"
    if len(whole) <= 128:
        return whole
    suffix = "~h" + hashlib.sha256(whole.encode()).hexdigest()[:16]
    return re.sub("~[0-9A-F]?$", "", whole[: 128 - len(suffix)]) + suffix


def file_facts(key, content, rows, **more):
    return {"key": key, "bytes": len(content), "rows": rows, **more, "sha256": hashlib.sha256(content).hexdigest()}


def part_on_disk(folder, path):
    """A part of by-customer NDJSON, plain or gzip."""
    content = path.read_bytes()
    text = gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content
    lines = [json.loads(line) for line in text.splitlines() if line]
    memberships = sum(len(line["segment_ids"]) for line in lines)
    return file_facts(path.relative_to(folder).as_posix(), content, len(lines), memberships=memberships)


def main(folder):
    # Spark's _SUCCESS and the checksum files of Hadoop are no parts.
    parts = [part_on_disk(folder, path) for path in (folder / "members").iterdir() if path.name[0] not in "._"]
    lines = (folder / "catalogue.ndjson").read_bytes()
    catalogue = file_facts("catalogue.ndjson", lines, len(lines.splitlines()))
    computed_at = datetime.strptime(folder.name, RUN_ID).replace(tzinfo=timezone.utc)
    with open(folder / "manifest.json", "x") as file:  # a run folder is never changed
        file.write(to_text(manifest(computed_at, "by-customer", "ndjson", parts, catalogue)))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
