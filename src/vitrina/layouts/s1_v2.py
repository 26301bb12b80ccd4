"""Layout s1_v2: declarations of assets and interests, PDN S1 2.0 (pdn.md §5), in its public part only.

Each record gives one row of `declaraciones` and rows of one table per section. Rules: norma Decimonovena (items
that are not the declarant's alone, natural persons, balances) and norma Vigésima (`reserved_ids` in the
system's [options]: declarations that a transparency committee reserved whole).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from vitrina.layouts.base import Context, Reader
from vitrina.layouts.pdn_cells import Cells, each, peek, row_id
from vitrina.layouts.s1_income import income_cells, income_rows
from vitrina.layouts.s1_rows import (
    columns_row,
    replace_table,
    reserved_items,
    section_rows,
    without_reserved,
)
from vitrina.layouts.s1_sections import ASSETS, EDUCATION, EXPERIENCE, INTERESTS, POST, SECTIONS
from vitrina.model import Outcome, RawRecord, Row

KINDS: Mapping[str, str] = {"MODIFICACIÓN": "MODIFICACION", "CONCLUSIÓN": "CONCLUSION"}
_LEVELS = ("PRI", "SEC", "BCH", "CTC", "LIC", "ESP", "MAE", "DOC")
_PATRIMONIAL = "declaracion.situacionPatrimonial"
_PERSON = f"{_PATRIMONIAL}.datosGenerales"
_POST = f"{_PATRIMONIAL}.datosEmpleoCargoComision"


class S1V2:
    """Declarations as served by POST /v2/declaraciones, any of the three kinds."""

    name = "s1_v2"

    def matches(self, record: Any) -> bool:
        """Return whether *record* has metadata.tipo and declaracion.situacionPatrimonial."""
        return isinstance(peek(record, _PATRIMONIAL), Mapping) and peek(record, "metadata.tipo") is not None

    def outcomes(self, records: Iterable[RawRecord], context: Context) -> Iterator[Outcome]:
        """Yield one outcome per record: rows, withheld (norma Vigésima) or rejected (unknown shape, no identity)."""
        reserved = {str(i) for i in context.system.options.get("reserved_ids", ())}
        for raw in records:
            yield self._outcome(raw, context, reserved)

    def reserved_items(self, record: Any) -> Iterator[Any]:
        """Yield the items of *record* that norma Decimonovena reserves whole."""
        yield from reserved_items(record, SECTIONS)

    def _outcome(self, raw: RawRecord, context: Context, reserved: set[str]) -> Outcome:
        positions = (raw.position,)
        if not self.matches(raw.data):
            return Outcome(positions, rejected="forma-desconocida", message="No es una declaración S1 2.0.")
        record, lost = without_reserved(raw.data, SECTIONS)
        root = Reader(record)
        cells = Cells(context.source.id, raw.position, context.system.main.name)
        main = _identity(root, context, cells)
        if main["id"] is None:
            return Outcome(positions, rejected="sin-identidad", message="No trae id, nombre, ente ni fecha.")
        if reserved & {main["id"], main["id_origen"]}:
            return Outcome(positions, withheld="reserva-vigesima")
        cells.row_id = main["id"]
        rows = _tables(root, main, lost, context, cells)
        unknown, private = root.leftovers([w.path for w in context.system.withheld])
        hidden = {s.reserved_path for s in SECTIONS if lost[s.name]}
        return Outcome(
            positions,
            rows,
            issues=tuple(cells.issues),
            unknown=unknown,
            withheld_fields=tuple(sorted({*private, *cells.withheld, *hidden})),
        )


def _identity(root: Reader, context: Context, cells: Cells) -> Row:
    native = root.text("id", "_id", "_id.$oid")
    tipo = root.text("metadata.tipo")
    main: Row = {
        "id_origen": cells.text(native, "id_origen"),
        "tipo": cells.code(tipo.upper() if tipo else None, "tipo", KINDS),
        "fecha_actualizacion": cells.date(root.text("metadata.actualizacion"), "fecha_actualizacion"),
        "institucion_receptora": cells.text(root.text("metadata.institucion"), "institucion_receptora"),
        "nombres": cells.text(root.text(f"{_PERSON}.nombre"), "nombres"),
        "primer_apellido": cells.text(root.text(f"{_PERSON}.primerApellido"), "primer_apellido"),
        "segundo_apellido": cells.text(root.text(f"{_PERSON}.segundoApellido"), "segundo_apellido"),
        "declaracion_completa": cells.yes_no(
            root.text("metadata.declaracionCompleta"), "declaracion_completa"
        ),
        "actualizo_intereses": cells.yes_no(
            root.text("metadata.actualizacionConflictoInteres"), "actualizo_intereses"
        ),
    }
    day = main["fecha_actualizacion"] or ""
    main["anio"] = day[:4] if re.fullmatch(r"\d{4}-\d{2}-\d{2}", day) else None
    scope = "" if context.system.id_scope == "system" else context.source.id
    keys = ("tipo", "fecha_actualizacion", "nombres", "primer_apellido", "segundo_apellido")
    ente = peek(root.record, f"{_POST}.nombreEntePublico")
    has_person = any(main[k] for k in ("nombres", "primer_apellido", "fecha_actualizacion"))
    known = (*(main[k] for k in keys), ente if isinstance(ente, str) else None) if has_person else ()
    main["id"] = row_id(native, known, scope)
    return main


def _tables(
    root: Reader, main: Row, lost: Mapping[str, int], context: Context, cells: Cells
) -> dict[str, Sequence[Row]]:
    kind = main["tipo"] or ""
    children: dict[str, list[Row]] = {}
    _studies(root, main, children, cells)
    _posts(root, main, children, context, cells)
    main.update(income_cells(root, kind, cells))
    children["ingresos"] = income_rows(root, replace_table(cells, "ingresos"))
    for section in (EXPERIENCE, *ASSETS, *INTERESTS):
        children[section.name], state = section_rows(root, section, kind, cells)
        main[f"{section.name}_estado"] = "DECLARADO" if lost[section.name] else state
        main[f"{section.name}_publicos"] = str(len(children[section.name]))
        if section.rule:
            main[f"{section.name}_reservados"] = str(lost[section.name])
    keyed = {name: [_keyed(main, n, r) for n, r in enumerate(rows, 1)] for name, rows in children.items()}
    return {context.system.main.name: [main], **{k: v for k, v in keyed.items() if v}}


def _keyed(main: Row, number: int, row: Row) -> Row:
    return {"declaracion_id": main["id"], "n": str(number), **row}


def _studies(root: Reader, main: Row, children: dict[str, list[Row]], cells: Cells) -> None:
    path = f"{_PATRIMONIAL}.datosCurricularesDeclarante.escolaridad"
    own = replace_table(cells, "escolaridad")
    rows = [columns_row(item, EDUCATION, "", own) for item in each(root, path)]
    children["escolaridad"] = rows
    levels = [r["nivel"] for r in rows if r["nivel"] in _LEVELS]
    main["escolaridad_maxima"] = max(levels, key=lambda level: _LEVELS.index(level or ""), default=None)


def _posts(root: Reader, main: Row, children: dict[str, list[Row]], context: Context, cells: Cells) -> None:
    """Fill the main post from the first entry (earlier specifications send a list); the rest are other posts."""
    own = replace_table(cells, "otros_cargos")
    posts = list(each(root, _POST))
    rows = [columns_row(post, POST, "", own if n else cells) for n, post in enumerate(posts)]
    others = [columns_row(o, POST, "", own) for post in posts for o in each(post, "otroEmpleoCargoComision")]
    first = rows[0] if rows else dict.fromkeys((c.name for c in POST), None)
    main.update({k: v for k, v in first.items() if k != "tipo_operacion"})
    main["ente_id"] = context.ente_id(main["ente_nombre"]) if main["ente_nombre"] else None
    answer = next((p.text("cuentaConOtroCargoPublico") for p in posts), None)
    main["otro_cargo_publico"] = cells.yes_no(answer, "otro_cargo_publico")
    children["otros_cargos"] = [*rows[1:], *others]


LAYOUTS = (S1V2(),)
