"""What the check leaves besides the report: findings of published records, quarantine (private), one line per night."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import orjson
import polars as pl

from vitrina.checking import findings
from vitrina.checking.report_texts_reading import MEND, READING
from vitrina.model import System
from vitrina.storage import write_bytes

Frames = Mapping[str, pl.DataFrame]
PUBLIC = ("row_id", "table", "rule", "severity", "field")
"""Columns of build/reports/<system>.findings.parquet."""
_FILE = r"^(.*?)(?:#|, (?:fila|renglón|línea|hoja) )"


def notes(read: pl.DataFrame, states: pl.DataFrame) -> pl.DataFrame:
    """Return what layouts noticed (`_notes.parquet`) as findings.LOCATED; *states*: report_ledger.settled."""
    facts = states.select("source", "row_position", "ente_id", published=pl.col("state") == "published")
    facts = facts.unique(["source", "row_position"], keep="first", maintain_order=True)
    joined = read.join(facts, on=["source", "row_position"], how="left", maintain_order="left")
    return joined.select(
        "table", index=pl.lit(-1, dtype=pl.Int64), rule="code", severity="severity", field="field", message="message",
        remedy="remedy", source="source", position="position", row_id="row_id",
        ente_id=pl.col("ente_id").fill_null(""), label=pl.lit(""), published=pl.col("published").fill_null(value=False),
    ).cast(pl.Schema(findings.LOCATED))  # fmt: skip


def rejections(states: pl.DataFrame) -> pl.DataFrame:
    """Return the records that could not be read as findings.LOCATED."""
    remedies = {code: text.remedy for code, text in READING.items()}
    return states.filter(pl.col("fate") == "rejected").select(
        table=pl.lit(""), index=pl.lit(-1, dtype=pl.Int64), rule="code", severity=pl.lit("error"), field=pl.lit(""),
        message=pl.when(pl.col("message") == "").then("code").otherwise("message"),
        remedy=pl.col("code").replace_strict(remedies, default=MEND, return_dtype=pl.String),
        source="source", position="position", row_id=pl.lit(""), ente_id="ente_id", label=pl.lit(""),
        published=pl.lit(value=False),
    ).cast(pl.Schema(findings.LOCATED))  # fmt: skip


def public(found: pl.DataFrame) -> pl.DataFrame:
    """Return every non-error finding on a published record, once each, sorted; no values and no places."""
    kept = found.filter(pl.col("published") & (pl.col("severity") != "error") & (pl.col("row_id") != ""))
    return kept.select(PUBLIC).unique().sort(PUBLIC)


def write_quarantine(path: Path, frames: Frames, held: Mapping[str, pl.Series], states: pl.DataFrame) -> None:
    """Write every row held back and every record that could not be read at *path* (JSON Lines); private."""
    lines = [
        orjson.dumps({"table": name, "row": row})
        for name, frame in frames.items()
        for row in frame.filter(held[name]).iter_rows(named=True)
    ]
    rejected = states.filter(pl.col("fate") == "rejected")
    lines += [orjson.dumps({"record": row}) for row in rejected.iter_rows(named=True)]
    write_bytes(path, b"".join(line + b"\n" for line in lines))


def write_findings(
    path: Path, found: pl.DataFrame, sources: Sequence[Mapping[str, Any]], system: System
) -> None:
    """Write every finding, errors too, at *path* (JSON Lines): enough to tell each institution what to mend; private.

    `file` and `place` are where the source gave the row; `label` is the record's title; `sender` the body that
    sends the source; `field_title` the column as people know it.
    """
    senders = {s["source"]: s.get("ente", "") for s in sources}
    titles = pl.DataFrame(
        [(t.name, f.name, f.title) for t in system.tables for f in t.fields],
        schema={"table": pl.String, "field": pl.String, "field_title": pl.String}, orient="row",
    )  # fmt: skip
    file = pl.col("position").str.extract(_FILE).fill_null(pl.col("position"))
    rest = pl.col("position").str.strip_prefix(file).str.strip_prefix(",").str.strip_chars()
    rows = found.join(titles, on=["table", "field"], how="left", maintain_order="left").select(
        "ente_id", "source", pl.col("source").replace_strict(senders, default="").alias("sender"), "table", "row_id",
        "label", "position", file.alias("file"), rest.alias("place"), "field", pl.col("field_title").fill_null(""),
        "rule", pl.col("rule").alias("code"), "severity", "message", "remedy", "published",
    )  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.tmp")
    rows.write_ndjson(temporary)
    temporary.replace(path)


def remember(path: Path, result: Mapping[str, Any], day: str) -> None:
    """Write the night's line in data/archive/quality/<system>.jsonl, in the place of an earlier run of that night."""
    totals = {
        k: sum(s[k] for s in result["sources"])
        for k in ("records_in", "published", "quarantined", "withheld")
    }
    counts = dict.fromkeys(("error", "warning", "note"), 0)
    rules: dict[str, int] = {}
    for issue in result["issues"]:
        counts[issue["severity"]] += issue["count"]
        rules[issue["rule"]] = rules.get(issue["rule"], 0) + issue["count"]
    line = {
        "date": day, "decision": result["decision"], "verdict": result["verdict"], "checked": totals["records_in"],
        "published": totals["published"], "quarantined": totals["quarantined"], "withheld": totals["withheld"],
        "errors": counts["error"], "warnings": counts["warning"], "notes": counts["note"],
        "filled": result["received_fill"], "rules": dict(sorted(rules.items())),
        "entes": {e["ente_id"]: sum(e["issues"].values()) for e in result["entes"] if e["issues"]},
    }  # fmt: skip
    kept = [n for n in nights(path) if n["date"] != day]
    lines = sorted([*kept, line], key=lambda n: str(n["date"]))
    write_bytes(path, b"".join(orjson.dumps(n) + b"\n" for n in lines))


def nights(path: Path) -> list[dict[str, Any]]:
    """Return the lines of data/archive/quality/<system>.jsonl, oldest first."""
    return [orjson.loads(line) for line in path.read_bytes().splitlines()] if path.is_file() else []
