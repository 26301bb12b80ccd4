"""Closed tables of the OCDS layout: words publishers use for the standard's codes, and the Spanish labels we show."""

from __future__ import annotations

from collections.abc import Mapping

ROLES: Mapping[str, str] = {
    "comprador": "buyer",
    "entidad compradora": "buyer",
    "entidad contratante": "procuringEntity",
    "entidad que realiza la contratacion": "procuringEntity",
    "proveedor": "supplier",
    "contratista": "supplier",
    "proveedor o contratista": "supplier",
    "participante": "tenderer",
    "licitante": "tenderer",
    "postor": "tenderer",
    "pagador": "payer",
    "beneficiario": "payee",
    "beneficiario del pago": "payee",
    "financiador": "funder",
    "area requirente": "requestingUnit",
    "unidad requirente": "requestingUnit",
    "unidad solicitante": "requestingUnit",
    "area contratante": "contractingUnit",
    "unidad contratante": "contractingUnit",
    "area tecnica": "technicalUnit",
    "unidad tecnica": "technicalUnit",
    "unidad responsable": "responsibleUnit",
    "area responsable": "responsibleUnit",
    "cotizante invitado": "invitedSupplier",
    "proveedor invitado": "invitedSupplier",
    "asistente": "attendee",
    "servidor publico": "official",
    "servidora publica": "official",
}
"""Folded word → code of partyRole (OCDS 1.1 and EDCA-MX)."""

ROLE_LABELS: Mapping[str, str] = {
    "buyer": "Comprador",
    "procuringEntity": "Entidad contratante",
    "supplier": "Proveedor",
    "tenderer": "Licitante",
    "funder": "Financiador",
    "enquirer": "Quien pide aclaraciones",
    "payer": "Pagador",
    "payee": "Beneficiario del pago",
    "reviewBody": "Instancia de inconformidad",
    "interestedParty": "Parte interesada",
    "requestingUnit": "Área requirente",
    "contractingUnit": "Área contratante",
    "technicalUnit": "Área técnica",
    "responsibleUnit": "Área responsable",
    "invitedSupplier": "Proveedor invitado a cotizar",
    "issuingSupplier": "Proveedor que cotizó",
    "guarantor": "Garante",
    "attendee": "Asistente a la junta de aclaraciones",
    "official": "Servidor público",
}

STAGE_LABELS: Mapping[str, str] = {
    "planning": "Planeación",
    "tender": "Licitación",
    "award": "Adjudicación",
    "contract": "Contrato",
    "implementation": "Ejecución",
}
"""Stages of a process, in order."""

PUBLIC_ROLES = frozenset(
    {
        "buyer",
        "procuringEntity",
        "payer",
        "requestingUnit",
        "contractingUnit",
        "technicalUnit",
        "responsibleUnit",
        "reviewBody",
    }
)
SUPPLIER_ROLES = frozenset(
    {"supplier", "tenderer", "invitedSupplier", "issuingSupplier", "payee", "guarantor"}
)

CURRENCIES: Mapping[str, str] = {
    "mnx": "MXN",
    "mxm": "MXN",
    "mxp": "MXN",
    "mx": "MXN",
    "mn": "MXN",
    "m.n.": "MXN",
    "peso": "MXN",
    "pesos": "MXN",
    "peso mexicano": "MXN",
    "pesos mexicanos": "MXN",
}
"""Known misspellings of MXN, folded."""

PERSON_KINDS: Mapping[str, str] = {
    "naturalperson": "fisica",
    "persona fisica": "fisica",
    "fisica": "fisica",
    "legalperson": "moral",
    "persona moral": "moral",
    "moral": "moral",
    "institucion publica": "publica",
    "institucion pubica": "publica",
    "ente publico": "publica",
}
"""identifier.legalPersonality (EDCA-MX) or the local identifier.tipo_de_parte, folded → tipo_persona."""
