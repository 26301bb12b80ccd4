"""What the national standard fixes about each collection: filters, sort fields, required parts, reserved parts.

Facts only (names, paths, types), from pdn.md §2.3, §3-5: the acceptance sheet asks by them and the simulated
API answers by them. Paths are dotted; lists are walked through; `a|b` means either.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from vitrina.privacy import masking, patterns
from vitrina.text import sort_key

Kind = Literal["text", "exact", "any", "range", "id"]


@dataclass(frozen=True)
class Filter:
    """One member of `query`: text (substring), exact (code), any (array of codes), range ({min, max}) or id."""

    path: str
    kind: Kind = "text"
    allowed: tuple[Any, ...] = ()
    """Closed list of values, where the standard closes it."""
    private: bool = False
    """It searches a datum that is never published, so a sheet has no value to try it with."""


@dataclass(frozen=True)
class Collection:
    """One collection as the standard describes it."""

    name: str
    key: str
    """Short name of the system: S1, S2, S3S, S3P."""
    filters: Mapping[str, Filter]
    sorts: Mapping[str, str]
    """Sort field → path in the record."""
    required: Sequence[tuple[str, type | tuple[type, ...]]]
    reserved: frozenset[str]


_PERSON = {"curp", "homoClave", "telefono", "domicilioExtranjero", "directorGeneral", "apoderadoLegal"}
_S1_RESERVED = frozenset(
    {
        "curp", "rfc", "homoClave", "situacionPersonalEstadoCivil", "regimenMatrimonial", "paisNacimiento",
        "nacionalidad", "personal", "casa", "celularPersonal", "domicilioDeclarante", "datosPareja",
        "datosDependienteEconomico", "datosDependientesEconomicos", "aclaracionesObservaciones",
        "numeroCuentaContrato", "numeroSerieRegistro", "lugarRegistro", "datoIdentificacion",
        "ingresoMensualNetoParejaDependiente", "ingresoAnualNetoParejaDependiente",
        "ingresoConclusionNetoParejaDependiente", "saldoDiciembreAnterior", "saldoFechaConclusion",
        "saldoInsolutoDiciembreAnterior", "saldoInsolutoFechaConclusion",
    }
)  # fmt: skip
_S1 = "declaracion.situacionPatrimonial."
_JOB = f"{_S1}datosEmpleoCargoComision."
_ESTATE = f"{_S1}bienesInmuebles.bienInmueble."
_NET = "|".join(f"{_S1}ingresos.totalIngresos{kind}Netos" for kind in ("Mensuales", "Anuales", "Conclusion"))
_S1_PATHS: dict[str, tuple[str, Kind]] = {
    "nombres": (f"{_S1}datosGenerales.nombre", "text"),
    "primerApellido": (f"{_S1}datosGenerales.primerApellido", "text"),
    "segundoApellido": (f"{_S1}datosGenerales.segundoApellido", "text"),
    "escolaridadNivel": (f"{_S1}datosCurricularesDeclarante.escolaridad.nivel.clave", "exact"),
    "datosEmpleoCargoComision.nombreEntePublico": (f"{_JOB}nombreEntePublico", "text"),
    "datosEmpleoCargoComision.entidadFederativa": (f"{_JOB}domicilioMexico.entidadFederativa.clave", "exact"),
    "datosEmpleoCargoComision.municipioAlcaldia": (f"{_JOB}domicilioMexico.municipioAlcaldia.clave", "exact"),
    "datosEmpleoCargoComision.empleoCargoComision": (f"{_JOB}empleoCargoComision", "text"),
    "datosEmpleoCargoComision.nivelOrdenGobierno": (f"{_JOB}nivelOrdenGobierno", "exact"),
    "datosEmpleoCargoComision.nivelEmpleoCargoComision": (f"{_JOB}nivelEmpleoCargoComision", "text"),
    "bienesInmuebles.superficieConstruccion": (f"{_ESTATE}superficieConstruccion.valor", "range"),
    "bienesInmuebles.superficieTerreno": (f"{_ESTATE}superficieTerreno.valor", "range"),
    "bienesInmuebles.formaAdquisicion": (f"{_ESTATE}formaAdquisicion.clave", "exact"),
    "bienesInmuebles.valorAdquisicion": (f"{_ESTATE}valorAdquisicion.valor", "range"),
    "totalIngresosNetos": ("|".join(f"{p}.valor" for p in _NET.split("|")), "range"),
}
_NAMES = ("nombres", "primerApellido", "segundoApellido")
_INSTITUTION = "institucionDependencia.nombre"
_V1_COMMON: tuple[tuple[str, type | tuple[type, ...]], ...] = (
    ("id", str), ("fechaCaptura", str), ("institucionDependencia", dict), (_INSTITUTION, str),
)  # fmt: skip
_OFFICIAL = "servidorPublicoSancionado."
_PRIVATE = "particularSancionado."
_CODES_S = ("I", "M", "S", "D", "IRSC", "SE", "O")
_CODES_P = ("I", "M", "S", "D", "A", "IND", "SE", "O")


def _secret(path: str) -> Filter:
    return Filter(path, private=True)


SPIC = Collection(
    "spic", "S2",
    {"id": Filter("id", "id"), **{n: Filter(n) for n in _NAMES}, "curp": _secret("curp"), "rfc": _secret("rfc"),
     "institucionDependencia": Filter(_INSTITUTION),
     "tipoProcedimiento": Filter("tipoProcedimiento.clave", "any", (1, 2, 3, 4, 5))},
    {**{n: n for n in _NAMES}, "institucionDependencia": _INSTITUTION, "puesto": "puesto.nombre"},
    (*_V1_COMMON, ("nombres", str), ("primerApellido", str), ("puesto", (dict, str)), ("tipoProcedimiento", list)),
    frozenset({"curp", "rfc"}),
)  # fmt: skip
SSANCIONADOS = Collection(
    "ssancionados", "S3S",
    {"id": Filter("id", "id"), **{n: Filter(_OFFICIAL + n) for n in _NAMES}, "rfc": _secret(f"{_OFFICIAL}rfc"),
     "curp": _secret(f"{_OFFICIAL}curp"), "institucionDependencia": Filter(_INSTITUTION),
     "tipoSancion": Filter("tipoSancion.clave", "any", _CODES_S)},
    {**{n: _OFFICIAL + n for n in _NAMES}, "institucionDependencia": _INSTITUTION,
     "rfc": f"{_OFFICIAL}rfc", "curp": f"{_OFFICIAL}curp"},
    (*_V1_COMMON, (_OFFICIAL[:-1], dict), (f"{_OFFICIAL}nombres", str), (f"{_OFFICIAL}primerApellido", str),
     (f"{_OFFICIAL}puesto", str), ("tipoFalta", dict), ("tipoSancion", list), ("causaMotivoHechos", str)),
    frozenset({"curp", "rfc"}),
)  # fmt: skip
PSANCIONADOS = Collection(
    "psancionados", "S3P",
    {"id": Filter("id", "id"), "nombreRazonSocial": Filter(f"{_PRIVATE}nombreRazonSocial"),
     "rfc": _secret(f"{_PRIVATE}rfc"), "institucionDependencia": Filter(_INSTITUTION),
     "expediente": Filter("expediente"), "tipoSancion": Filter("tipoSancion.clave", "any", _CODES_P),
     "tipoPersona": Filter(f"{_PRIVATE}tipoPersona", "exact", ("F", "M"))},
    {"nombreRazonSocial": f"{_PRIVATE}nombreRazonSocial", "rfc": f"{_PRIVATE}rfc", "institucionDependencia": _INSTITUTION},
    (*_V1_COMMON, (_PRIVATE[:-1], dict), (f"{_PRIVATE}nombreRazonSocial", str), (f"{_PRIVATE}tipoPersona", str),
     ("autoridadSancionadora", str), ("tipoSancion", list), ("causaMotivoHechos", str), ("responsableSancion", dict)),
    frozenset(_PERSON | {"domicilioMexico"}),
)  # fmt: skip
DECLARACIONES = Collection(
    "declaraciones", "S1",
    {"id": Filter("id", "id"), **{name: Filter(path, kind) for name, (path, kind) in _S1_PATHS.items()}},
    {name: path for name, (path, _) in _S1_PATHS.items()},
    (("id", str), ("metadata", dict), ("metadata.actualizacion", str), ("metadata.institucion", str),
     ("metadata.tipo", str), ("declaracion", dict), (_S1[:-1], dict), (f"{_S1}datosGenerales", dict),
     (f"{_S1}datosCurricularesDeclarante", dict), (_JOB[:-1], dict), (f"{_S1}ingresos", dict)),
    _S1_RESERVED,
)  # fmt: skip
_S2_V2 = "servidores_intervengan_procedimientos_contrataciones"
_V2_ADDRESS = frozenset(_PERSON | {"domicilioMexico", "rfc", "datosDirGeneralReprLegal"})


def _v2(
    name: str, key: str, reserved: frozenset[str], *required: tuple[str, type | tuple[type, ...]]
) -> Collection:
    return Collection(name, key, {}, {"fecha": "fecha"}, (("fecha", str), *required), reserved)


_WHO: tuple[str, type | tuple[type, ...]] = ("datosGenerales", dict)
_JOB_V2: tuple[str, type | tuple[type, ...]] = ("empleoCargoComision", dict)
_CASE: tuple[tuple[str, type | tuple[type, ...]], ...] = (
    ("expediente", str), ("faltaCometida", list), ("resolucion", dict), ("tipoSancion", list),
)  # fmt: skip
_PERSON_V2 = frozenset({"curp", "rfc"})
COLLECTIONS: Mapping[str, Collection] = {
    c.name: c
    for c in (
        SPIC, SSANCIONADOS, PSANCIONADOS, DECLARACIONES,
        _v2(_S2_V2, "S2", _PERSON_V2, ("ejercicio", (int, str)), _WHO, _JOB_V2, ("tipoProcedimiento", str)),
        _v2("faltas_administrativas_graves", "S3S", _PERSON_V2, _WHO, _JOB_V2, *_CASE),
        _v2("faltas_administrativas_no_graves", "S3S",
            _PERSON_V2 | {"nombres", "primerApellido", "segundoApellido"}, _WHO, _JOB_V2, *_CASE),
        _v2("faltas_graves_personas_fisicas", "S3P", _V2_ADDRESS, _WHO, *_CASE),
        _v2("faltas_graves_personas_morales", "S3P", frozenset({"curp", "datosDirGeneralReprLegal"}), _WHO, *_CASE),
    )
}  # fmt: skip
V1 = ("spic", "ssancionados", "psancionados")
V2 = tuple(name for name in COLLECTIONS if name not in (*V1, "declaraciones"))


def values(record: Any, path: str) -> Iterator[Any]:
    """Yield every value at *path*, walking through lists; nothing where a member is missing.

    >>> list(values({"a": [{"b": 1}, {"b": [2, 3]}]}, "a.b"))
    [1, 2, 3]
    """
    for choice in path.split("|"):
        yield from _walk(record, choice.split("."))


def _walk(value: Any, steps: Sequence[str]) -> Iterator[Any]:
    if isinstance(value, list):
        for item in value:
            yield from _walk(item, steps)
    elif not steps:
        if value is not None:
            yield value
    elif isinstance(value, Mapping):
        yield from _walk(value.get(steps[0]), steps[1:])


def folded(text: str) -> str:
    """Return *text* for comparing as the standard does: no case, no accents, but ñ is not n.

    >>> folded("NÚÑEZ"), folded("Nunez") in folded("Núñez")
    ('nuñez', False)
    """
    return sort_key(text)[0].replace("n\uffff", "ñ")


def at(record: Any, path: str) -> Any:
    """Return the value at *path* as it stands (lists whole), or None."""
    for step in path.split("."):
        record = record.get(step) if isinstance(record, Mapping) else None
    return record


# ── reserved data ─────────────────────────────────────────────────────────────────────────────────────────


def reserved(record: Any, collection: Collection) -> list[str]:
    """Return the paths of *record* that hold data nobody may read without a reason (pdn.md §5.3, §6)."""
    return sorted(set(_found(record, collection.reserved, "", _company(record))))


def _company(record: Any) -> bool:
    return any(v != "F" for v in values(record, f"{_PRIVATE}tipoPersona"))


def _found(value: Any, names: frozenset[str], trail: str, company: bool) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            if inner in (None, "", " ", [], {}):
                continue
            if name in names or (name == "rfc" and trail == "particularSancionado" and not company):
                yield f"{trail}.{name}".lstrip(".")
            else:
                yield from _found(inner, names, f"{trail}.{name}".lstrip("."), company)
    elif isinstance(value, list):
        for item in value:
            if not_own(item):
                yield f"{trail}[de otra persona]"
            else:
                yield from _found(item, names, trail, company)
    elif isinstance(value, str) and patterns.CURP in masking.mask(value).kinds:
        yield f"{trail} (CURP en el texto)"


def not_own(item: Any) -> bool:
    """Return whether *item* of a declaration belongs to somebody else than the declarant (norm 19)."""
    if not isinstance(item, Mapping):
        return False
    holders = item.get("titular")
    if isinstance(holders, list) and [h.get("clave") for h in holders if isinstance(h, Mapping)] != ["DEC"]:
        return True
    return item.get("tipoRelacion", "DECLARANTE") not in ("DECLARANTE", "", None)
