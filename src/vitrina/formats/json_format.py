"""JSON and JSON Lines, and the envelopes in which the platform's systems wrap their records."""

from __future__ import annotations

import codecs
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import orjson

from vitrina.errors import BadContentError, EmptyContentError
from vitrina.formats import json_stream
from vitrina.formats.decoding import decode
from vitrina.model import RawRecord

_LISTS = ("results", "data", "releases", "records")
"""Members that hold the records: PDN v1 and S6 (`results`), Directus and PDN S6 (`data`), OCDS packages."""


SMALL = 8 << 20
"""A document up to this many bytes is read whole; a larger one takes ten times its size in memory."""
LONGEST_LINE = 256 << 20


def read(path: Path, name: str) -> Iterator[RawRecord]:
    """Yield the records of a JSON document: a bare record, an array, or a known envelope (see `unwrap`).

    BadContentError, possibly after some records, when it is not whole, valid JSON in UTF-8, is an error body, or
    holds no record.
    """
    count = 0
    for start, document in _documents(path, name):
        for pointer, record in unwrap(document, start):
            count += 1
            yield RawRecord(f"{name}#{pointer}", record)
    if count == 0:
        raise EmptyContentError(
            f"{name}: no contiene ningún registro", "Compruebe con la institución que no sea un error."
        )


def _documents(path: Path, name: str) -> Iterator[tuple[str, Any]]:
    """Yield (pointer, part): the whole document when it is small, each item of its list when it is not."""
    if path.stat().st_size > SMALL:
        for pointer, item in json_stream.items(path, name, ("arrayReleasePackage", *_LISTS)):
            if not pointer:
                _refuse_error_body(item, name)
            yield pointer, item
        return
    document = _parse(decode(path.read_bytes(), name), name)
    _refuse_error_body(document, name)
    yield "", document


def read_lines(path: Path, name: str) -> Iterator[RawRecord]:
    """Yield the records of a JSON Lines file, one document per line; blank lines are skipped.

    Read line by line: a publisher's year can be gigabytes. BadContentError as in `read`, with the line's number.
    """
    count = 0
    for number, line in enumerate(_lines(path, name), 1):
        if not line.strip():
            continue
        document = _parse(line, f"{name}, línea {number}")
        for pointer, record in unwrap(document):
            count += 1
            yield RawRecord(f"{name}, línea {number}{f'#{pointer}' if pointer else ''}", record)
    if count == 0:
        raise EmptyContentError(f"{name}: no contiene ningún registro", "Pida el archivo de nuevo.")


def _lines(path: Path, name: str) -> Iterator[str]:
    """Yield the lines of a text file; one in UTF-16 is decoded whole, one in UTF-8 never is."""
    with path.open("rb") as stream:
        if stream.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            yield from decode(path.read_bytes(), name).split("\n")
            return
        stream.seek(0)
        for number, line in enumerate(iter(lambda: stream.readline(LONGEST_LINE), b""), 1):
            if len(line) == LONGEST_LINE:
                raise BadContentError(f"{name}, línea {number}: no tiene fin", "Pida un registro por línea.")
            yield decode(line, name if number == 1 else f"{name}, línea {number}")


def unwrap(document: Any, pointer: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (JSON Pointer, record) for each record in *document*, whatever known envelope wraps it.

    Envelopes: arrays; `{results}`, `{data}`; OCDS release and record packages; INAI's `{arrayReleasePackage}`;
    the PDN S6 page item `{ocid, record}`. Anything else is itself a record.
    """
    if isinstance(document, list):
        for index, item in enumerate(document):
            yield from unwrap(item, f"{pointer}/{index}")
    elif isinstance(document, Mapping):
        if isinstance(document.get("arrayReleasePackage"), list):
            yield from unwrap(document["arrayReleasePackage"], f"{pointer}/arrayReleasePackage")
        elif set(document) == {"ocid", "record"}:
            yield f"{pointer}/record", document["record"]
        elif "ocid" not in document and (member := _list_member(document)):
            for index, item in enumerate(document[member]):
                yield from unwrap(item, f"{pointer}/{member}/{index}")
        else:
            yield pointer, document
    else:
        yield pointer, document


def _list_member(document: Mapping[str, Any]) -> str:
    return next((m for m in _LISTS if isinstance(document.get(m), list)), "")


def _parse(text: str, name: str) -> Any:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise BadContentError(
            f"{name}: JSON mal formado o cortado en la línea {error.lineno}, columna {error.colno}",
            "El envío llegó incompleto o el sistema de origen lo escribió mal; pídalo de nuevo.",
        ) from error


def _refuse_error_body(document: Any, name: str) -> None:
    """A 200 answer whose body is an error object is a failure, not zero rows (pdn.md §2.5)."""
    if not isinstance(document, Mapping) or _list_member(document):
        return
    if document.get("errors") or document.get("error") or ("code" in document and "message" in document):
        raise BadContentError(
            f"{name}: el sistema respondió con un mensaje de error", "Avise a la institución."
        )
