"""Folding, slugs, stable ids and Spanish sort keys. Leaf module: imports nothing of ours."""

from __future__ import annotations

import hashlib
import re
import unicodedata

_SPACES = re.compile(r"\s+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")
_SAFE_ID = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,78}[a-z0-9])?")
_ENIE = str.maketrans({"ñ": "n\uffff"})

# Names that mean something to a file system or to the portal's own tree.
_RESERVED = frozenset(
    {"lista", "con", "prn", "aux", "nul", "index", "pagina", "datos", "por", "cifras", "libro", "libros"}
)


def mark(text: str) -> str:
    """Return *text* as it is: a page will say it later (portal/words.py), and translators must find it."""
    return text


def tidy(text: str) -> str:
    """Return *text* in NFC with runs of white space (line breaks too) as one blank, trimmed.

    >>> tidy("  Obra\\n pública ")
    'Obra pública'
    """
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    return _SPACES.sub(" ", text).strip()


def fold(text: str) -> str:
    """Return *text* lower-cased, without accents or marks, for comparing (ñ becomes n).

    >>> fold("Licitación PÚBLICA Muñoz")
    'licitacion publica munoz'
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text.lower())
    return unicodedata.normalize(
        "NFC", "".join(c for c in decomposed if not unicodedata.combining(c))
    ).lower()


def slugify(text: str, limit: int = 60) -> str:
    """Return a lower-case ASCII slug of at most *limit* characters, cut at a word; may be empty.

    >>> slugify("Secretaría de Obras Públicas, S.A.")
    'secretaria-de-obras-publicas-s-a'
    """
    slug = _NOT_SLUG.sub("-", fold(text)).strip("-")
    if len(slug) <= limit:
        return slug
    cut = slug[: limit + 1].rsplit("-", 1)[0] if "-" in slug[: limit + 1] else slug[:limit]
    return cut[:limit].strip("-")


def short_hash(text: str, length: int = 10) -> str:
    """Return the first *length* hex digits of SHA-256 of *text* (UTF-8, lone surrogates escaped)."""
    return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:length]


def safe_id(native: str, scope: str = "") -> str:
    """Return a unique, address-safe id for a source's own id.

    With an empty *scope* (the id is unique in its system by standard, like an ocid) an id that is already
    a plain slug stays as it is. Any other becomes "<slug of ≤ 40>-<hash of scope and id>", so `..`, `/`,
    control characters, case twins and 300-byte ids all give distinct safe addresses.

    >>> safe_id("ocds-07smqs-1035")
    'ocds-07smqs-1035'
    >>> safe_id("../etc/passwd")
    'etc-passwd-2e4779b630'
    """
    if not scope and _SAFE_ID.fullmatch(native) and native not in _RESERVED:
        return native
    digest = short_hash(f"{scope}\x1f{native}")
    slug = slugify(native, 40)
    return f"{slug}-{digest}" if slug else digest


def sort_key(text: str) -> tuple[str, str]:
    """Return a key that sorts as Spanish does: accents ignored first, ñ after n.

    >>> sorted(["Ñuño", "Nuevo", "Núñez", "Ocampo"], key=sort_key)
    ['Nuevo', 'Núñez', 'Ñuño', 'Ocampo']
    """
    lowered = unicodedata.normalize("NFC", text.lower()).translate(_ENIE)
    base = "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))
    return base, text
