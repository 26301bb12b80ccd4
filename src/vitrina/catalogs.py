"""Code lists of data/catalogs and the names by which public bodies are known.

`Entes` answers one question: which body of the register does this name mean? A name is understood when, but for
case, accents, punctuation and blanks, it is one the register gives (its name, alone or with its own initials
behind, or another name it lists), when it is the only body with exactly those initials, or when
data/catalogs/entes_alias.csv says so. Nothing is guessed: two bodies of one name, or an undeclared variant, give
None (design §6, identity).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vitrina.errors import ConfigurationError
from vitrina.text import fold, safe_id, short_hash, slugify, tidy

ALIASES = "entes_alias.csv"
_NOT_NAME = re.compile(r"[\W_]+")


def read_catalog(path: Path) -> tuple[dict[str, str], ...]:
    """Return the rows of a code list (UTF-8 CSV with a header), cells tidied.

    ConfigurationError when the file is missing, is not UTF-8, or a row has more or fewer cells than the header.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            header = [tidy(name) for name in next(reader, [])]
            rows = [(reader.line_num, cells) for cells in reader if any(c.strip() for c in cells)]
    except FileNotFoundError:
        raise ConfigurationError(f"Falta el catálogo {path.name}", "Póngalo en data/catalogs/.") from None
    except (UnicodeDecodeError, csv.Error) as error:
        raise ConfigurationError(
            f"Catálogo {path.name}: no se puede leer: {error}", "Guárdelo como CSV en UTF-8."
        ) from error
    for line, cells in rows:
        if len(cells) != len(header):
            raise ConfigurationError(
                f"Catálogo {path.name}, línea {line}: tiene {len(cells)} celdas y el encabezado {len(header)}",
                "Ponga entre comillas las celdas con comas.",
            )
    return tuple(dict(zip(header, map(tidy, cells), strict=True)) for _, cells in rows)


def name_key(name: str) -> str:
    """Return *name* for comparing: no case, accents, punctuation, control characters or extra blanks.

    >>> name_key("  Secretaría de  Salud. "), name_key("SECRETARIA DE SALU\x9dD")
    ('secretaria de salud', 'secretaria de salud')
    """
    folded = fold(name)
    if not folded.isprintable():
        folded = "".join(c for c in folded if c.isprintable() or c.isspace())
    return _NOT_NAME.sub(" ", folded).strip()


def name_id(name: str) -> str:
    """Return an address-safe id for a body known only by its name; equal keys give equal ids, others differ.

    >>> name_id("Secretaría de Salud."), name_id("secretaria-de-salud")
    ('secretaria-de-salud', 'secretaria-de-salud')
    """
    key = name_key(name)
    plain = key.replace(" ", "-")
    if plain == slugify(key) and safe_id(plain) == plain:
        return plain
    return f"{slugify(key, 48)}-{short_hash(key)}".strip("-")


@dataclass(frozen=True)
class Entes:
    """The register's bodies by id, name, exact initials and declared alias."""

    ids: frozenset[str] = frozenset()
    names: Mapping[str, str] = field(default_factory=dict)
    """Name key → id; a key shared by several bodies is left out."""
    siglas: Mapping[str, str] = field(default_factory=dict)
    """Initials exactly as written → id; initials of several bodies are left out."""
    aliases: Mapping[str, str] = field(default_factory=dict)
    rewrites: tuple[tuple[str, str, str], ...] = ()
    """Declared forms with `*`: (key before the star, key after it, register form with a star)."""
    dangling: tuple[str, ...] = ()
    """Aliases that point to a body the register does not have tonight; they are not used."""

    def ente_id(self, name: str) -> str | None:
        """Return the id of the one body that *name* means (its id, name, initials or alias), else None."""
        text = tidy(name)
        if text in self.ids:
            return text
        key = name_key(text)
        found = self.names.get(key) or self.aliases.get(key) or self.siglas.get(text)
        return found or self._rewritten(key)

    def _rewritten(self, key: str) -> str | None:
        for before, after, form in self.rewrites:
            middle = key.removeprefix(before).removesuffix(after)
            if len(middle) == len(key) - len(before) - len(after) and middle.strip():
                found = self.names.get(name_key(form.replace("*", middle)))
                if found:
                    return found
        return None


def load_entes(catalogs: Path, register_rows: Iterable[Mapping[str, str | None]]) -> Entes:
    """Return the bodies of *register_rows* (id, nombre, otros_nombres, siglas) with the aliases of *catalogs*.

    entes_alias.csv has alias, ente_id and motivo, and optionally nombre: a row gives either the body's id or,
    with one `*` in both alias and nombre, the register's way of writing that form. The file may be absent.
    ConfigurationError for a row without motivo, with both or neither target, or an alias said twice differently.
    """
    rows = [r for r in register_rows if r.get("id")]
    ids = frozenset(str(r["id"]) for r in rows)
    declared = read_catalog(catalogs / ALIASES) if (catalogs / ALIASES).is_file() else ()
    aliases: dict[str, str] = {}
    rewrites: list[tuple[str, str, str]] = []
    dangling: list[str] = []
    for item in declared:
        alias, target, form = item.get("alias", ""), item.get("ente_id", ""), item.get("nombre", "")
        if not (alias and item.get("motivo")) or bool(target) == bool(form):
            raise _bad_alias(alias, "necesita motivo y, o bien ente_id, o bien nombre")
        if form:
            if alias.count("*") != 1 or form.count("*") != 1:
                raise _bad_alias(alias, "la forma y su nombre llevan un solo asterisco cada uno")
            before, after = alias.split("*")
            rewrites.append((_edge(before, left=True), _edge(after, left=False), form))
        elif aliases.setdefault(name_key(alias), target) != target:
            raise _bad_alias(alias, "está dos veces con destinos distintos")
        elif target not in ids:
            dangling.append(alias)
    return Entes(
        ids=ids,
        names=_unique((name_key(name), str(r["id"])) for r in rows for name in _names(r)),
        siglas=_unique((tidy(r["siglas"] or ""), str(r["id"])) for r in rows if r.get("siglas")),
        aliases={k: v for k, v in aliases.items() if v in ids},
        rewrites=tuple(rewrites),
        dangling=tuple(dangling),
    )


def _names(row: Mapping[str, str | None]) -> list[str]:
    """Return the forms the register itself gives: the name, with its own initials behind, and the others."""
    name, initials = row.get("nombre") or "", row.get("siglas") or ""
    return [name, f"{name} {initials}", *(row.get("otros_nombres") or "").split("; ")] if name else []


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = {}
    for key, value in pairs:
        found.setdefault(key, set()).add(value)
    return {key: next(iter(values)) for key, values in found.items() if key and len(values) == 1}


def _edge(text: str, *, left: bool) -> str:
    """Return the key of what stands before or after the star, with the blank that parts it from the middle."""
    key = name_key(text)
    return key and (f"{key} " if left else f" {key}")


def _bad_alias(alias: str, what: str) -> ConfigurationError:
    return ConfigurationError(f"data/catalogs/{ALIASES}: alias {alias!r}: {what}", "Corrija ese renglón.")
