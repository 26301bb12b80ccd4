"""Broken deliveries: good files with numbered rows, harmed the way systems, clerks, networks and attackers harm them."""

from __future__ import annotations

import csv
import gzip
import io
import json
import zipfile
from collections.abc import Callable
from random import Random

import xlsxwriter

HEADER = ["id", "titulo", "descripcion", "ente_nombre", "fecha"]
NAMES = ("Muñoz", "Núñez", "Ávila", "Güereca", "D'Acosta", "Xóchitl")
ODD = (
    "\x00",
    "\ufeff",
    "\u200b",
    "\x1a",
    "\ud7ff",
    "\U0001f4a3",
    "=CMD()",
    "'",
    '"',
    ";",
    ",",
    "\t",
    "\r",
    "\n",
    "NaN",
    "-0",
    "1e309",
)


def token(number: int) -> str:
    return f"REG{number:05d}X"


def rows(rng: Random) -> list[list[str]]:
    made = []
    for number in range(rng.choice([1, 2, 5, 12])):
        texts = [
            f"Obra de {rng.choice(NAMES)}",
            rng.choice(["", "Calle 5, interior", 'dice "ya"', "dos\nlíneas"]),
            "Municipio",
        ]
        made.append([token(number), *texts, f"2026-0{rng.randint(1, 9)}-01"])
    return made


def write_csv(rng: Random, table: list[list[str]]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator=rng.choice(["\n", "\r\n"])).writerows([HEADER, *table])
    return out.getvalue().encode()


def write_json(rng: Random, table: list[list[str]]) -> bytes:
    records = [dict(zip(HEADER, row, strict=True)) for row in table]
    wrapped = rng.choice([records, {"results": records}, {"data": records, "meta": {}}])
    return json.dumps(wrapped, ensure_ascii=rng.random() < 0.3, indent=rng.choice([None, 1])).encode()


def write_jsonl(rng: Random, table: list[list[str]]) -> bytes:
    lines = [json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=False) for row in table]
    return ("\n".join(lines) + rng.choice(["", "\n", "\n\n"])).encode()


def write_zip(rng: Random, table: list[list[str]]) -> bytes:
    raw = io.BytesIO()
    half = len(table) // 2
    with zipfile.ZipFile(raw, "w", rng.choice([zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])) as archive:
        archive.writestr("a.json", write_json(rng, table[:half] or table))
        if half:
            archive.writestr("b.json", write_json(rng, table[half:]))
    return raw.getvalue()


def write_xlsx(_rng: Random, table: list[list[str]]) -> bytes:
    raw = io.BytesIO()
    with xlsxwriter.Workbook(raw, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for place, row in enumerate([HEADER, *table]):
            sheet.write_row(place, 0, row)
    return raw.getvalue()


WRITERS: dict[str, Callable[[Random, list[list[str]]], bytes]] = {
    "csv": write_csv, "json": write_json, "jsonl": write_jsonl, "zip": write_zip,
}  # fmt: skip


def harmed(rng: Random, data: bytes) -> bytes:
    """Return *data* after one to three mishaps; sometimes the same (a good file must stay good)."""
    for _ in range(rng.choice([0, 1, 1, 1, 2, 3])):
        data = rng.choice(HARMS)(rng, data)
    return data


def _cut(rng: Random, data: bytes) -> bytes:
    return data[: rng.randrange(len(data) + 1)]


def _flip(rng: Random, data: bytes) -> bytes:
    out = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        if out:
            out[rng.randrange(len(out))] = rng.randrange(256)
    return bytes(out)


def _insert(rng: Random, data: bytes) -> bytes:
    at = rng.randrange(len(data) + 1)
    return (
        data[:at]
        + rng.choice(ODD).encode("utf-8", "surrogatepass") * rng.choice([1, 1, 2, 40_000])
        + data[at:]
    )


def _line(rng: Random, data: bytes) -> bytes:
    lines = data.split(b"\n")
    at = rng.randrange(len(lines))
    lines[at : at + 1] = rng.choice(
        [[], [lines[at], lines[at]], [b""], [b";".join(lines[at].split(b","))], [lines[at] + b",de mas"]]
    )
    return b"\n".join(lines)


def _recode(rng: Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    if rng.random() < 0.3:  # only part of it: two systems glued together
        half = len(text) // 2
        return text[:half].encode() + text[half:].encode("latin-1", "replace")
    return text.encode(
        rng.choice(["latin-1", "windows-1252", "utf-16", "utf-16-le", "utf-8-sig", "cp850", "utf-7"]),
        "replace",
    )


def _swap(rng: Random, data: bytes) -> bytes:
    return rng.choice(
        [
            b"", b" ", b"\xef\xbb\xbf", b"null", b"[]", b"{}", b'"x"', b"1e999", b"[[[[[]]]]]", b"[" * 5000, b'{"a":' * 3000,
            b"<!DOCTYPE html><html>login</html>", b'{"errors":[{"message":"FORBIDDEN"}]}', b"Internal Server Error",
            gzip.compress(data), b"PK\x05\x06" + bytes(18), data + data, data[::-1],
        ]
    )  # fmt: skip


HARMS = (_cut, _flip, _insert, _line, _recode, _swap)


def reharmed_zip(rng: Random, data: bytes) -> bytes:
    """Return a ZIP (or workbook) whole on the outside with one of its members harmed."""
    raw = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED) as new:
        members = old.infolist()
        chosen = rng.choice(members).filename
        for member in members:
            body = old.read(member)
            new.writestr(member.filename, harmed(rng, body) if member.filename == chosen else body)
    return raw.getvalue()
