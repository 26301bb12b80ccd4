"""What was found or repaired in a contracting process, counted per kind and field; never the values."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from vitrina.model import Issue, Severity

MESSAGES: dict[str, tuple[Severity, str, str]] = {
    "id-faltante": (
        "warning",
        "objetos sin id; se les dio uno por su contenido o su orden para no contarlos dos veces",
        "Dé a cada objeto un id que no cambie entre entregas.",
    ),
    "id-repetido": (
        "warning",
        "objetos distintos con el mismo id; se separaron para no perder ninguno",
        "Use un id distinto para cada objeto de la lista.",
    ),
    "objeto-repetido": ("note", "objetos repetidos idénticos; se dejó uno", "Quite la repetición."),
    "parte-repetida": (
        "note",
        "la misma organización aparece varias veces; se unieron sus papeles",
        "Escriba cada organización una vez, con todos sus papeles en roles.",
    ),
    "papel-traducido": (
        "note",
        "papeles de las partes escritos en español; se tradujeron al código del estándar",
        "Use los códigos del estándar: buyer, supplier, tenderer, procuringEntity.",
    ),
    "numero-a-texto": (
        "note",
        "números donde el estándar pide texto; se leyeron como texto",
        "Escríbalos entre comillas.",
    ),
    "forma-corregida": (
        "note",
        "un valor suelto donde va una lista, o una lista de uno donde va un objeto; se leyó como pide el estándar",
        "Use la forma que pide el estándar.",
    ),
    "forma-incorrecta": (
        "warning",
        "valores cuya forma no permite leerlos; se dejaron fuera",
        "Use la forma (objeto, lista o texto) que pide el estándar.",
    ),
    "caracter-de-control": (
        "note",
        "caracteres de control dentro de un texto; se quitaron",
        "Limpie el texto en el sistema de origen.",
    ),
    "fecha-ilegible": ("warning", "la fecha de la entrega no se puede leer", "Use AAAA-MM-DDThh:mm:ssZ."),
    "fecha-normalizada": (
        "note",
        "la fecha de la entrega no está en formato ISO; se normalizó",
        "Use AAAA-MM-DDThh:mm:ssZ.",
    ),
    "fecha-faltante": (
        "warning",
        "la única entrega del proceso no trae fecha",
        "Añada date: la fecha y hora en que se publicó la entrega.",
    ),
    "entrega-descartada": (
        "warning",
        "una entrega del registro no trae fecha y no se pudo ordenar entre las demás",
        "Añada date a cada entrega.",
    ),
    "copia-identica": ("note", "entregas idénticas; se contó una", "Publique cada entrega una vez."),
    "ocid-distinto": (
        "warning",
        "una entrega trae otro ocid que su registro; se usó el del registro",
        "Use el mismo ocid.",
    ),
    "version-1-0": (
        "note",
        "entrega de OCDS 1.0; se pasó a 1.1",
        "Publique en OCDS 1.1: organizaciones en parties.",
    ),
    "ultima-entrega": ("note", "cada entrega es una copia completa; se usó la última", ""),
    "mezcla-parcial": (
        "warning",
        "las entregas escriben un mismo campo de formas que no se pueden mezclar; se mezclaron solo los campos del estándar",
        "Use la misma forma en todas las entregas.",
    ),
    "estructura": (
        "warning",
        "no cumple el esquema OCDS 1.1 / EDCA-MX",
        "Corrija el campo en el sistema de origen.",
    ),
    "moneda-corregida": ("note", "clave de moneda mal escrita; se leyó como MXN", "Use MXN."),
    "grafia-conocida": (
        "note",
        "nombre de campo escrito de otra manera; se leyó el del estándar",
        "Use el nombre del estándar.",
    ),
    "monto-cero": (
        "note",
        "montos en cero; no se tomaron como monto del proceso",
        "Escriba el monto o deje el campo vacío.",
    ),
    "monto-incompleto": (
        "warning",
        "hay contratos o adjudicaciones sin monto; el total del proceso puede ser mayor",
        "Escriba el monto de cada contrato.",
    ),
    "monto-ilegible": (
        "warning",
        "montos que no se pueden leer; no se sumaron",
        "Escriba los montos como número.",
    ),
    "monedas-distintas": (
        "warning",
        "hay montos en monedas distintas; no se sumaron",
        "Consulte los montos de cada contrato.",
    ),
    "fecha-improbable": (
        "warning",
        "fechas imposibles o de un año improbable; no se usaron para el año",
        "Revise la fecha.",
    ),
    "titulo-vacio": (
        "note",
        "sin título útil; se usó otro texto del proceso",
        "Escriba en tender.title qué se compra.",
    ),
    "curp-enmascarada": ("warning", "una CURP dentro de un texto; se ocultó", "Quite la CURP del texto."),
    "rfc-enmascarado": (
        "warning",
        "el RFC de una persona física dentro de un texto; se ocultó",
        "Quite el RFC del texto.",
    ),
    "cuenta-enmascarada": (
        "warning",
        "una cuenta o tarjeta bancaria dentro de un texto; se ocultó",
        "Quite la cuenta del texto.",
    ),
    "contacto-enmascarado": (
        "warning",
        "un teléfono o correo personal dentro de un texto; se ocultó",
        "Quite el dato de contacto del texto.",
    ),
    "liga-descartada": (
        "note",
        "ligas que no son http(s) o traen datos personales; no se publican",
        "Revise la liga.",
    ),
    "persona-sin-papel": (
        "note",
        "personas físicas que no son proveedoras, licitantes ni servidoras públicas; no se publican",
        "",
    ),
}


@dataclass
class Notes:
    """Counts of findings by code and field path."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, code: str, path: str = "", times: int = 1) -> None:
        """Count *times* findings of *code* (a key of MESSAGES) at the field *path*."""
        if times:
            self.counts[code, path] += times

    def update(self, other: Notes) -> None:
        self.counts.update(other.counts)

    def issues(self, source: str, row_id: str, position: str) -> tuple[Issue, ...]:
        """Return one issue per code and field, in order of code and field."""
        return tuple(_issue(code, path, source, row_id, position) for code, path in sorted(self.counts))


def _issue(code: str, path: str, source: str, row_id: str, position: str) -> Issue:
    name, _, detail = path.partition("|")
    severity, message, remedy = MESSAGES[code]
    message = f"{message}: {detail}" if detail else message
    return Issue(
        code=code,
        severity=severity,
        message=f"{message[0].upper()}{message[1:]}.",
        source=source,
        row_id=row_id,
        field=name,
        position=position,
        remedy=remedy,
    )
