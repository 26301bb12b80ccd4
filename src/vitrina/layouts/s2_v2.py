"""Layout s2_v2: officials in public procurement, PDN S2 2.0.0 in its three variants (pdn.md §3.2).

One row of `servidores`, the procedures the record tells of and the person's duties in each stage. The 2023
draft (fechaCaptura, entePublico, procedimientos) never became an API and does not match.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vitrina.layouts.base import Context, Reader, joined
from vitrina.layouts.pdn_cells import NOT_SPECIFIED, Cells, peek, texts
from vitrina.layouts.s2_blocks import Gathered, gather
from vitrina.layouts.s2_codes import GOVERNMENT, MISSPELT
from vitrina.layouts.s2_v1 import finish
from vitrina.model import Outcome, RawRecord, Row
from vitrina.text import fold

_OF_S3 = ("faltaCometida", "tipoSancion", "resolucion", "origenProcedimiento")
_POST = "empleoCargoComision"


class S2V2:
    """Records of the Directus collection, of its specification and of the migration script's files."""

    name = "s2_v2"

    def matches(self, record: Any) -> bool:
        """Return whether *record* has datosGenerales.nombre (singular), empleoCargoComision and tipoProcedimiento."""
        return (
            isinstance(record, Mapping)
            and isinstance(record.get("datosGenerales"), Mapping)
            and "nombre" in record["datosGenerales"]
            and isinstance(record.get(_POST), Mapping)
            and "tipoProcedimiento" in record
            and not any(name in record for name in _OF_S3)
        )

    def outcomes(self, records: Iterable[RawRecord], context: Context) -> Iterator[Outcome]:
        """Yield one outcome per record: its rows, or rejected (unknown shape, nothing public)."""
        for raw in records:
            yield self._outcome(raw, context)

    def _outcome(self, raw: RawRecord, context: Context) -> Outcome:
        if not self.matches(raw.data):
            return Outcome((raw.position,), rejected="forma-desconocida", message="No es un registro S2 2.0.")
        reader = Reader(raw.data)
        cells = Cells(context.source.id, raw.position, context.system.main.name)
        found = gather(reader, cells)
        main = _official(reader, cells) | _post(reader, cells) | _involvement(reader, found, cells)
        _migration_notes(reader, found, cells)
        children = {"procedimientos": found.procedures, "responsabilidades": found.duties}
        return finish(reader, main, children, cells, context)


def _official(reader: Reader, cells: Cells) -> Row:
    def text(column: str, *paths: str) -> str | None:
        return cells.text(reader.text(*paths), column)

    return {
        "id_origen": text("id_origen", "id"),
        "version_estandar": "v2",
        "fecha_captura": cells.date(reader.text("fecha"), "fecha_captura"),
        "ejercicio": cells.year(reader.text("ejercicio"), "ejercicio"),
        "nombres": text("nombres", "datosGenerales.nombre"),
        "primer_apellido": text("primer_apellido", "datosGenerales.primerApellido"),
        "segundo_apellido": text("segundo_apellido", "datosGenerales.segundoApellido"),
        "sexo": cells.code(reader.text("datosGenerales.sexo"), "sexo"),
        "observaciones": cells.free(reader.text("Observaciones", "observaciones"), "observaciones"),
        "ramo_clave": None,
        "ramo": None,
        "superior_nombres": None,
        "superior_primer_apellido": None,
        "superior_segundo_apellido": None,
        "superior_puesto": None,
        "superior_nivel": None,
    }


def _post(reader: Reader, cells: Cells) -> Row:
    def known(member: str) -> str | None:
        value = reader.text(f"{_POST}.{member}")
        return None if value and fold(value) in NOT_SPECIFIED else value

    government = known("nivelOrdenGobierno")
    return {
        "ente_nombre": cells.text(known("nombreEntePublico"), "ente_nombre"),
        "ente_siglas": cells.text(known("siglasEntePublico"), "ente_siglas"),
        "ente_clave": None,
        "entidad": cells.state(known("entidadFederativa"), "entidad"),
        "orden_gobierno": cells.code(government, "orden_gobierno", GOVERNMENT),
        "ambito_publico": cells.code(known("ambitoPublico"), "ambito_publico"),
        "puesto": cells.text(known("denominacion"), "puesto"),
        "nivel": None,
        "nivel_jerarquico": cells.code(known("nivelJerarquico.clave"), "nivel_jerarquico"),
        "nivel_jerarquico_otro": cells.text(known("nivelJerarquico.valor"), "nivel_jerarquico_otro"),
        "area": cells.text(known("areaAdscripcion"), "area"),
    }


def _involvement(reader: Reader, found: Gathered, cells: Cells) -> Row:
    kinds = texts(reader, "tipoProcedimiento")
    answers = {a for a in found.goes_on if a}
    return {
        "tipo_procedimiento": joined(cells.code(k, "tipo_procedimiento", wrong=MISSPELT) for k in kinds),
        "tipo_contratacion": joined(found.contracts),
        "tipo_area": joined(found.areas),
        "nivel_responsabilidad": joined(found.levels),
        "continua_participando": "true" if "true" in answers else next(iter(sorted(answers)), None),
    }


def _migration_notes(reader: Reader, found: Gathered, cells: Cells) -> None:
    reader.get("_metadata")
    if found.migrated:
        cells.tell(
            "registro-migrado",
            "Lo convirtió el programa de migración: dedujo orden de gobierno, ámbito y nivel jerárquico.",
        )
    if peek(reader.record, "_metadata.requiereRevision") is True:
        cells.tell(
            "migrado-por-revisar",
            "El programa de migración pidió que una persona revise este registro.",
            severity="warning",
        )


LAYOUTS = (S2V2(),)
