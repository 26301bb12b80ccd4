"""The five kinds of procedure an S2 v2 record may hold, under the names of its three variants (pdn.md §3.2).

(a) the Directus collection, (b) the specification shipped beside it, (c) the migration script's files. Variant
(c) fills blocks it knows nothing about, so there a procedure without file number is not published as one.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from vitrina.layouts.base import Reader, joined
from vitrina.layouts.pdn_cells import Cells, each, peek, texts
from vitrina.layouts.s2_codes import AREAS, LEVELS_V2, MISSPELT, area, level
from vitrina.model import Row

_LEVEL_CONTAINERS = (
    "nivelResponsabilidadContratacion",
    "nivelResponsabilidadObra",
    "nivelResponsabilidadConcesiones",
    "nivelesResponsabilidadesEnajenaciones",
    "nivelesResponsabilidadesAvaluos",
    "nivelesResponsabilidad",
)
_DATA_CONTAINERS = (
    "datosGeneralesProcedimientos",
    "datosGeneralesConcesiones",
    "datosEnajenacionesBienes",
    "datosDictaminacionesAvaluos",
)
BENEFICIARIES = ("informacionPersonasBeneficiarias", "datosBeneficiariosFinales")
_CONTRACTS = (("contratacionAdquisicion", "ADQUISICION"), ("contratacionObra", "OBRA"))
_ROOT_BLOCKS = (
    ("otorgamientoConcesion", "CONCESION"),
    ("enajenacionBien", "ENAJENACION"),
    ("avaluosJustipreciacion", "AVALUO"),
)
_MIGRATED_BLOCKS = (
    ("contratacionAdquisiciones", "ADQUISICION"),
    ("contratacionAdquisiones", "ADQUISICION"),
    ("contratacionObra", "OBRA"),
    ("otorgamientoConcesiones", "CONCESION"),
    ("enajenacionBienes", "ENAJENACION"),
    ("dictaminacionAvaluos", "AVALUO"),
)
_STAGES: Mapping[str, tuple[str, ...]] = {
    "AUTORIZACION": ("autorizacion", "autorizacionDictamen", "autorizaciones", "autorizacionesDictamenes"),
    "JUSTIFICACION": ("justificacion", "justificacionLicitacion", "justificacionLicictacion"),
    "CONVOCATORIA": ("convocatoria", "convocatoriaInvitacion", "convocatoriaLicitacion"),
    "ANALISIS": ("analisis", "analisisAutorizacion"),
    "MODIFICACION_BASES": ("modificaciones", "modificacionBases"),
    "PRESENTACION": ("presentacion", "presentacionOfertas"),
    "EVALUACION": ("evaluacion", "evaluacionProposiciones", "evaluacionCumplimiento", "evaluacionOfertas"),
    "DICTAMENES": ("dictamenes", "dictamenesOpiniones"),
    "VISITAS": ("visitas", "visitasVerificacion"),
    "ADJUDICACION": ("adjudicacion", "adjudicacionContrato", "adjudicacionBienes"),
    "DETERMINACION": ("determinacion", "determinacionOtorgamiento"),
    "FORMALIZACION": ("formalizacion", "formalizacoin", "formalizacionContrato"),
    "PROPUESTAS": ("propuestas", "propuestasAsignaciones"),
    "ASIGNACION": ("asignacion", "asignacionAvaluos"),
    "EMISION": ("emision", "emisionDictamenes"),
}
_OTHER = ("otro", "otro_especifique", "otroEspecifique")
_WRONG_MEMBERS = {
    "formalizacoin": "formalizacion",
    "justificacionLicictacion": "justificacionLicitacion",
    "nombe": "nombre",
    "contratacionAdquisiones": "contratacionAdquisiciones",
}


@dataclass
class Gathered:
    """What the blocks of one record add up to."""

    contracts: list[str | None] = field(default_factory=list)
    areas: list[str | None] = field(default_factory=list)
    levels: list[str | None] = field(default_factory=list)
    goes_on: list[str | None] = field(default_factory=list)
    procedures: list[Row] = field(default_factory=list)
    duties: list[Row] = field(default_factory=list)
    migrated: bool = False


def gather(record: Reader, cells: Cells) -> Gathered:
    """Return everything the blocks of *record* say, whichever variant names them."""
    found = Gathered()
    for item in each(record, "tipoContratacion"):
        clave = item.text("clave")
        found.contracts.append(cells.code(clave, "tipo_contratacion", wrong=MISSPELT))
        for name, kind in _CONTRACTS:
            for block in each(item, name):
                _block(block, kind, found, cells, migrated=False)
    for blocks, migrated in ((_ROOT_BLOCKS, False), (_MIGRATED_BLOCKS, True)):
        for name, kind in blocks:
            for block in each(record, name):
                found.migrated |= migrated
                _member(name, cells)
                _block(block, kind, found, cells, migrated=migrated, shared=record)
    found.goes_on.append(cells.yes_no(record.text("continuaParticipando"), "continua_participando"))
    return found


def _block(
    block: Reader, kind: str, found: Gathered, cells: Cells, *, migrated: bool, shared: Reader | None = None
) -> None:
    found.areas.extend(_areas(block, cells))
    for name in _LEVEL_CONTAINERS:
        for container in each(block, name):
            _duties(container, kind, found, cells)
    found.goes_on.append(cells.yes_no(block.text("continuaParticipando"), "continua_participando"))
    who = _beneficiaries(block, cells, found)
    if shared and kind == "CONCESION" and migrated:
        who = _merged(who, _beneficiaries(shared, cells, found))
    act = cells.code(block.text("tipoActo"), "tipo_acto", wrong=MISSPELT)
    data = [d for name in _DATA_CONTAINERS for d in each(block, name)]
    rows = [_procedure(d, kind, act, cells) | who for d in data]
    if not rows and (act or any(who.values())):
        rows = [dict.fromkeys(_DATA_COLUMNS) | {"tipo": kind, "tipo_acto": act} | who]
    for row in rows:
        _publish(row, found, cells, migrated=migrated)


def _publish(row: Row, found: Gathered, cells: Cells, *, migrated: bool) -> None:
    if migrated and not row["expediente"]:
        cells.tell(
            "relleno-del-migrador",
            "El programa de migración llenó un procedimiento sin expediente; no se publica como tal.",
            "procedimientos",
            "warning",
        )
    elif any(value for name, value in row.items() if name != "tipo"):
        found.procedures.append(row)


_DATA_COLUMNS = (
    "tipo", "expediente", "modalidad", "modalidad_otra", "tipo_acto", "denominacion", "descripcion", "objeto",
    "fundamento", "materia", "materia_otra", "fecha_inicio", "fecha_conclusion", "monto", "sector",
    "persona_fisica", "persona_moral", "url_acto",
)  # fmt: skip


def _procedure(data: Reader, kind: str, act: str | None, cells: Cells) -> Row:
    def text(column: str, *paths: str) -> str | None:
        return cells.text(data.text(*paths), column)

    def prose(column: str, path: str) -> str | None:
        return cells.free(data.text(path), column)

    def day(column: str, *paths: str) -> str | None:
        return cells.date(data.text(*paths), column)

    solicitor = (
        "nombrePersonaSolicitaOtorga",
        "primerApellidoSolicitaOtorga",
        "segundoApellidoSolicitaOtorga",
    )
    return {
        "tipo": kind,
        "expediente": text("expediente", "numeroExpedienteFolio"),
        "modalidad": _modality(data, cells),
        "modalidad_otra": prose("modalidad_otra", "otroTipoProcedimiento"),
        "tipo_acto": act,
        "denominacion": prose("denominacion", "denominacion"),
        "descripcion": prose("descripcion", "descripcion"),
        "objeto": prose("objeto", "objeto"),
        "fundamento": prose("fundamento", "fundamento"),
        "materia": cells.code(data.text("materia"), "materia", wrong=MISSPELT),
        "materia_otra": prose("materia_otra", "otroMateria"),
        "fecha_inicio": day(
            "fecha_inicio", "fechaInicioProcedimiento", "inicioProcedimiento", "fechaInicioVigencia"
        ),
        "fecha_conclusion": day(
            "fecha_conclusion",
            "fechaConclusionProcedimiento",
            "conclusionProcedimiento",
            "fechaConclusionVigencia",
        ),
        "monto": cells.amount(data.text("monto"), "monto"),
        "sector": joined([*texts(data, "sectorActoJuridico"), *texts(data, "sectorActo")]),
        "persona_fisica": cells.text(
            data.text("nombrePersonaFisica") or _full_name(data, *solicitor), "persona_fisica"
        ),
        "persona_moral": text("persona_moral", "denominacionPersonaMoral"),
        "url_acto": text("url_acto", "urlActoJuridico", "urlInformacionActo"),
    }


def _modality(data: Reader, cells: Cells) -> str | None:
    raw = peek(data.record, "tipoProcedimiento")
    code = cells.code(data.text("tipoProcedimiento"), "modalidad", wrong=MISSPELT)
    if isinstance(raw, str) and raw != raw.strip() and code == "LICITACION_INTERNACIONAL":
        cells.misspelt(f" {code}", code, "modalidad")
    return code


def _beneficiaries(block: Reader, cells: Cells, found: Gathered) -> Row:
    companies: list[str | None] = []
    people: list[str | None] = []
    for name in BENEFICIARIES:
        for person in each(block, name):
            if "nombe" in person.record:
                _member("nombe", cells)
            companies.append(cells.text(person.text("razonSocial"), "beneficiario_razon_social"))
            full = _full_name(person, "nombre", "primerApellido", "segundoApellido", wrong="nombe")
            people.append(cells.text(full, "beneficiario_nombre"))
            found.goes_on.append(cells.yes_no(person.text("continuaParticipando"), "continua_participando"))
    return {"beneficiario_razon_social": joined(companies), "beneficiario_nombre": joined(people)}


def _merged(one: Row, other: Row) -> Row:
    return {name: one[name] or other[name] for name in one}


def _full_name(reader: Reader, name: str, first: str, second: str, wrong: str = "") -> str | None:
    parts = (reader.text(name, *([wrong] if wrong else [])), reader.text(first), reader.text(second))
    return " ".join(p for p in parts if p) or None


def _areas(block: Reader, cells: Cells) -> Iterator[str | None]:
    for value in texts(block, "tipoArea"):
        yield area(value, "tipo_area", cells)
    for member in ("valorTipoArea", "valorContratacionObra"):
        for value in texts(block, member):
            yield cells.code(value, "tipo_area", AREAS)


def _duties(container: Reader, kind: str, found: Gathered, cells: Cells) -> None:
    """Add one duty per stage with its levels; words of v1 name no stage, so they only count for the record."""
    for stage, members in _STAGES.items():
        for member in members:
            levels = [level(v, "niveles", cells) for v in texts(container, member)]
            if levels and member in _WRONG_MEMBERS:
                _member(member, cells)
            found.levels.extend(levels)
            staged = joined(code for code in levels if code in LEVELS_V2.values())
            if staged:
                found.duties.append({"tipo": kind, "etapa": stage, "niveles": staged, "detalle": None})
    for member in _OTHER:
        others = [
            item.text("especifiqueOtro", "especifique_otro", "otro") for item in each(container, member)
        ]
        others.extend(texts(container, member))
        detail = cells.free(joined(others), "detalle")
        if detail:
            found.duties.append({"tipo": kind, "etapa": "OTRO", "niveles": None, "detalle": detail})


def _member(name: str, cells: Cells) -> None:
    if name in _WRONG_MEMBERS:
        cells.misspelt(name, _WRONG_MEMBERS[name])
