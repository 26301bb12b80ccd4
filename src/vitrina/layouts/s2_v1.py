"""Layout s2_v1: officials in public procurement, PDN S2 1.1 (pdn.md §3.1), in its public part only.

One row of `servidores` per record; the standard has no procedures of its own in this version.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vitrina.layouts.base import Context, Reader, joined
from vitrina.layouts.pdn_cells import Cells, each, peek, row_id, texts
from vitrina.layouts.s2_codes import AREAS, LEVELS_V1, PROCEDURES, SEXES
from vitrina.model import Outcome, RawRecord, Row

_OF_S2 = ("tipoProcedimiento", "tipoArea", "nivelResponsabilidad", "superiorInmediato")
_OF_S3 = ("tipoFalta", "tipoSancion", "resolucion", "causaMotivoHechos", "inhabilitacion")
KEYS = (
    "nombres", "primer_apellido", "segundo_apellido", "ente_nombre", "ejercicio", "fecha_captura",
    "puesto", "area", "tipo_procedimiento", "tipo_area", "nivel_responsabilidad",
)  # fmt: skip
"""Public columns that make an id where the source gives none."""


class S2V1:
    """Records of POST /v1/servidores…, of the datathon files and of plain arrays of the same shape."""

    name = "s2_v1"

    def matches(self, record: Any) -> bool:
        """Return whether *record* names institution and person as v1 does, and something only S2 has."""
        return (
            isinstance(record, Mapping)
            and isinstance(record.get("institucionDependencia"), Mapping)
            and isinstance(record.get("nombres"), str)
            and any(name in record for name in _OF_S2)
            and not any(name in record for name in _OF_S3)
        )

    def outcomes(self, records: Iterable[RawRecord], context: Context) -> Iterator[Outcome]:
        """Yield one outcome per record: its row, or rejected (unknown shape)."""
        for raw in records:
            yield self._outcome(raw, context)

    def _outcome(self, raw: RawRecord, context: Context) -> Outcome:
        if not self.matches(raw.data):
            return Outcome((raw.position,), rejected="forma-desconocida", message="No es un registro S2 1.1.")
        reader = Reader(raw.data)
        cells = Cells(context.source.id, raw.position, context.system.main.name)
        main = _official(reader, cells) | _superior(reader, cells)
        return finish(reader, main, {}, cells, context)


def finish(
    reader: Reader, main: Row, children: Mapping[str, list[Row]], cells: Cells, context: Context
) -> Outcome:
    """Return the outcome of one S2 record: ids and body resolved, children keyed, every field accounted for."""
    scope = "" if context.system.id_scope == "system" else context.source.id
    extra = tuple(r.get("expediente") for r in children.get("procedimientos", ()))
    main["id"] = row_id(main["id_origen"], (*(main[k] for k in KEYS), *extra), scope)
    if main["id"] is None:
        return Outcome((cells.position,), rejected="sin-identidad", message="No trae id ni datos públicos.")
    main["ente_id"] = context.ente_id(main["ente_nombre"]) if main["ente_nombre"] else None
    main["procedimientos_publicados"] = str(len(children.get("procedimientos", ())))
    keyed = {
        name: [{"servidor_id": main["id"], "n": str(n), **r} for n, r in enumerate(rows, 1)]
        for name, rows in children.items()
        if rows
    }
    unknown, private = reader.leftovers([w.path for w in context.system.withheld])
    return Outcome(
        (cells.position,),
        {context.system.main.name: [main], **keyed},
        issues=tuple(cells.issues),
        unknown=unknown,
        withheld_fields=tuple(sorted({*private, *cells.withheld})),
    )


def _official(reader: Reader, cells: Cells) -> Row:
    def text(column: str, *paths: str) -> str | None:
        return cells.text(reader.text(*paths), column)

    return {
        "id_origen": text("id_origen", "id", "_id", "_id.$oid"),
        "version_estandar": "v1",
        "fecha_captura": cells.date(reader.text("fechaCaptura"), "fecha_captura"),
        "ejercicio": cells.year(reader.text("ejercicioFiscal"), "ejercicio"),
        "nombres": text("nombres", "nombres"),
        "primer_apellido": text("primer_apellido", "primerApellido"),
        "segundo_apellido": text("segundo_apellido", "segundoApellido"),
        "sexo": _code(reader, "genero", "sexo", SEXES, cells),
        "ente_nombre": text("ente_nombre", "institucionDependencia.nombre"),
        "ente_siglas": text("ente_siglas", "institucionDependencia.siglas"),
        "ente_clave": text("ente_clave", "institucionDependencia.clave"),
        "entidad": None,
        "orden_gobierno": None,
        "ambito_publico": None,
        "puesto": text("puesto", "puesto.nombre", "puesto"),
        "nivel": text("nivel", "puesto.nivel"),
        "nivel_jerarquico": None,
        "nivel_jerarquico_otro": None,
        "area": None,
        "ramo_clave": text("ramo_clave", "ramo.clave"),
        "ramo": text("ramo", "ramo.valor", "ramo"),
        "tipo_procedimiento": _codes(reader, "tipoProcedimiento", "tipo_procedimiento", PROCEDURES, cells),
        "tipo_contratacion": None,
        "tipo_area": _codes(reader, "tipoArea", "tipo_area", AREAS, cells),
        "nivel_responsabilidad": _codes(
            reader, "nivelResponsabilidad", "nivel_responsabilidad", LEVELS_V1, cells
        ),
        "continua_participando": None,
        "observaciones": cells.free(reader.text("observaciones"), "observaciones"),
    }


def _superior(reader: Reader, cells: Cells) -> Row:
    names = {
        "superior_nombres": ("nombres",),
        "superior_primer_apellido": ("primerApellido",),
        "superior_segundo_apellido": ("segundoApellido",),
        "superior_puesto": ("puesto.nombre", "puesto"),
        "superior_nivel": ("puesto.nivel",),
    }
    return {
        column: cells.text(reader.text(*(f"superiorInmediato.{m}" for m in members)), column)
        for column, members in names.items()
    }


def _codes(reader: Reader, path: str, column: str, codes: Mapping[str, str], cells: Cells) -> str | None:
    """Return the shared codes of a list of {clave, valor}, as one list cell; the label only where clave is missing."""
    value = peek(reader.record, path)
    if isinstance(value, (Mapping, list)):
        pairs = [_code(item, "", column, codes, cells) for item in each(reader, path)]
        return joined([*pairs, *(cells.code(t, column, codes) for t in texts(reader, path))])
    return cells.code(reader.text(path), column, codes)


def _code(reader: Reader, path: str, column: str, codes: Mapping[str, str], cells: Cells) -> str | None:
    dot = f"{path}." if path else ""
    clave, valor = reader.text(f"{dot}clave"), reader.text(f"{dot}valor", *([path] if path else ()))
    return cells.code(clave or valor, column, codes)


LAYOUTS = (S2V1(),)
