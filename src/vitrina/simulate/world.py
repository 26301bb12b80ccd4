"""The invented state of Xaltepec: its public bodies, officials and companies, the same in every system.

Bodies are fixed; officials and companies are functions of the seed and a number, so a million rows need no
list of people in memory and a person or company met in one system is found again in the others. Keys (CURP,
RFC) pass their checksums and are visibly synthetic: they start with X and say "born abroad".
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random

from stdnum.mx.curp import calc_check_digit as curp_digit
from stdnum.mx.rfc import calc_check_digit as rfc_digit

from vitrina.simulate import words
from vitrina.text import fold, slugify

STATE = "Xaltepec"
CAPITAL = "Ciudad Xaltepec"
STATE_CODE = "33"
"""Two digits that no real state uses, where a layout asks for a number; S2 and S3 v2 want "01".."32"."""


@dataclass(frozen=True)
class Ente:
    """One public body. `branch` is ejecutivo, legislativo, judicial, autonomo or municipal."""

    id: str
    name: str
    acronym: str
    branch: str
    region: str
    municipality: str
    parent: str = ""
    """Id of the secretariat that sectorizes it; empty for a central body."""

    @property
    def level(self) -> str:
        return "MUNICIPAL_ALCALDIA" if self.branch == "municipal" else "ESTATAL"

    @property
    def power(self) -> str:
        """The codes of the standards, where a municipality counts as executive."""
        known = {"legislativo": "LEGISLATIVO", "judicial": "JUDICIAL", "autonomo": "ORGANO_AUTONOMO"}
        return known.get(self.branch, "EJECUTIVO")

    @property
    def variants(self) -> tuple[str, ...]:
        """Spellings of the name as institutions really write them."""
        return (self.name.upper(), f"{self.name}.", f"{self.name} ({self.acronym})", fold(self.name).title())


@dataclass(frozen=True)
class Official:
    """A public servant; curp, rfc and everything after `ente` is what systems hold and must not publish."""

    given: str
    first: str
    second: str
    sex: str
    ente: Ente
    post: str
    rank: str
    area: str
    born: date
    curp: str
    rfc: str

    @property
    def email(self) -> str:
        return f"{slugify(self.given).split('-')[0]}.{slugify(self.first)}@{self.ente.id}.ejemplo.mx"


@dataclass(frozen=True)
class Supplier:
    """A company, or a natural person who sells (`company` False): then the RFC is reserved."""

    name: str
    rfc: str
    company: bool
    purpose: str
    street: str
    municipality: str
    email: str
    phone: str


_EXECUTIVE = (
    ("sefin", "Secretaría de Finanzas", "SEFIN"),
    ("segob", "Secretaría de Gobierno", "SEGOB"),
    ("seinfra", "Secretaría de Infraestructura y Desarrollo Territorial", "SEINFRA"),
    ("ssx", "Secretaría de Salud y Bienestar Comunitario", "SSX"),
    ("sep-xal", "Secretaría de Educación y Saberes", "SES"),
    ("shtfp", "Secretaría de Honestidad, Transparencia y Función Pública", "SHTFP"),
    ("semov", "Secretaría de Movilidad", "SEMOV"),
    ("sagro", "Secretaría de Fomento Agroalimentario y Pesca", "SAGRO"),
    ("setur", "Secretaría de Turismo y Artesanías", "SETUR"),
    ("semujer", "Secretaría de las Mujeres", "SEMUJER"),
    ("sspc", "Secretaría de Seguridad y Protección Ciudadana", "SSPC"),
    ("sma", "Secretaría de Medio Ambiente, Biodiversidad y Energías", "SMABE"),
    ("sade", "Secretaría de Administración", "SADE"),
    ("consejeria", "Consejería Jurídica del Gobierno del Estado", "CJGE"),
)
_SECTORIZED = (
    ("caminos", "Caminos y Aeropistas de Xaltepec", "CAX", "seinfra"),
    ("ceagua", "Comisión Estatal del Agua para el Bienestar", "CEAB", "seinfra"),
    ("invivienda", "Instituto de la Vivienda Digna", "INVID", "seinfra"),
    ("servsalud", "Servicios de Salud de Xaltepec", "SSAX", "ssx"),
    ("hospital-nino", "Hospital de la Niñez Xaltepecana", "HNX", "ssx"),
    ("ieepx", "Instituto Estatal de Educación Pública", "IEEPX", "sep-xal"),
    ("cobax", "Colegio de Bachilleres de Xaltepec", "COBAX", "sep-xal"),
    ("utvx", "Universidad Tecnológica de los Valles de Xaltepec", "UTVX", "sep-xal"),
    ("itsllanos", "Instituto Tecnológico Superior de los Llanos", "ITSLL", "sep-xal"),
    ("dif", "Sistema para el Desarrollo Integral de la Familia", "DIF", "segob"),
    ("archivo", "Archivo General del Estado", "AGEX", "sade"),
    ("registro", "Instituto de la Función Registral y Catastral", "IFREC", "segob"),
    ("artesanias", "Instituto de las Artesanías y el Telar", "INATEL", "setur"),
    ("cultura", "Casa de las Culturas Ñuiñe", "CCÑ", "setur"),
    ("pensiones", "Oficina de Pensiones del Estado", "OPEX", "sefin"),
    ("fideicomiso", "Fideicomiso de Fomento para el Campo y la Pesca de la Costa", "FIFOCAPE", "sagro"),
)
_OTHERS = (
    ("congreso", "H. Congreso del Estado Libre y Soberano de Xaltepec", "CONGRESO", "legislativo"),
    ("asex", "Auditoría Superior del Estado de Xaltepec", "ASEX", "legislativo"),
    ("tsj", "Tribunal Superior de Justicia", "TSJ", "judicial"),
    ("cjudicatura", "Consejo de la Judicatura", "CJ", "judicial"),
    ("tja", "Tribunal de Justicia Administrativa y Combate a la Corrupción", "TJACC", "judicial"),
    ("tlaboral", "Tribunal Laboral Burocrático", "TLB", "judicial"),
    ("ieex", "Instituto Electoral y de Participación Ciudadana", "IEPCX", "autonomo"),
    ("teex", "Tribunal Electoral del Estado", "TEEX", "autonomo"),
    ("dhx", "Defensoría de los Derechos Humanos del Pueblo", "DDHPX", "autonomo"),
    (
        "itaix",
        "Órgano Garante de Acceso a la Información, Transparencia y Buen Gobierno",
        "OGAIX",
        "autonomo",
    ),
    ("fge", "Fiscalía General del Estado", "FGEX", "autonomo"),
    ("uax", "Universidad Autónoma «Lázara Güerequiz» de Xaltepec", "UAX", "autonomo"),
    ("sesax", "Secretaría Ejecutiva del Sistema Anticorrupción de Xaltepec", "SESAX", "ejecutivo"),
)


def _municipal() -> list[Ente]:
    return [
        Ente(f"mun-{slugify(place, 40)}", f"Municipio de {place}", f"H. AYTO. {place[:18].upper()}", "municipal", region, place)
        for region, places in words.MUNICIPALITIES.items()
        for place in places
    ]  # fmt: skip


ENTES: tuple[Ente, ...] = (
    *(Ente(i, n, a, "ejecutivo", "Valles", CAPITAL) for i, n, a in _EXECUTIVE),
    *(Ente(i, n, a, "ejecutivo", "Valles", CAPITAL, p) for i, n, a, p in _SECTORIZED),
    *(Ente(i, n, a, b, "Valles", CAPITAL) for i, n, a, b in _OTHERS),
    *_municipal(),
)
BY_ID = {e.id: e for e in ENTES}


def entes(*branches: str) -> tuple[Ente, ...]:
    """Return the bodies of the *branches* (all when none is named), in the register's order."""
    return tuple(e for e in ENTES if not branches or e.branch in branches)


def curp(rng: Random, given: str, first: str, sex: str, born: date) -> str:
    """Return a checksum-valid CURP that shows it is synthetic (X…, state NE)."""
    letters = fold(first + given).replace(" ", "").upper()
    vowel = next((c for c in letters[1:] if c in "AEIOU"), "X")
    initial = next(c for c in fold(given).upper() if c.isalpha())
    century = rng.choice("0123456789") if born.year < 2000 else rng.choice("ABCDEFGHJK")
    body = f"X{vowel}X{initial}{born:%y%m%d}{'M' if sex == 'MUJER' else 'H'}NEXXX{century}"
    return body + curp_digit(body)


def person_rfc(rng: Random, code: str) -> str:
    """Return a natural person's RFC (13 characters) that starts as the CURP *code* does."""
    body = code[:10] + rng.choice("123456789ABCDEFGHIJKLMNOPQRSTUV") + rng.choice("123456789ABCDEFGHIJKLMNOP")
    return body + rfc_digit(body)


def company_rfc(name: str, number: int) -> str:
    """Return the legal person's RFC (12 characters) of company *number*; different for each below 280 000."""
    letters = [c for c in fold(name).upper() if "A" <= c <= "Z"]
    founded = date(2001, 1, 1) + timedelta(days=number // 34 * 11 % 8766)
    body = f"X{letters[0]}{letters[-5]}{founded:%y%m%d}{'ABCDEFGHIJKLMNOPQRSTUV'[number % 22]}"
    body += "123456789ABCDEFGHIJKLMNOPQRSTUVWXY"[number % 34]
    return body + rfc_digit(body)


@lru_cache(maxsize=4096)
def official(seed: int, ente: Ente, number: int) -> Official:
    """Return official *number* of a body: the same person in declarations, procurement and sanctions."""
    rng = Random(f"{seed}:official:{ente.id}:{number}")
    sex = rng.choice(("MUJER", "HOMBRE"))
    given = rng.choice(words.WOMEN if sex == "MUJER" else words.MEN)
    first, second = rng.choice(words.SURNAMES), rng.choice((*words.SURNAMES, ""))
    post, rank = rng.choice(words.POSTS)
    born = date(rng.randint(1958, 2003), rng.randint(1, 12), rng.randint(1, 28))
    code = curp(rng, given, first, sex, born)
    area = rng.choice(words.AREAS)
    return Official(given, first, second, sex, ente, post, rank, area, born, code, person_rfc(rng, code))


@lru_cache(maxsize=8192)
def supplier(seed: int, number: int) -> Supplier:
    """Return supplier *number*; about one in nine is a natural person."""
    rng = Random(f"{seed}:supplier:{number}")
    place = rng.choice(ENTES).municipality
    street = (
        f"Calle {rng.choice(words.SURNAMES)} {rng.randint(1, 990)}, col. {rng.choice(words.COMPANY_NAMES)}"
    )
    phone = f"000 {rng.randint(100, 999)} {rng.randint(1000, 9999)}"
    if number % 9 == 4:
        who = official(seed, rng.choice(ENTES), 1_000_000 + number)
        name = " ".join(filter(None, (who.given, who.first, who.second)))
        return Supplier(name, who.rfc, False, "Actividad empresarial", street, place, who.email, phone)
    head, core = rng.choice(words.COMPANY_HEADS), rng.choice(words.COMPANY_NAMES)
    extra = f" {rng.choice(words.SURNAMES)}" if rng.random() < 0.35 else ""
    serial = f" {number}" if number >= 400 else ""
    name = f"{head} {core}{extra}{serial}, {rng.choice(words.COMPANY_TAILS)}"
    purpose = f"{rng.choice((*words.WORKS, *words.GOODS, *words.SERVICES))} y actividades conexas"
    email = f"ventas@{slugify(core)}-{number}.ejemplo.mx"
    return Supplier(name, company_rfc(name, number), True, purpose, street, place, email, phone)


def suppliers_for(rows: int) -> int:
    """Return how many suppliers a system of *rows* records draws from."""
    return max(90, min(rows // 12, 200_000))


def pick(rng: Random, pool: int) -> int:
    """Return a supplier number below *pool*: few win often, most win once."""
    return int(pool * rng.random() ** 2.2)


def sanctioned(number: int, pool: int) -> int:
    """Return the supplier behind the *number*-th sanction: a few are of the pool and win contracts, most are not."""
    return pool // 10 + 1 + number * 10


def day(rng: Random, run_date: date, years: float = 3.0, until: int = 3) -> date:
    """Return a day of the last *years* before *run_date*, at least *until* days old."""
    return run_date - timedelta(days=rng.randint(until, int(years * 365)))


def spelled(rng: Random, ente: Ente, number: int) -> str:
    """Return the body's name as this row writes it: one in twelve is a known variant."""
    return rng.choice(ente.variants) if number % 12 == 7 else ente.name


FAULT_EVERY = 61


def fault(number: int, kinds: Sequence[str], salt: str = "") -> str:
    """Return the fault planted in row *number* (between 1 and 2 %), or "". Listed in data/samples/README.md.

    *salt* (the system and who sends it) shifts the kinds, so that small files show different ones.
    """
    if not kinds or number % FAULT_EVERY != 41:
        return ""
    return kinds[(number // FAULT_EVERY + sum(salt.encode())) % len(kinds)]


def hex_id(rng: Random, length: int = 24) -> str:
    return f"{rng.getrandbits(length * 4):0{length}x}"


def uuid(rng: Random) -> str:
    text = hex_id(rng, 32)
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"
