"""Documents → the files of the search: a base segment, a small delta of what changed since, and a root that names both.

The base is kept in a state folder, with what each of its documents was. A later night that brings few changes writes
only a delta (new documents, and changed ones anew) and the list of base documents that no longer hold; everybody's
copy of the base stays good. The state is a cache: without it, or when much changed, the base is made anew.

Documents are numbered by date over both segments together, so "newest first" and ranges of days are number order
whatever segment a document lies in. Same documents and state, same bytes. Files in *out*:

- `current.json`: {"root": name of the root file}; the only name that stays while its content changes
- `root-<hash>.bin`: gzip of JSON: fields and their boosts, counts and mean lengths, the segments, what is gone
- `b-<hash>/`, `d-<hash>/`: base and delta (see `segment`)
"""

from __future__ import annotations

import hashlib
import os
import shutil
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import polars as pl

from vitrina.search import segment
from vitrina.search.documents import CARD, Document, combined, frame, weights
from vitrina.search.score import K1, B

FORMAT = 3
RULES = 1
"""Raised when `tokenize` changes what a text means: a base made by other rules is of no use."""
WHOLE = 20_000
"""Below this many documents the whole index is small: always made anew, without a delta."""
SHARE = 0.006
"""Share of the base that may change before it is made anew: a delta costs its readers more per record than a base."""
KEEP = ("system", "url", "date")


def build(
    documents: Iterable[Document] | pl.DataFrame,
    out: Path,
    titles: Mapping[str, str] | None = None,
    state: Path | None = None,
    *,
    whole: int = WHOLE,
    share: float = SHARE,
) -> dict[str, int]:
    """Write the search files of *documents* in folder *out*; return counts: documents, terms, files, bytes, new, gone.

    *documents* is a frame as `documents.combined` returns it, or the documents themselves. *titles* gives each
    system's short title. *state* is where the base is kept between nights; without it every build makes a base.
    OSError as the disk raises it. What an earlier build left in *out* is removed.
    """
    tonight = documents if isinstance(documents, pl.DataFrame) else combined([frame(documents)])
    _clear(out)
    known = _State.open(state, tonight, whole) if state else None
    changes = known.changes(tonight, share) if known else None
    if known and changes:
        segments, gone, order, totals = _delta(known, changes, tonight, out)
    else:
        segments, gone, order, totals = _base(tonight, out, state), [], [], None
    fields = weights(tonight)
    metas = [s.meta for s in segments]
    if totals is None:
        totals = segments[0].lengths.sum(axis=1, dtype=np.int64).tolist()
    root = {
        "format": FORMAT,
        "fields": fields,
        "k1": K1,
        "b": B,
        "count": len(tonight),
        "lengths": totals,
        "card": list(CARD),
        "systems": {s: (titles or {}).get(s, s) for s in tonight["system"].unique().sort().to_list()},
        "segments": metas,
        "gone": _steps(gone),
        "order": _steps(order),
    }
    content = orjson.dumps(root)
    name = f"root-{hashlib.sha256(content).hexdigest()[:10]}.bin"
    (out / name).write_bytes(segment.pack(content))
    (out / "current.json").write_bytes(orjson.dumps({"root": name}) + b"\n")
    files = [path for path in out.rglob("*") if path.is_file()]
    return {
        "documents": len(tonight),
        "terms": sum(s.terms for s in segments),
        "files": len(files),
        "bytes": sum(path.stat().st_size for path in files),
        "new": len(changes[0]) if changes else len(tonight),
        "gone": len(gone),
    }


def _base(tonight: pl.DataFrame, out: Path, state: Path | None) -> list[segment.Segment]:
    fields = weights(tonight)
    if state is None:
        return [segment.write(tonight, fields, out, "b")]
    shutil.rmtree(state, ignore_errors=True)
    made = segment.write(tonight, fields, state, "b")
    _State.save(state, tonight, made)
    _link(made.folder, out)
    return [made]


def _delta(
    known: _State, changes: tuple[pl.DataFrame, list[int]], tonight: pl.DataFrame, out: Path
) -> tuple[list[segment.Segment], list[int], list[int], list[int]]:
    new, gone = changes
    _link(known.folder / known.meta["name"], out)
    base = segment.Segment(known.folder, known.meta, None, known.terms)
    lengths = np.load(known.folder / "lengths.npy", mmap_mode="r")
    totals = np.array(known.totals, dtype=np.int64) - lengths[:, gone].sum(axis=1, dtype=np.int64)
    if not len(new):
        return [base], gone, [], totals.tolist()
    added = segment.write(new, weights(tonight), out, "d")
    totals += added.lengths.sum(axis=1, dtype=np.int64)
    return [base, added], gone, known.positions(new), totals.tolist()


class _State:
    """What is remembered of the base: its segment, and per document its address, day and the hash of its content."""

    def __init__(self, folder: Path, said: Mapping[str, Any]) -> None:
        self.folder = folder
        self.meta: dict[str, Any] = said["meta"]
        self.terms: int = said["terms"]
        self.totals: list[int] = said["totals"]
        self.documents = pl.read_parquet(folder / "documents.parquet")

    @classmethod
    def open(cls, folder: Path, tonight: pl.DataFrame, whole: int) -> _State | None:
        """Return the state in *folder* when it serves for *tonight*; None when a base must be made."""
        try:
            said = orjson.loads((folder / "state.json").read_bytes())
            if said["made_by"] != _made_by(tonight) or said["meta"]["count"] < whole:
                return None
            return cls(folder, said) if (folder / said["meta"]["name"]).is_dir() else None
        except (OSError, ValueError, KeyError, pl.exceptions.PolarsError):
            return None

    @staticmethod
    def save(folder: Path, documents: pl.DataFrame, made: segment.Segment) -> None:
        np.save(folder / "lengths.npy", made.lengths)
        _hashed(documents).select(*KEEP, "hash").write_parquet(folder / "documents.parquet")
        said = {
            "made_by": _made_by(documents),
            "meta": made.meta,
            "terms": made.terms,
            "totals": made.lengths.sum(axis=1, dtype=np.int64).tolist(),
        }
        (folder / "state.json").write_bytes(orjson.dumps(said))

    def changes(self, tonight: pl.DataFrame, share: float) -> tuple[pl.DataFrame, list[int]] | None:
        """Return tonight's documents that the base lacks and the base's numbers that are gone; None if too many."""
        hashed = _hashed(tonight)
        same = ["system", "url", "hash"]
        new = hashed.join(self.documents, on=same, how="anti", maintain_order="left").drop("hash")
        gone = self.documents.with_row_index("n").join(hashed, on=same, how="anti", maintain_order="left")[
            "n"
        ]
        return (new, gone.to_list()) if len(new) + len(gone) <= share * len(self.documents) else None

    def positions(self, new: pl.DataFrame) -> list[int]:
        """Return, per document of *new*, how many documents of the base come before it."""
        days = self.documents["date"]
        low = days.search_sorted(new["date"], side="left").to_list()
        high = days.search_sorted(new["date"], side="right").to_list()
        found = []
        for a, b, system, url in zip(low, high, new["system"], new["url"], strict=True):
            same_day = self.documents.slice(a, b - a).select("system", "url").rows()
            found.append(a + bisect_left(same_day, (system, url)))
        return found


def _made_by(documents: pl.DataFrame) -> list[Any]:
    """Return what two nights must share for the base of one to serve the other."""
    return [FORMAT, RULES, pl.__version__, weights(documents), list(CARD)]


def _hashed(documents: pl.DataFrame) -> pl.DataFrame:
    return documents.with_columns(hash=documents.hash_rows(seed=1))


def _steps(numbers: Sequence[int]) -> list[int]:
    return [b - a for a, b in zip([0, *numbers], numbers, strict=False)]


def _link(folder: Path, out: Path) -> None:
    """Put the files of *folder* in *out*, without copying their bytes where the disk allows it."""

    def link(source: str, target: str) -> None:
        try:
            os.link(source, target)
        except OSError:
            shutil.copyfile(source, target)

    shutil.copytree(folder, out / folder.name, copy_function=link)


def _clear(out: Path) -> None:
    """Remove what builds of this and of older formats left in *out*; anything else stays."""
    out.mkdir(parents=True, exist_ok=True)
    for pattern in ("current.json", "root-*", "index-*.bin"):
        for old in out.glob(pattern):
            old.unlink()
    for folder in (*out.glob("[bd]-*"), *(out / name for name in "dftv")):
        if folder.is_dir():
            shutil.rmtree(folder)
