"""The income part of S1: the declarant's own figures; the partner's and the household's are never read.

The household total minus the declarant's net income is the partner's, so no total is published (pdn.md §5.3).
"""

from __future__ import annotations

from collections.abc import Mapping

from vitrina.layouts.base import Reader
from vitrina.layouts.pdn_cells import Cells, each, peek
from vitrina.layouts.s1_rows import money
from vitrina.model import Row

_INCOME = "declaracion.situacionPatrimonial.ingresos"
_PREVIOUS = "declaracion.situacionPatrimonial.actividadAnualAnterior"
# tipo → period, salary, other income, declarant's net (pdn.md §5.2)
_MEMBERS = {
    "INICIAL": (
        "MENSUAL",
        "remuneracionMensualCargoPublico",
        "otrosIngresosMensualesTotal",
        "ingresoMensualNetoDeclarante",
    ),
    "MODIFICACION": (
        "ANUAL",
        "remuneracionAnualCargoPublico",
        "otrosIngresosAnualesTotal",
        "ingresoAnualNetoDeclarante",
    ),
    "CONCLUSION": (
        "CONCLUSION",
        "remuneracionConclusionCargoPublico",
        "otrosIngresosConclusionTotal",
        "ingresoConclusionNetoDeclarante",
    ),
}
# concept → members that may hold it (right spelling first), member of its list, member that describes each entry
_CONCEPTS = (
    (
        "INDUSTRIAL_COMERCIAL",
        ("actividadIndustrialComercialEmpresarial", "actividadIndustialComercialEmpresarial"),
        "actividades",
        "tipoNegocio",
    ),
    ("FINANCIERA", ("actividadFinanciera",), "actividades", "tipoInstrumento"),
    ("SERVICIOS_PROFESIONALES", ("serviciosProfesionales",), "servicios", "tipoServicio"),
    ("ENAJENACION_BIENES", ("enajenacionBienes",), "bienes", "tipoBienEnajenado"),
    ("OTROS", ("otrosIngresos",), "ingresos", "tipoIngreso"),
)


def income_cells(root: Reader, kind: str, cells: Cells) -> Row:
    """Return the main row's income columns; empty cells when *kind* is not one of the three declarations."""
    period, salary, others, net = _MEMBERS.get(kind, ("", "-", "-", "-"))
    return {
        **money(root, f"{_INCOME}.{net}", "ingreso_neto", cells),
        "ingreso_periodo": period if peek(root.record, f"{_INCOME}.{net}") is not None else None,
        **money(root, f"{_INCOME}.{salary}", "remuneracion_cargo", cells),
        **money(root, f"{_INCOME}.{others}", "otros_ingresos", cells),
        "servidor_anio_anterior": cells.yes_no(
            root.text(f"{_PREVIOUS}.servidorPublicoAnioAnterior"), "servidor_anio_anterior"
        ),
        "anio_anterior_inicio": cells.date(root.text(f"{_PREVIOUS}.fechaIngreso"), "anio_anterior_inicio"),
        "anio_anterior_fin": cells.date(root.text(f"{_PREVIOUS}.fechaConclusion"), "anio_anterior_fin"),
        **money(root, f"{_PREVIOUS}.ingresoNetoAnualDeclarante", "anio_anterior_neto", cells),
        **money(root, f"{_PREVIOUS}.remuneracionNetaCargoPublico", "anio_anterior_remuneracion", cells),
        **money(root, f"{_PREVIOUS}.otrosIngresosTotal", "anio_anterior_otros", cells),
    }


def income_rows(root: Reader, cells: Cells) -> list[Row]:
    """Return one row per source of other income, of the declaration's period and of the previous year."""
    rows: list[Row] = []
    for period, base in (("DECLARACION", _INCOME), ("ANIO_ANTERIOR", _PREVIOUS)):
        for concept, members, items, detail in _CONCEPTS:
            for member in members:
                rows.extend(_concept_rows(root, f"{base}.{member}", (period, concept, items, detail), cells))
                if member != members[0] and peek(root.record, f"{base}.{member}") is not None:
                    cells.misspelt(member, members[0], "concepto")
    return rows


def _concept_rows(root: Reader, path: str, names: tuple[str, str, str, str], cells: Cells) -> list[Row]:
    period, concept, items, detail = names
    rows: list[Row] = [
        _income_row(item, period, concept, detail, cells) for item in each(root, f"{path}.{items}")
    ]
    # One capture tool nests the total once more, in `monto`.
    nested = isinstance(peek(root.record, f"{path}.remuneracionTotal.monto"), Mapping)
    total = money(root, f"{path}.remuneracionTotal{'.monto' if nested else ''}", "monto", cells)
    if rows or not any(total.values()) or total["monto"] == "0":
        return rows
    return [{"periodo": period, "concepto": concept, "descripcion": None, "razon_social": None, **total}]


def _income_row(item: Reader, period: str, concept: str, detail: str, cells: Cells) -> Row:
    described = item.text(f"{detail}.valor", detail) or item.text(f"{detail}.clave")
    item.text(f"{detail}.clave")
    return {
        "periodo": period,
        "concepto": concept,
        "descripcion": cells.free(described, "descripcion"),
        "razon_social": cells.text(item.text("nombreRazonSocial"), "razon_social"),
        **money(item, "remuneracion", "monto", cells),
    }
