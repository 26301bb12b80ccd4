"""What each check says to people: what it asks, what it found, why it matters and how the institution mends it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Text:
    """The four texts of one check; `title` is true of what passes, `found` of what does not."""

    title: str
    found: str
    why: str
    remedy: str


SCHEMA: Mapping[str, Text] = {
    "type-error": Text(
        "Cada dato es del tipo que pide el diccionario",
        "Un dato no es del tipo que pide el diccionario",
        "Un número o una fecha mal escritos no se pueden sumar, ordenar ni comparar.",
        "Escriba las fechas como AAAA-MM-DD y los números sin comas ni signo de pesos.",
    ),
    "constraint-error": Text(
        "Cada dato cumple lo que su campo exige",
        "Un dato no cumple lo que su campo exige",
        "Un campo obligatorio vacío o una clave fuera de la lista dejan el registro incompleto o sin sentido.",
        "Complete los campos obligatorios y use solo las claves del diccionario de datos.",
    ),
    "unique-error": Text(
        "No se repite lo que debe ser único",
        "Se repite un dato que debe ser único",
        "Dos registros con la misma clave no se pueden distinguir.",
        "Corrija la clave repetida o quite el registro duplicado.",
    ),
    "primary-key": Text(
        "Cada registro tiene un identificador propio",
        "Un identificador está vacío o repetido",
        "El identificador da al registro su dirección permanente; repetido, no se sabe cuál vale.",
        "Dé a cada registro un identificador propio que no cambie, y quite los duplicados.",
    ),
    "foreign-key": Text(
        "Cada detalle pertenece a un registro que existe",
        "Un detalle apunta a un registro que no existe",
        "Un detalle sin su registro principal no se puede mostrar en ningún lado.",
        "Envíe también el registro principal, o corrija la clave que lo señala.",
    ),
}
"""Class of Frictionless error → its texts; the order is that of the report."""
