"""Invented private values in every disguise, and every kind of file to hide them in."""

from __future__ import annotations

import gzip
import io
import json
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from random import Random

import brotli
import polars as pl
import xlsxwriter
from stdnum import luhn
from stdnum.mx import curp, rfc

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
CONSONANTS = "BCDFGHJKLMNPQRSTVWXYZ"
_CODES = "AS BC BS CC CH CL CM CS DF DG GR GT HG JC MC MN MS NE NL NT OC PL QR QT SL SP SR TC TL TS VZ YN ZS"
STATES = tuple(_CODES.split())
BANKS = ("002", "012", "014", "021", "036", "044", "058", "072", "127", "137", "638", "646")
STREETS = ("Tlapanquil", "Xoconóstle", "Ñandubal", "Güerequiz", "Mezcalindo")


@dataclass(frozen=True)
class Canary:
    """A private value: as it is known (`value`), as it is written (`shown`) and the words it stands in (`text`)."""

    kind: str
    value: str
    shown: str
    text: str


def _date(rng: Random) -> str:
    return f"{date(1950, 1, 1) + timedelta(days=rng.randrange(20_000)):%y%m%d}"


def _disguised(rng: Random, value: str, parts: tuple[int, ...]) -> str:
    """Return *value* as a clerk, a word processor or someone hiding it would write it."""
    cuts = [value[sum(parts[:i]) : sum(parts[: i + 1])] for i in range(len(parts))]
    return rng.choice(
        (
            value,
            value,
            value.lower(),
            value.title(),
            " ".join(cuts),
            "-".join(cuts),
            " - ".join(cuts),
            "_".join(cuts),
            "\u00a0".join(cuts),
            "\u2011".join(cuts),
            " \u2013 ".join(cuts),
            "".join(chr(ord(c) + 0xFEE0) for c in value),
            "".join(chr(ord(c) + 0xFEE0) for c in value.lower()),
        )
    )


def _curp(rng: Random) -> Canary:
    letters = rng.choice(LETTERS) + rng.choice("AEIOUX") + rng.choice(LETTERS) + rng.choice(LETTERS)
    body = letters + _date(rng) + rng.choice("HM") + rng.choice(STATES)
    body += "".join(rng.choice(CONSONANTS) for _ in range(3)) + rng.choice("0123456789ABCDEFGHIJ")
    value = body + curp.calc_check_digit(body)
    shown = _disguised(rng, value, (4, 6, 6, 2))
    if rng.random() < 0.1:
        shown = " ".join(value)
    text = rng.choice(
        ("{}", "La persona con CURP {} fue notificada", "clave:{};", "«{}»", "(véase {}).", "CURP{} y más")
    )
    return Canary("CURP", value, shown, text.format(shown))


def _rfc(rng: Random) -> Canary:
    body = rng.choice(LETTERS) + rng.choice("AEIOUX") + rng.choice(LETTERS) + rng.choice(LETTERS) + _date(rng)
    body += rng.choice("123456789ABCDEFGHIJKLMNOPQRSTUV") + rng.choice("123456789" + LETTERS)
    value = body + rfc.calc_check_digit(body)
    if rng.random() < 0.2:  # some real ones have a wrong digit: then the label gives them away
        value = body + ("2" if value[-1] != "2" else "3")
        shown = _disguised(rng, value, (4, 6, 3))
        return Canary(
            "RFC de persona física",
            value,
            shown,
            rng.choice(("RFC: {}", "con rfc {} y domicilio")).format(shown),
        )
    shown = _disguised(rng, value, (4, 6, 3))
    text = rng.choice(("{}", "a nombre de {} por obra", "RFC{}", "«{}»", "MX-RFC-{}"))
    return Canary("RFC de persona física", value, shown, text.format(shown))


def _clabe(rng: Random) -> Canary:
    body = rng.choice(BANKS) + "".join(rng.choice("0123456789") for _ in range(14))
    total = sum(int(d) * w % 10 for d, w in zip(body, (3, 7, 1) * 6, strict=False))
    value = body + str(-total % 10)
    shown = _disguised(rng, value, (3, 3, 11, 1))
    text = rng.choice(
        ("CLABE {}", "cuenta {} del banco", "Clabe interbancaria: {}", "deposite en {} (CLABE)")
    )
    return Canary("CLABE", value, shown, text.format(shown))


def _card(rng: Random) -> Canary:
    body = rng.choice(("4", "51", "55", "2223", "5062")) + "".join(
        rng.choice("0123456789") for _ in range(15)
    )
    body = body[:15]
    value = body + luhn.calc_check_digit(body)
    shown = _disguised(rng, value, (4, 4, 4, 4))
    text = rng.choice(("tarjeta {}", "Tarjeta de crédito: {} vence 05/29", "pagó con {} (Visa)"))
    return Canary("tarjeta bancaria", value, shown, text.format(shown))


def _email(rng: Random) -> Canary:
    value = f"{rng.choice(STREETS[3:]).lower().replace('ü', 'u')}.{rng.randrange(10**6)}@correo{rng.randrange(99)}.ejemplo"
    text = rng.choice(
        (
            "Correo personal: {}",
            "correo electrónico personal {}",
            '"correoElectronico": {{"institucional": "a@b.mx", "personal": "{}"}}',
            "<dt>Correo particular</dt>\n<dd class='valor'>{}</dd>",
            "correo_personal={}",
        )
    )
    return Canary("correo personal", value, value, text.format(value))


def _phone(rng: Random) -> Canary:
    value = rng.choice("23456789") + "".join(rng.choice("0123456789") for _ in range(9))
    shown = rng.choice(
        (
            value,
            f"{value[:2]} {value[2:6]} {value[6:]}",
            f"({value[:3]}) {value[3:6]}-{value[6:]}",
            f"+52 {value}",
        )
    )
    text = rng.choice(
        (
            "Teléfono particular: {}",
            "celular {}",
            '"casa": "{}"',
            "<th>Tel. celular</th><td>{}</td>",
            "TELÉFONO DE CASA {}",
        )
    )
    return Canary("teléfono personal", value, shown, text.format(shown))


def _own(rng: Random) -> Canary:
    """A value that only the night's memory knows: an address, an account, a serial."""
    number, code = rng.randrange(10, 9999), rng.randrange(10_000, 99_999)
    street = rng.choice(STREETS)
    value, shown = rng.choice(
        (
            (f"Calle {street} {number}, {code}", f"CALLE {street} #{number} ({code})"),
            (f"Contrato {code}-{number}-{code}", f"contrato {code}{number}{code}"),
            (f"NS{code}X{number}Z", f"ns{code}x{number}z"),
            (f"{street} Zarambeque {code}", f"{street}\u00a0Zarambeque / {code}"),
        )
    )
    return Canary(
        "dato reservado esta noche", value, shown, rng.choice(("{}", "vive en {}.", "id={};")).format(shown)
    )


KINDS: tuple[Callable[[Random], Canary], ...] = (_curp, _rfc, _clabe, _card, _email, _phone, _own)


def make(seed: int, count: int) -> list[Canary]:
    rng = Random(seed)
    return [KINDS[i % len(KINDS)](rng) for i in range(count)]


# Hiding places: (canary, noise before, path without suffix) → the file written.

Place = Callable[[Canary, str, Path], Path]


def _write(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def _text(path: Path, canary: Canary, noise: str) -> Path:
    return _write(path.with_suffix(".txt"), f"{noise}\n{canary.text}\n{noise}".encode())


def _html(canary: Canary, noise: str, path: Path) -> Path:
    body = f"<html><body><p>{noise}</p>\n<div>{canary.text}</div><p>{noise}</p></body></html>"
    return _write(path.with_suffix(".html"), body.encode())


def _entities(canary: Canary, noise: str, path: Path) -> Path:
    body = "".join(f"&#{ord(c)};" if c.isalnum() and i % 3 == 0 else c for i, c in enumerate(canary.text))
    return _write(path.with_suffix(".html"), f"<p>{noise}</p><p>{body}</p>".encode())


def _json_ld(canary: Canary, noise: str, path: Path) -> Path:
    block = json.dumps({"@type": "Dataset", "description": f"{noise} {canary.text}"}, ensure_ascii=True)
    return _write(path.with_suffix(".html"), f'<script type="application/ld+json">{block}</script>'.encode())


def _json_lines(canary: Canary, noise: str, path: Path) -> Path:
    rows = [{"id": i, "nota": noise} for i in range(50)]
    rows[37]["nota"] = canary.text
    return _write(
        path.with_suffix(".jsonl"), "".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows).encode()
    )


def _csv(canary: Canary, noise: str, path: Path) -> Path:
    cell = canary.text.replace('"', '""')
    return _write(path.with_suffix(".csv"), f'id,nota\r\n1,{noise}\r\n2,"{cell}"\r\n3,{noise}\r\n'.encode())


def _feed(canary: Canary, noise: str, path: Path) -> Path:
    text = canary.text.replace("<", "&lt;")
    if "<" in canary.text:
        text = f"<![CDATA[{canary.text}]]>"
    return _write(
        path.with_suffix(".xml"),
        f"<feed><entry><title>{noise}</title><summary>{text}</summary></entry></feed>".encode(),
    )


def _index(canary: Canary, noise: str, path: Path) -> Path:
    return _write(
        path.with_suffix(".bin"), gzip.compress(json.dumps([noise, canary.text], ensure_ascii=False).encode())
    )


def _brotli(canary: Canary, noise: str, path: Path) -> Path:
    return _write(path.with_suffix(".html.br"), brotli.compress(f"{noise}\n{canary.text}".encode()))


def _zip(canary: Canary, noise: str, path: Path) -> Path:
    with zipfile.ZipFile(path.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("limpio.txt", noise)
        archive.writestr("carpeta/notas.txt", f"{noise}\n{canary.text}")
    return path.with_suffix(".zip")


def _nested(canary: Canary, noise: str, path: Path) -> Path:
    inner = _xlsx(canary, noise, path)
    with zipfile.ZipFile(path.with_suffix(".zip"), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("libro.xlsx", inner.read_bytes())
    inner.unlink()
    return path.with_suffix(".zip")


def _xlsx(canary: Canary, noise: str, path: Path, memory: bool = True) -> Path:
    with xlsxwriter.Workbook(path.with_suffix(".xlsx"), {"constant_memory": memory}) as book:
        sheet = book.add_worksheet("datos")
        sheet.write_row(0, 0, ["id", "nota"])
        sheet.write_row(1, 0, ["1", noise])
        sheet.write_row(2, 0, ["2", canary.text])
    return path.with_suffix(".xlsx")


def _shared(canary: Canary, noise: str, path: Path) -> Path:
    return _xlsx(canary, noise, path, memory=False)


def _parquet(canary: Canary, noise: str, path: Path) -> Path:
    frame = pl.DataFrame({"id": range(60), "nota": [noise] * 59 + [canary.text]})
    frame.write_parquet(path.with_suffix(".parquet"), compression="snappy", row_group_size=20)
    return path.with_suffix(".parquet")


def _residue(canary: Canary, noise: str, path: Path) -> Path:
    """A table filtered and saved again: no row has the value, the dictionary page still does (reliability §0.7)."""
    kinds = pl.Enum([noise, canary.text, "otra"])
    frame = pl.DataFrame({"nota": pl.Series([noise, canary.text, "otra"] * 20, dtype=kinds)})
    frame = frame.filter(pl.col("nota").cast(pl.String) != canary.text)
    frame.write_parquet(path.with_suffix(".parquet"), compression="zstd", statistics=False)
    return path.with_suffix(".parquet")


def _sqlite(canary: Canary, noise: str, path: Path) -> Path:
    database = sqlite3.connect(path.with_suffix(".sqlite"))
    database.execute("CREATE TABLE t (id INTEGER, nota TEXT)")
    database.executemany(
        "INSERT INTO t VALUES (?, ?)", [(1, noise * 300), (2, f"{noise * 90} {canary.text}")]
    )
    database.commit()
    database.close()
    return path.with_suffix(".sqlite")


def _deleted(canary: Canary, noise: str, path: Path) -> Path:
    database = sqlite3.connect(path.with_suffix(".sqlite"))
    database.execute("PRAGMA secure_delete = OFF")
    database.execute("CREATE TABLE t (id INTEGER, nota TEXT)")
    database.executemany("INSERT INTO t VALUES (?, ?)", [(1, noise), (2, canary.text)])
    database.commit()
    database.execute("DELETE FROM t WHERE id = 2")
    database.commit()
    database.close()
    return path.with_suffix(".sqlite")


def _picture(canary: Canary, noise: str, path: Path) -> Path:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    words = b"Comment\0\1\0\0\0" + zlib.compress(f"{noise} {canary.text}".encode())
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", bytes(13)) + chunk(b"iTXt", words) + chunk(b"IEND", b"")
    return _write(path.with_suffix(".png"), data)


def _wide(canary: Canary, noise: str, path: Path) -> Path:
    return _write(path.with_suffix(".txt"), f"{noise}\n{canary.text}".encode("utf-16"))


def _long(canary: Canary, noise: str, path: Path) -> Path:
    """Across the seam of two blocks, gzip around it."""
    seam = (4 << 20) - len(canary.text.encode()) // 2
    raw = io.BytesIO()
    with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0, compresslevel=1) as out:
        out.write((noise.encode() + b"\n").ljust(seam, b".") + canary.text.encode() + b"\n" + b"fin " * 300)
    return _write(path.with_suffix(".jsonl.gz"), raw.getvalue())


def _plain(canary: Canary, noise: str, path: Path) -> Path:
    return _text(path, canary, noise)


PLACES: tuple[Place, ...] = (
    _html, _entities, _json_ld, _json_lines, _csv, _feed, _index, _brotli, _zip, _nested, _xlsx, _shared, _parquet,
    _residue, _sqlite, _deleted, _picture, _wide, _plain, _long,
)  # fmt: skip
