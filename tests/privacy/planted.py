"""A portal whose sources carry a unique canary in every reserved field, and in every public free text, of S1 to S6.

Marks in records.json: @v a reserved value of any kind, @n a name or word, @c a CURP, @r a natural person's RFC, @u a
link with one of them, @d an instant, @t a free text with a disguised value in it, @id the record's own id. The S1
record is tests/layouts/s1_declaracion.json, whose reserved members hold CANARIO and a number.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import canaries
from canaries import Canary

REPO = Path(__file__).resolve().parents[2]
KINDS = ("INICIAL", "MODIFICACIÓN", "CONCLUSIÓN")
RENAMED = (
    ("remuneracionMensualCargoPublico", "remuneracionAnualCargoPublico", "remuneracionConclusionCargoPublico"),
    ("otrosIngresosMensualesTotal", "otrosIngresosAnualesTotal", "otrosIngresosConclusionTotal"),
    ("ingresoMensualNetoDeclarante", "ingresoAnualNetoDeclarante", "ingresoConclusionNetoDeclarante"),
    (
        "ingresoMensualNetoParejaDependiente", "ingresoAnualNetoParejaDependiente",
        "ingresoConclusionNetoParejaDependiente",
    ),
    ("totalIngresosMensualesNetos", "totalIngresosAnualesNetos", "totalIngresosConclusionNetos"),
    ("saldoSituacionActual", "saldoDiciembreAnterior", "saldoFechaConclusion"),
    ("saldoInsolutoSituacionActual", "saldoInsolutoDiciembreAnterior", "saldoInsolutoFechaConclusion"),
)  # fmt: skip
_MARK = re.compile(r"@(id|[vncrudt])")
_SOURCE = """\
id = "{id}"
title = "Fuente {id}"
system = "{system}"
protocol = "folder"
format = "json"
frequency = "diaria"
layout = "{layout}"
synthetic = true
{more}
[folder]
path = "data/entrada/{id}"
"""


@dataclass
class Planter:
    """Makes canaries and remembers them with the place where each was put."""

    rng: Random = field(default_factory=lambda: Random(2026))
    made: list[tuple[Canary, str]] = field(default_factory=list)

    def put(self, canary: Canary, place: str) -> Canary:
        self.made.append((canary, place))
        return canary

    def value(self, place: str) -> str:
        return self.put(self.rng.choice(canaries.KINDS)(self.rng), place).value

    def name(self, place: str) -> str:
        word = "".join(self.rng.choice("aeiou") + self.rng.choice("xzqwk") for _ in range(6)).capitalize()
        return self.put(Canary("nombre", word, word, word), place).value

    def sure(self, kind: int, place: str) -> str:
        """Return a value (0 CURP, 1 RFC) with a right check digit, as registers hold them."""
        canary = canaries.KINDS[kind](self.rng)
        while kind == 1 and "rfc" in canary.text.lower() and canary.text.lower().split("rfc")[1][:1] in ": ":
            canary = canaries.KINDS[kind](self.rng)
        return self.put(canary, place).value

    def mark(self, mark: str, place: str, number: int) -> str:
        if mark == "id":
            return f"{number:04x}-{self.rng.randrange(16**6):06x}"
        if mark == "n":
            return self.name(place)
        if mark in ("c", "r"):
            return self.sure("cr".index(mark), place)
        if mark == "u":
            return f"https://sitio.ejemplo.mx/resoluciones/{self.sure(self.rng.randrange(2), place)}.pdf"
        if mark == "d":
            return f"2026-0{self.rng.randint(1, 9)}-1{self.rng.randint(0, 9)}T10:00:00Z"
        if mark == "t":
            known = [k for k in canaries.KINDS if k is not canaries._own]
            return (
                "Se informa. " + self.put(self.rng.choice(known)(self.rng), f"{place} (texto)").text + " Fin."
            )
        return self.value(place)

    def fill(self, value: Any, place: str, number: int) -> Any:
        """Return a template with its marks replaced."""
        if isinstance(value, dict):
            return {k: self.fill(v, f"{place}.{k}", number) for k, v in value.items()}
        if isinstance(value, list):
            return [self.fill(v, place, number) for v in value]
        if isinstance(value, str):
            return _MARK.sub(lambda m: self.mark(m[1], place, number), value)
        return value

    def declaration(self, kind: str, number: int) -> dict[str, Any]:
        text = (REPO / "tests" / "layouts" / "s1_declaracion.json").read_text(encoding="utf-8")
        for first, *others in RENAMED:
            text = text.replace(f'"{first}"', f'"{[first, *others][KINDS.index(kind)]}"')
        record = _each(json.loads(text), "s1", self._reserved)
        record["id"] = f"D-{number:05}"
        record["metadata"]["tipo"] = kind
        return dict(record)

    def _reserved(self, text: str, place: str) -> str:
        return re.sub(r"CANARIO\d+X", lambda _: self.value(place), text)


def _each(value: Any, place: str, change: Any) -> Any:
    if isinstance(value, dict):
        return {k: _each(v, f"{place}.{k}", change) for k, v in value.items()}
    if isinstance(value, list):
        return [_each(v, place, change) for v in value]
    return change(value, place) if isinstance(value, str) else value


def portal(root: Path, copies: int) -> Planter:
    """Write a portal's folder with *copies* of each record under *root* and return what was planted where."""
    shutil.copytree(
        REPO / "data", root / "data", ignore=shutil.ignore_patterns("archive", "samples", "sources")
    )
    for part in ("samples/entes-registro", "sources/entes-registro.toml"):
        source, target = REPO / "data" / part, root / "data" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        (shutil.copytree if source.is_dir() else shutil.copyfile)(source, target)
    planter = Planter()
    for slug, layout, records in _records(planter, copies):
        _source(root, slug, layout, records)
    return planter


def _records(planter: Planter, copies: int) -> Iterator[tuple[str, str, list[Any]]]:
    declared = [planter.declaration(kind, 3 * n + i) for n in range(copies) for i, kind in enumerate(KINDS)]
    yield "s1-declaraciones", "s1_v2", declared
    templates = json.loads((Path(__file__).parent / "records.json").read_text(encoding="utf-8"))
    for name, records in templates.items():
        slug, layout = name.split("/")
        yield (
            slug,
            layout,
            [
                planter.fill(record, layout, 100 * n + i)
                for n in range(copies)
                for i, record in enumerate(records)
            ],
        )


def _source(root: Path, slug: str, layout: str, records: list[Any]) -> None:
    name = layout.replace("_", "-")
    folder = root / "data" / "entrada" / name
    folder.mkdir(parents=True)
    (folder / "registros.json").write_text(json.dumps(records, ensure_ascii=False), encoding="utf-8")
    more = "\n[policy]\nfinal_only = true\n" if layout.startswith("s3") and layout.endswith("v1") else ""
    text = _SOURCE.format(id=name, system=slug, layout=layout, more=more)
    (root / "data" / "sources" / f"{name}.toml").write_text(text, encoding="utf-8")
