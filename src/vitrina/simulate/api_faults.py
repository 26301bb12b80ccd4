"""Fault switches of the simulated API: what real servers do wrong, each alone or together with others.

A fault has a kind, the part of a path it applies to (empty: every data path), a page (0: all), how many times it
happens (0: always) and a number or text of its own. Kinds, by where they act:

- instead of an answer: `slow` (seconds), `reset`, `burst` (status), `redirect` (address), `html`, `html-json`,
  `error-200`, `expired`;
- in the rows: `half`, `tenfold`, `shifting` (rows added, or taken if negative, from the second page on),
  `drift-drop`, `drift-rename`, `drift-new` (column);
- in one page: `duplicate-page`, `wrong-total` (rows too many), `endless`, `empty`;
- on the wire: `drip` (seconds a byte), `cut-length`, `cut-chunked`, `cut-close`, `cut-gzip`, `cut-json` (share of
  the body that is sent).
"""

from __future__ import annotations

import csv
import gzip
import io
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import Any

import orjson

from vitrina.errors import UsageError
from vitrina.simulate.api_wire import Answer, Request, json_answer

INSTEAD = ("slow", "reset", "burst", "redirect", "html", "html-json", "error-200", "expired")
STILL = ("half", "tenfold", "drift-drop", "drift-rename", "drift-new")
ROWS = (*STILL, "shifting")
PAGE = ("duplicate-page", "wrong-total", "endless", "empty")
WIRE = ("drip", "cut-length", "cut-chunked", "cut-close", "cut-gzip", "cut-json")
KINDS = (*INSTEAD, *ROWS, *PAGE, *WIRE)

_LOGIN = b"<!DOCTYPE html><html lang='es'><head><title>Acceso</title></head><body><form>Inicie sesi\xc3\xb3n</form></body></html>"
Row = Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """One switch; `value` means what its kind says, `field` is the column of a drift or the address of a redirect."""

    kind: str
    path: str = ""
    page: int = 0
    times: int = 0
    value: float = 0.0
    field: str = ""

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise UsageError(f"No hay una falla {self.kind!r}", f"Use una de: {', '.join(KINDS)}.")


@dataclass(frozen=True)
class Page:
    """One page of a list, as a dialect is about to write it."""

    rows: Sequence[Any]
    number: int
    size: int
    total: int
    more: bool


def parse(text: str) -> Fault:
    """Return the fault written as `kind[,path=…][,page=N][,times=N][,value=X][,field=…]`; UsageError when it is not one.

    >>> parse("cut-length,path=/v1/spic,page=2,value=0.5")
    Fault(kind='cut-length', path='/v1/spic', page=2, times=0, value=0.5, field='')
    """
    kind, *rest = text.split(",")
    given: dict[str, Any] = {}
    for part in rest:
        name, _, value = part.partition("=")
        kinds: Mapping[str, Callable[[str], Any]] = {
            "path": str,
            "field": str,
            "page": int,
            "times": int,
            "value": float,
        }
        try:
            given[name] = kinds[name](value)
        except (KeyError, ValueError):
            raise UsageError(
                f"No se entiende {part!r} en la falla {text!r}", f"Use {', '.join(kinds)} como en page=2."
            ) from None
    return Fault(kind, **given)


class Faults:
    """The switches of one server, and how often each has happened."""

    def __init__(self, faults: Iterable[Fault] = ()) -> None:
        self.faults = list(faults)
        self._happened: Counter[int] = Counter()
        self._lock = Lock()

    def match(self, request: Request, kinds: Sequence[str]) -> list[Fault]:
        """Return the faults of *kinds* that strike this request; each one counts as happened."""
        found = []
        for number, fault in enumerate(self.faults):
            if fault.kind not in kinds or not _meets(fault, request):
                continue
            with self._lock:
                if fault.times and self._happened[number] >= fault.times:
                    continue
                self._happened[number] += 1
            found.append(fault)
        return found


def _meets(fault: Fault, request: Request) -> bool:
    if fault.page and fault.page != request.page:
        return False
    if fault.path:
        return fault.path in request.path
    return "/oauth/" not in request.path


# ── instead of an answer ──────────────────────────────────────────────────────────────────────────────────


def answer_of(fault: Fault) -> Answer:
    """Return what a server with this fault sends in place of its answer (not for slow, reset and expired)."""
    if fault.kind == "burst":
        return Answer(int(fault.value) or 503, b"Service Unavailable", "text/plain", {"Retry-After": "0"})
    if fault.kind == "redirect":
        return Answer(302, b"", "text/plain", {"Location": fault.field})
    if fault.kind == "error-200":
        return json_answer(200, {"code": "500", "message": "Error interno al consultar la base de datos"})
    kind = "application/json" if fault.kind == "html-json" else "text/html; charset=utf-8"
    return Answer(200, _LOGIN, kind)


# ── in the rows ───────────────────────────────────────────────────────────────────────────────────────────


def spoil_rows(rows: Sequence[Any], faults: Sequence[Fault]) -> list[Any]:
    """Return *rows* with the faults of kind ROWS applied (shifting apart: see `shifted`)."""
    spoiled = list(rows)
    for fault in faults:
        if fault.kind == "half":
            spoiled = spoiled[: len(spoiled) // 2]
        elif fault.kind == "tenfold":
            spoiled = [_renamed(r, n) if n else r for n in range(10) for r in spoiled]
        elif fault.kind.startswith("drift-"):
            spoiled = [_drifted(r, fault) for r in spoiled]
    return spoiled


def shifted(rows: Sequence[Any], by: int) -> Sequence[Any]:
    """Return *rows* after *by* new ones came in at the front (or as many left it, when negative)."""
    if by >= 0:
        return [*(_renamed(rows[0], f"n{n}") for n in range(by) if rows), *rows]
    return rows[-by:]


def _renamed(row: Any, mark: int | str) -> Any:
    """A copy of the row that counts as another: its identifiers carry a mark."""
    copy = dict(row)
    for name in ("id", "ocid"):
        if isinstance(copy.get(name), str):
            copy[name] = f"{copy[name]}-{mark}"
    if "id" not in copy and "ocid" not in copy:
        copy["Observaciones"] = f"Copia {mark}"
    return copy


def _drifted(row: Any, fault: Fault) -> Any:
    copy = dict(row)
    if fault.kind == "drift-new":
        copy[fault.field or "curp_conyuge"] = "SECRETO-QUE-NO-SALE"
    else:
        value = copy.pop(fault.field, None)
        if fault.kind == "drift-rename":
            copy[f"{fault.field}_nuevo"] = value
    return copy


def spoil_table(body: bytes, faults: Sequence[Fault]) -> bytes:
    """Return a CSV file with the faults in its rows."""
    if not faults:
        return body
    rows = list(csv.DictReader(io.StringIO(body.decode("utf-8"), newline="")))
    spoiled = spoil_rows(rows, faults)
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, list(spoiled[0]) if spoiled else [], lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(spoiled)
    return out.getvalue().encode()


# ── in one page ───────────────────────────────────────────────────────────────────────────────────────────


def spoil_page(page: Page, faults: Sequence[Fault], rows: Sequence[Any]) -> Page:
    """Return the page with the faults of kind PAGE; *rows* is the whole list."""
    for fault in faults:
        if fault.kind == "duplicate-page" and page.number > 1:
            start = (page.number - 2) * page.size
            page = replace(page, rows=rows[start : start + page.size])
        elif fault.kind == "wrong-total":
            page = replace(page, total=page.total + (int(fault.value) or 7))
        elif fault.kind == "endless":
            page = replace(page, rows=page.rows or rows[-page.size :], more=True)
        elif fault.kind == "empty":
            page = replace(page, rows=[], total=0, more=False)
    return page


# ── on the wire ───────────────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Sending:
    """How a body goes out: in which pieces, with which framing, and how long between pieces."""

    pieces: Sequence[bytes]
    headers: Mapping[str, str]
    pause: float = 0.0
    chunked: bool = False
    last_chunk: bool = True
    close: bool = False


def sending(body: bytes, faults: Sequence[Fault]) -> Sending:
    """Return how *body* is sent: whole with its length, or as the first wire fault spoils it."""
    length = {"Content-Length": str(len(body))}
    if not faults:
        return Sending([body], length)
    fault = faults[0]
    cut = int(len(body) * fault.value)
    makers: dict[str, Callable[[], Sending]] = {
        "drip": lambda: Sending(
            [body[i : i + 1] for i in range(len(body))], length, pause=fault.value or 0.05
        ),
        "cut-length": lambda: Sending([body[:cut]], length, close=True),
        "cut-chunked": lambda: Sending(
            [body[:cut]], {"Transfer-Encoding": "chunked"}, chunked=True, last_chunk=False, close=True
        ),
        "cut-close": lambda: Sending([body[:cut]], {"Connection": "close"}, close=True),
        "cut-json": lambda: Sending([body[:cut]], {"Content-Length": str(cut)}),
        "cut-gzip": lambda: _cut_gzip(body, fault.value),
    }
    return makers[fault.kind]()


def _cut_gzip(body: bytes, share: float) -> Sending:
    """The length agrees with what is sent; only the gzip end marker is missing."""
    packed = gzip.compress(body, mtime=0)
    packed = packed[: int(len(packed) * share)]
    return Sending([packed], {"Content-Encoding": "gzip", "Content-Length": str(len(packed))})


def canary(reached: list[str], request: Request) -> Answer:
    """Answer a path that nobody should be able to reach, and remember that somebody did."""
    reached.append(request.path)
    return Answer(200, orjson.dumps([{"id": "interno", "secreto": "no"}]))
