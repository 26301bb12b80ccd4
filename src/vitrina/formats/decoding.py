"""Bytes → text without guessing: BOM, strict UTF-8, the declared legacy encoding, or refusal (design §6)."""

from __future__ import annotations

import codecs
from pathlib import Path

from vitrina.errors import BadContentError

_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_BLOCK = 1 << 20
_HTML = (b"<!doctype html", b"<html", b"<head", b"<body")


def refuse_html(head: bytes, name: str) -> None:
    """Raise BadContentError when *head* (the first bytes of a data file) is a web page."""
    start = head[:1024].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith(_HTML):
        raise BadContentError(
            f"{name}: llegó una página web en lugar de datos",
            "El sistema de la institución mostró un error o pidió iniciar sesión; avísele.",
        )


def decode(data: bytes, name: str, declared: str = "utf-8") -> str:
    """Return *data* as text. *declared* is the source's legacy encoding, used only when UTF-8 fails.

    BadContentError says the byte and line where decoding failed; a NUL character is refused too.
    """
    refuse_html(data[:1024], name)
    encoding = next((e for bom, e in _BOMS if data.startswith(bom)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        if declared == "utf-8" or encoding != "utf-8":
            line = data.count(b"\n", 0, error.start) + 1
            byte = error.start + (len(codecs.BOM_UTF8) if encoding == "utf-8-sig" else 0)
            raise BadContentError(
                f"{name}, línea {line}: el byte {byte} no es {encoding.upper()} válido",
                'Pida el archivo en UTF-8, o declare encoding = "windows-1252" en la fuente si siempre llega así.',
            ) from error
        text = _legacy(data, name, declared)
    if "\x00" in text:
        line = text.count("\n", 0, text.index("\x00")) + 1
        raise BadContentError(
            f"{name}, línea {line}: hay un carácter nulo", "El archivo está dañado; pídalo de nuevo."
        )
    return text


def _legacy(data: bytes, name: str, declared: str) -> str:
    try:
        return data.decode(declared)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadContentError(
            f"{name}, línea {line}: no está en UTF-8 ni en {declared}", "Pida el archivo en UTF-8."
        ) from error


def encoding_of(path: Path, name: str, declared: str = "utf-8") -> str:
    """Return the encoding with which the file at *path* is to be read, after decoding it all a megabyte at a time.

    The same verdict as `decode` of its bytes, for files that do not fit in memory.
    """
    with path.open("rb") as stream:
        head = stream.read(1024)
    refuse_html(head, name)
    encoding = next((e for bom, e in _BOMS if head.startswith(bom)), "utf-8")
    wrong = _first_wrong(path, encoding, name)
    if wrong is None:
        return encoding
    byte, line = wrong
    if declared == "utf-8" or encoding != "utf-8":
        raise BadContentError(
            f"{name}, línea {line}: el byte {byte} no es {encoding.upper()} válido",
            'Pida el archivo en UTF-8, o declare encoding = "windows-1252" en la fuente si siempre llega así.',
        )
    wrong = _first_wrong(path, declared, name)
    if wrong is not None:
        raise BadContentError(
            f"{name}, línea {wrong[1]}: no está en UTF-8 ni en {declared}", "Pida el archivo en UTF-8."
        )
    return declared


def _first_wrong(path: Path, encoding: str, name: str) -> tuple[int, int] | None:
    """Return (byte, line) where the file stops being *encoding*, None if it never does; a NUL character is refused."""
    # A mark at the start is a character like any other here; its own codec counts bytes in two ways.
    decoder = codecs.getincrementaldecoder(encoding.removesuffix("-sig"))("strict")
    start, line = 0, 1
    with path.open("rb") as stream:
        while True:
            block = stream.read(_BLOCK)
            pending = len(decoder.getstate()[0])
            try:
                text = decoder.decode(block, final=not block)
            except UnicodeDecodeError as error:
                return start - pending + error.start, line + error.object.count(b"\n", 0, error.start)
            if "\x00" in text:
                where = line + text.count("\n", 0, text.index("\x00"))
                raise BadContentError(
                    f"{name}, línea {where}: hay un carácter nulo", "El archivo está dañado; pídalo de nuevo."
                )
            if not block:
                return None
            start += len(block)
            line += text.count("\n")
