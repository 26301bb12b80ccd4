"""CSV as institutions send it, read strictly (RFC 4180; the delimiter is declared, never guessed)."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, TextIO

from vitrina.errors import BadContentError, EmptyContentError
from vitrina.formats.decoding import encoding_of
from vitrina.model import Malformed, RawRecord, Source
from vitrina.text import tidy

LONGEST = 16 << 20
"""Characters of the longest line or cell that is read at all."""


def read(path: Path, name: str, source: Source, limits: Mapping[str, int]) -> Iterator[RawRecord]:
    """Yield one record (header → cell text) per row; see `rows_to_records` for odd rows.

    BadContentError: not decodable, HTML, unclosed quote, no header, repeated header names, header without rows.
    """
    encoding = encoding_of(path, name, source.encoding)
    delimiter = source.options.get("csv", {}).get("delimiter", ",")
    csv.field_size_limit(
        LONGEST
    )  # our own limit, per cell, quarantines the row; this one protects the memory
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(_lines(stream, name), delimiter=delimiter, strict=True)
        may_be_empty = bool(source.policy.get("may_be_empty"))
        try:
            header = next(reader, None)
            if header is None:
                raise EmptyContentError(f"{name}: no tiene encabezado ni filas", "Pida el archivo de nuevo.")
            other = ";" if delimiter == "," else ","
            if len(header) == 1 and header[0].count(other) > 1:
                raise BadContentError(
                    f"{name}: el encabezado parece separado por {other!r} y la fuente declara {delimiter!r}",
                    f'Escriba [csv] delimiter = "{other}" en {source.id}.toml.',
                )
            numbered = ((reader.line_num, cells) for cells in reader if cells)
            yield from rows_to_records(header, numbered, name, limits, may_be_empty=may_be_empty)
        except csv.Error as error:
            raise BadContentError(
                f"{name}, cerca de la línea {reader.line_num}: comillas sin cerrar o mal puestas",
                "Revise las comillas de esa línea; una celda con comillas las lleva dobles.",
            ) from error


def _lines(stream: TextIO, name: str) -> Iterator[str]:
    """Yield the lines of *stream*; BadContentError for one without end, which no memory would hold."""
    while line := stream.readline(LONGEST):
        if len(line) == LONGEST:
            raise BadContentError(
                f"{name}: tiene una línea sin fin", "No es un CSV; pida el archivo de nuevo."
            )
        yield line


def rows_to_records(
    header: list[Any],
    rows: Iterator[tuple[int, list[Any]]],
    name: str,
    limits: Mapping[str, int],
    *,
    may_be_empty: bool,
) -> Iterator[RawRecord]:
    """Yield a record per row of a sheet or CSV. *rows* are (line or row number, cells).

    A row with more or fewer cells than the header, without any value, or with a cell above the limit becomes
    `Malformed` (it is quarantined with its number, never padded or cut).
    """
    names = [tidy(str(h)) if h is not None else "" for h in header]
    _check_header(names, name)
    count = 0
    for number, cells in rows:
        count += 1
        position = f"{name}, fila {number}"
        if len(cells) != len(names):
            message = f"la fila tiene {len(cells)} celdas y el encabezado {len(names)}"
            yield RawRecord(position, Malformed("fila-desigual", message))
        elif not any(str(c).strip() for c in cells if c is not None):
            yield RawRecord(position, Malformed("fila-vacia", "la fila no tiene ningún valor"))
        elif any(len(str(c)) > limits["cell_characters"] for c in cells if c is not None):
            limit = limits["cell_characters"]
            yield RawRecord(position, Malformed("celda-enorme", f"una celda pasa de {limit} caracteres"))
        else:
            yield RawRecord(position, dict(zip(names, cells, strict=True)))
    if count == 0 and not may_be_empty:
        raise EmptyContentError(
            f"{name}: tiene encabezado pero ninguna fila",
            "Si de verdad no hay datos, declare [policy] may_be_empty = true en la fuente.",
        )


def _check_header(names: list[str], name: str) -> None:
    if not any(names):
        raise BadContentError(
            f"{name}: la primera fila está vacía", "La primera fila debe tener los encabezados."
        )
    blank = [i + 1 for i, n in enumerate(names) if not n]
    if blank:
        raise BadContentError(
            f"{name}: la columna {blank[0]} no tiene encabezado", "Póngale nombre o bórrela."
        )
    repeated = sorted({n for n in names if names.count(n) > 1})
    if repeated:
        raise BadContentError(
            f"{name}: encabezado repetido: {repeated[0]!r}", "Cada columna lleva un nombre distinto."
        )
