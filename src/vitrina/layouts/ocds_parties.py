"""The organizations and persons of a contracting process: who they are, what they do, what may be said of them.

A natural person who supplies the State is public by name; the RFC, address and contact data never are. When
nothing proves that a party is a company or a public body, its address stays private too (fail closed).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache

from vitrina.layouts.base import Reader, joined, row
from vitrina.layouts.ocds_notes import Notes
from vitrina.layouts.ocds_screen import published_id
from vitrina.layouts.ocds_values import masked, members, said
from vitrina.layouts.ocds_words import PERSON_KINDS, PUBLIC_ROLES, ROLE_LABELS, SUPPLIER_ROLES
from vitrina.model import Row
from vitrina.privacy import masking
from vitrina.text import fold
from vitrina.values import company_rfc, is_person_rfc, supplier_id

_GENERIC = frozenset({"XAXX010101000", "XEXX010101000"})
"""RFCs that stand for "the public" and "a foreigner": they identify nobody."""

_COMPANY = re.compile(
    r"\b(s a( b)?( p i)?( de c v)?|sa( de cv)?|sapi( de cv)?|sab( de cv)?|s( de)? r l( mi)?( de c v)?|"
    r"s de rl( mi)?( de cv)?|srl|s c( l| de r l)?( de c v)?|sc|a c|ac|s p r( de r l)?|i a p|(s a s|sas)( de c ?v)?)$"
)
"""Legal forms that end a company's name, folded and without points."""

ADDRESS, RFC, NAME = "parties[].address", "parties[].identifier.id", "parties[].name"
"""Declared private paths whose withholding depends on who the party is."""


@dataclass(frozen=True)
class Party:
    """One party as read; the properties say what may be published of it."""

    key: str | None
    name: str | None
    legal_name: str | None = None
    declared: str = ""
    """fisica, moral or publica when the publisher or the shape of an id says so; else ""."""
    company: str | None = None
    """A legal person's valid RFC."""
    scheme: str | None = None
    roles: tuple[str, ...] = ()
    region: str | None = None
    locality: str | None = None
    identified: bool = False
    """Whether the publisher gave an identifier at all."""

    @property
    def kind(self) -> str:
        """fisica, moral, publica, or "" when nothing tells."""
        if self.declared in {"fisica", "publica"}:
            return self.declared
        if PUBLIC_ROLES & set(self.roles) and not SUPPLIER_ROLES & set(self.roles):
            return "publica"
        return self.declared or ("moral" if self.company else "")

    @property
    def rfc(self) -> str | None:
        return None if self.kind == "fisica" else self.company

    @property
    def public_id(self) -> str | None:
        return published_id(self.key) if self.kind in {"moral", "publica"} else None

    @property
    def place(self) -> tuple[str | None, str | None]:
        """Municipality and state of a company or public body; nothing of anyone else."""
        return (self.locality, self.region) if self.kind in {"moral", "publica"} else (None, None)

    @property
    def supplier(self) -> str | None:
        """The party's id in the register of suppliers."""
        return supplier_id(self.rfc, self.name)

    @property
    def private(self) -> bool:
        """Whether not even the name is published: a natural person without a part in the contract."""
        public = SUPPLIER_ROLES | PUBLIC_ROLES | {"official"}
        roles = set(self.roles)
        return (self.kind == "fisica" and not public & roles) or roles == {"attendee"}

    @property
    def withheld(self) -> set[str]:
        """The declared private paths present in this party and dropped because of who it is."""
        return {
            path
            for path, dropped in (
                (NAME, self.private),
                (RFC, self.identified and not (self.rfc or self.public_id)),
                (ADDRESS, (self.locality or self.region) and not any(self.place)),
            )
            if dropped
        }


@dataclass
class Parties:
    """The parties of one process, found by id (and name, where one id serves several)."""

    listed: list[Party] = field(default_factory=list)

    @classmethod
    def read(cls, release: Reader, notes: Notes) -> Parties:
        return cls([_party(reader, notes) for reader in members(release, "parties")])

    def at(self, reader: Reader, notes: Notes, role: str) -> Party:
        """Return the party that the reference *reader* points to, now also acting as *role*."""
        reference = _party(reader, notes)
        index = self._index(reference)
        if index is None:
            self.listed.append(reference)
            index = len(self.listed) - 1
        found = self.listed[index]
        roles = found.roles if role in found.roles else (*found.roles, role)
        self.listed[index] = replace(found, roles=roles, name=found.name or reference.name)
        return self.listed[index]

    def having(self, *roles: str) -> Iterator[Party]:
        """Yield the parties that act as one of *roles*, in the order of *roles*."""
        for role in roles:
            yield from (p for p in self.listed if role in p.roles)

    def rows(self, process: str, notes: Notes) -> Iterator[Row]:
        """Yield the rows of `partes`; natural persons without a part in the contract are left out (noted)."""
        shown = [p for p in self.listed if p.name and not p.private]
        notes.add("persona-sin-papel", NAME, sum(p.private for p in self.listed))
        for number, party in enumerate(shown, 1):
            locality, region = party.place
            yield row(
                proceso_id=process,
                n=str(number),
                parte_id=party.public_id,
                nombre=party.name,
                papeles=joined(ROLE_LABELS.get(r, r) for r in party.roles),
                tipo_persona=party.kind or None,
                rfc=party.rfc,
                esquema=party.scheme if party.public_id or party.rfc else None,
                proveedor_id=party.supplier if SUPPLIER_ROLES & set(party.roles) else None,
                municipio=locality,
                entidad=region,
            )

    def withheld(self) -> set[str]:
        """Return the declared private paths that were present and depend on who the party is."""
        return set().union(*(p.withheld for p in self.listed))

    def _index(self, reference: Party) -> int | None:
        """Return where *reference* is listed: by id (and name), by a company's RFC, or by a name no RFC denies."""
        name = _folded(reference.name or "")
        same_id = [
            i for i, p in enumerate(self.listed) if reference.key and _bare(p.key) == _bare(reference.key)
        ]
        if same_id:
            return next((i for i in same_id if _folded(self.listed[i].name or "") == name), same_id[0])
        for index, party in enumerate(self.listed):
            if reference.company and party.company:
                if reference.company == party.company:
                    return index
            elif name and _folded(party.name or "") == name:
                return index
        return None


_folded = lru_cache(maxsize=50_000)(fold)


def _bare(key: str | None) -> str | None:
    return published_id(key) or key


@lru_cache(maxsize=50_000)
def _identity(text: str) -> tuple[bool, str | None]:
    """Return whether an id is a natural person's RFC or CURP, and the legal person's RFC it holds."""
    if text.upper().rpartition("-")[2] in _GENERIC:
        return False, None
    return is_person_rfc(text) or masking.holds(text), company_rfc(text)


@lru_cache(maxsize=50_000)
def _is_company(name: str) -> bool:
    return _COMPANY.search(re.sub(r"[^a-z0-9]+", " ", fold(name)).strip()) is not None


def _party(reader: Reader, notes: Notes) -> Party:
    key = reader.text("id")
    ids = [key, reader.text("identifier.id"), *reader.texts("additionalIdentifiers", "id")]
    known = [_identity(i) for i in ids if i]
    name, legal = said(reader, notes, "name"), said(reader, notes, "identifier.legalName")
    personality = reader.text("identifier.legalPersonality", "identifier.tipo_de_parte")
    declared = PERSON_KINDS.get(_folded(personality), "") if personality else ""
    if not declared and any(_is_company(n) for n in (name, legal) if n):
        declared = "moral"
    return Party(
        key=key,
        name=name or legal,
        legal_name=legal,
        declared="fisica" if any(person for person, _ in known) else declared,
        company=next((rfc for _, rfc in known if rfc), None),
        scheme=reader.text("identifier.scheme"),
        roles=tuple(masked(r, notes, "parties[].roles") for r in reader.texts("roles")),
        region=reader.text("address.region"),
        locality=reader.text("address.locality"),
        identified=bool(known),
    )


def names(parties: Iterable[Party]) -> str | None:
    """Return the names of *parties* as one list cell, each supplier once."""
    once = {p.supplier or p.name: p.name for p in parties}
    return joined(once.values())
