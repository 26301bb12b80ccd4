"""S1: what a declarant owns, owes and takes part in: assets, debts and interests, item by item (pdn.md §5.2)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from vitrina.simulate import words, world
from vitrina.simulate.world import Official, Supplier

INITIAL, MODIFIED, FINAL = "INICIAL", "MODIFICACIÓN", "CONCLUSIÓN"
_HOLDERS = (
    ("DEC", "DECLARANTE"), ("DEC", "DECLARANTE"), ("DEC", "DECLARANTE"), ("CYG", "CÓNYUGE"),
    ("DEN", "DEPENDIENTES ECONÓMICOS"),
)  # fmt: skip
SECTOR = {"clave": "SP", "valor": "SERVICIOS PROFESIONALES"}
COUNTRY = "MX"


@dataclass
class Maker:
    """Makes the parts of one declaration."""

    rng: Random
    kind: str
    who: Official
    seller: Supplier
    day: date

    def money(self, low: int, high: int) -> dict[str, Any]:
        return {"valor": self.rng.randint(low, high), "moneda": "MXN"}

    def phone(self) -> str:
        return f"000{self.rng.randint(1_000_000, 9_999_999)}"

    def past(self, years: float = 12) -> str:
        return world.day(self.rng, self.day, years, 30).isoformat()

    def holder(self) -> list[dict[str, str]]:
        code, label = self.rng.choice(_HOLDERS)
        return [{"clave": code, "valor": label}]

    def home(self) -> dict[str, Any]:
        return {
            "calle": f"Calle {self.rng.choice(words.SURNAMES)}",
            "numeroExterior": str(self.rng.randint(1, 900)),
            "numeroInterior": "",
            "coloniaLocalidad": self.rng.choice(words.COMPANY_NAMES),
            "municipioAlcaldia": {
                "clave": f"{self.rng.randint(1, 42):03}",
                "valor": self.who.ente.municipality,
            },
            "entidadFederativa": {"clave": world.STATE_CODE, "valor": world.STATE},
            "codigoPostal": f"{self.rng.randint(100, 999):05}",
        }

    def party(self, company: bool) -> dict[str, Any]:
        """A lender, transferor or client: public when a company, reserved when a person."""
        if company:
            return {"tipoPersona": "MORAL", "nombreRazonSocial": self.seller.name, "rfc": self.seller.rfc}
        name = f"{self.rng.choice(words.MEN)} {self.rng.choice(words.SURNAMES)}"
        return {"tipoPersona": "FISICA", "nombreRazonSocial": name, "rfc": self.who.rfc}

    def listed(self, member: str, items: list[dict[str, Any]], notes: str = "") -> dict[str, Any]:
        """A section that holds a list; `ninguno` is true when the declarant states there is nothing."""
        return {"ninguno": not items, member: items, "aclaracionesObservaciones": notes}

    def some(self, chance: float) -> bool:
        return self.rng.random() < chance


def _bought(m: Maker) -> dict[str, Any]:
    """What real estate, vehicles and other goods share."""
    giver = m.party(m.some(0.5)) | {"relacion": {"clave": "NIN", "valor": "NINGUNA"}}
    return {
        "tipoOperacion": m.rng.choice(("AGREGAR", "SIN_CAMBIOS")),
        "titular": m.holder(),
        "transmisor": [giver],
        "tercero": [],
        "formaAdquisicion": {"clave": "CPV", "valor": "COMPRAVENTA"},
        "formaPago": m.rng.choice(("CRÉDITO", "CONTADO")),
        "valorAdquisicion": m.money(1_000, 3_500_000),
        "fechaAdquisicion": m.past(15),
    }


def estate(m: Maker) -> dict[str, Any]:
    return _bought(m) | {
        "tipoInmueble": {"clave": "CASA", "valor": "CASA"},
        "porcentajePropiedad": m.rng.choice((100, 100, 50)),
        "superficieTerreno": {"valor": m.rng.randint(60, 900), "unidad": "m2"},
        "superficieConstruccion": {"valor": m.rng.randint(40, 400), "unidad": "m2"},
        "datoIdentificacion": f"Folio real {m.rng.randint(10_000, 99_999)}",
        "valorConformeA": "ESCRITURA PÚBLICA",
        "domicilioMexico": m.home(),
    }


def vehicle(m: Maker) -> dict[str, Any]:
    return _bought(m) | {
        "tipoVehiculo": {"clave": "AUMOT", "valor": "AUTOMÓVIL / MOTOCICLETA"},
        "marca": m.rng.choice(("Colibrí", "Ajolote", "Cenzontle")),
        "modelo": m.rng.choice(("Brisa", "Ñandú", "Sierra")),
        "anio": m.rng.randint(2005, 2026),
        "numeroSerieRegistro": f"XSYN{m.rng.randint(10**12, 10**13 - 1)}",
        "lugarRegistro": {
            "pais": COUNTRY,
            "entidadFederativa": {"clave": world.STATE_CODE, "valor": world.STATE},
        },
    }


def goods(m: Maker) -> dict[str, Any]:
    return _bought(m) | {
        "tipoBien": {"clave": "MECA", "valor": "MENAJE DE CASA"},
        "descripcionGeneralBien": "Muebles de sala y comedor",
    }


def _balance(m: Maker, now: str, before: str, end: str) -> dict[str, Any]:
    if m.kind == INITIAL:
        return {now: m.money(1_000, 400_000)}
    hidden = before if m.kind == MODIFIED else end
    return {hidden: m.money(1_000, 400_000), "porcentajeIncrementoDecremento": m.rng.randint(-40, 60)}


def investment(m: Maker) -> dict[str, Any]:
    return {
        "tipoOperacion": "AGREGAR",
        "tipoInversion": {"clave": "BANC", "valor": "BANCARIA"},
        "subTipoInversion": {"clave": "CAHOB", "valor": "CUENTA DE AHORRO"},
        "titular": m.holder(),
        "tercero": [],
        "numeroCuentaContrato": str(m.rng.randint(10**9, 10**10 - 1)),
        "localizacionInversion": {
            "pais": COUNTRY,
            "institucionRazonSocial": "Banco Malinal, S.A.",
            "rfc": m.seller.rfc,
        },
        **_balance(m, "saldoSituacionActual", "saldoDiciembreAnterior", "saldoFechaConclusion"),
    }


def debt(m: Maker) -> dict[str, Any]:
    lender = m.party(m.some(0.8))
    return {
        "tipoOperacion": "AGREGAR",
        "titular": m.holder(),
        "tipoAdeudo": {"clave": "CPER", "valor": "CRÉDITO PERSONAL"},
        "numeroCuentaContrato": str(m.rng.randint(10**9, 10**10 - 1)),
        "fechaAdquisicion": m.past(8),
        "montoOriginal": m.money(5_000, 900_000),
        **_balance(
            m, "saldoInsolutoSituacionActual", "saldoInsolutoDiciembreAnterior", "saldoInsolutoFechaConclusion"
        ),
        "tercero": [],
        "otorganteCredito": {
            "tipoPersona": lender["tipoPersona"], "nombreInstitucion": lender["nombreRazonSocial"], "rfc": lender["rfc"],
        },
        "localizacionAdeudo": {"pais": COUNTRY},
    }  # fmt: skip


def loan(m: Maker) -> dict[str, Any]:
    owner = m.party(False)
    return {
        "tipoOperacion": "AGREGAR",
        "tipoBien": {"inmueble": {"tipoInmueble": {"clave": "DPTO", "valor": "DEPARTAMENTO"}, "domicilioMexico": m.home()}},
        "duenoTitular": {
            "tipoDuenoTitular": "FISICA", "nombreTitular": owner["nombreRazonSocial"], "rfc": owner["rfc"],
            "relacionConTitular": "AMISTAD",
        },
    }  # fmt: skip


# ── interests ─────────────────────────────────────────────────────────────────────────────────────────────


def interests(m: Maker) -> dict[str, Any]:
    place = {"pais": COUNTRY, "entidadFederativa": {"clave": world.STATE_CODE, "valor": world.STATE}}
    relation = m.rng.choice(("DECLARANTE", "DECLARANTE", "PAREJA"))
    base = {
        "tipoOperacion": "AGREGAR",
        "tipoRelacion": relation,
        "recibeRemuneracion": True,
        "ubicacion": place,
    }
    paid = base | {"montoMensual": m.money(1_000, 30_000)}
    share = paid | {
        "nombreEmpresaSociedadAsociacion": m.seller.name, "rfc": m.seller.rfc, "sector": SECTOR,
        "porcentajeParticipacion": m.rng.randint(1, 90), "tipoParticipacion": {"clave": "SOCIO", "valor": "SOCIO"},
    }  # fmt: skip
    decision = paid | {
        "tipoInstitucion": {"clave": "OSC", "valor": "ORGANIZACIONES DE LA SOCIEDAD CIVIL"},
        "nombreInstitucion": "Asociación Tejedora Ñuiñe, A.C.", "rfc": m.seller.rfc, "puestoRol": "Vocal",
        "fechaInicioParticipacion": m.past(6),
    }  # fmt: skip
    support = {
        "tipoOperacion": "AGREGAR",
        "beneficiarioPrograma": {"clave": "DC", "valor": "DECLARANTE"}, "nombrePrograma": "Becas de posgrado",
        "institucionOtorgante": "Secretaría de Educación y Saberes", "nivelOrdenGobierno": "ESTATAL",
        "tipoApoyo": {"clave": "SUB", "valor": "SUBSIDIO"}, "formaRecepcion": "MONETARIO",
        "montoApoyoMensual": m.money(1_000, 9_000), "especifiqueApoyo": "",
    }  # fmt: skip
    agent = paid | m.party(m.some(0.5)) | {
        "tipoRepresentacion": "REPRESENTANTE", "fechaInicioRepresentacion": m.past(5), "sector": SECTOR,
    }  # fmt: skip
    client = {
        "tipoOperacion": "AGREGAR", "realizaActividadLucrativa": True, "tipoRelacion": relation,
        "empresa": {"nombreEmpresaServicio": m.seller.name, "rfc": m.seller.rfc}, "sector": SECTOR,
        "clientePrincipal": m.party(m.some(0.6)), "montoAproximadoGanancia": m.money(1_000, 80_000), "ubicacion": place,
    }  # fmt: skip
    benefit = {
        "tipoOperacion": "AGREGAR",  "tipoBeneficio": {"clave": "S", "valor": "SORTEO"},
        "beneficiario": [{"clave": "DC", "valor": "DECLARANTE"}], "otorgante": m.party(m.some(0.7)),
        "formaRecepcion": "MONETARIO", "especifiqueBeneficio": "", "sector": SECTOR,
        "montoMensualAproximado": m.money(1_000, 20_000),
    }  # fmt: skip
    trust = {
        "tipoOperacion": "AGREGAR", "tipoRelacion": relation, "tipoFideicomiso": "PRIVADO",
        "tipoParticipacion": "FIDEICOMISARIO", "rfcFideicomiso": m.seller.rfc, "fideicomitente": m.party(m.some(0.5)),
        "fiduciario": {"nombreRazonSocial": "Banco Malinal, S.A.", "rfc": m.seller.rfc},
        "fideicomisario": m.party(False), "sector": SECTOR, "extranjero": COUNTRY,
    }  # fmt: skip
    return {
        "participacion": m.listed("participacion", [share] if m.some(0.2) else []),
        "participacionTomaDecisiones": m.listed("participacion", [decision] if m.some(0.1) else []),
        "apoyos": m.listed("apoyo", [support] if m.some(0.1) else []),
        "representacion": m.listed("representacion", [agent] if m.some(0.08) else []),
        "clientesPrincipales": m.listed("cliente", [client] if m.some(0.1) else []),
        "beneficiosPrivados": m.listed("beneficio", [benefit] if m.some(0.08) else []),
        "fideicomisos": m.listed("fideicomiso", [trust] if m.some(0.05) else []),
    }
