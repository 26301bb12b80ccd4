"""The checks in plain words: what each rule says, why it matters, what to do, and where in the data it happened.

Declared rules bring their own words; these are for what the program notices on its own while it reads.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from vitrina.model import System

_CAPTURE = "Corrija el dato en el sistema de origen; se revisa de nuevo en la siguiente entrega."


@dataclass(frozen=True)
class Words:
    """What a rule is called when it is broken, why it matters and how the institution mends it."""

    title: str
    why: str = ""
    remedy: str = ""


def explain(code: str, title: str = "", why: str = "", remedy: str = "") -> Words:
    """Return the words for the rule *code*: ours where we have them, else those given, which a report brought.

    >>> explain("titulo-vacio", "Sin título útil").title
    'El proceso no trae un título útil'
    >>> explain("fechas-en-orden", "La obra termina antes de empezar").title
    'La obra termina antes de empezar'
    >>> explain("otra-cosa").title
    'Otra cosa'
    """
    ours = _KNOWN.get(code, Words(""))
    spoken = code.replace("-", " ").replace("_", " ").strip()
    return Words(
        ours.title or title or spoken[:1].upper() + spoken[1:],
        ours.why or why,
        ours.remedy or remedy or _CAPTURE,
    )


_STRUCTURE = "Los programas que leen el estándar no encuentran el dato, o lo leen mal."
_TOTALS = "Los totales por institución y por proveedor quedarían incompletos o mal sumados."
_PRIVATE = "Es un dato personal y la ley pide protegerlo."
_UNREADABLE = "Lo que no se puede leer no se publica."

_KNOWN: Mapping[str, Words] = {
    # ── records that cannot be read ──
    "fila-desigual": Words(
        "Una fila tiene más o menos celdas que el encabezado",
        "No se sabe a qué columna pertenece cada dato. Suele faltar o sobrar una coma.",
        "Revise la fila; si un texto lleva comas, va entre comillas.",
    ),
    "fila-vacia": Words("Hay filas vacías", "No traen ningún dato que publicar.", "Borre las filas vacías."),
    "celda-enorme": Words(
        "Una celda es demasiado larga", "Casi siempre son comillas sin cerrar que juntan varias filas."
    ),
    "faltan-columnas": Words(
        "Al archivo le faltan columnas obligatorias",
        "Sin ellas no se sabe de qué trata cada fila.",
        "Añada las columnas que se nombran, con ese título en la primera fila.",
    ),
    "layout-desconocido": Words(
        "El registro no tiene la forma de ningún estándar que este conjunto admita", _UNREADABLE
    ),
    "forma-desconocida": Words("El registro no tiene la forma que pide el estándar", _UNREADABLE),
    "registro-invalido": Words("El registro no se puede leer", _UNREADABLE),
    "no-es-registro": Words("El registro no se puede leer", _UNREADABLE),
    "nombre-vacio": Words("La institución no trae nombre", "Sin nombre no se puede saber de quién se trata."),
    "sin-id": Words("El registro no trae identificador", "Sin él no puede tener una dirección propia."),
    "sin-ocid": Words(
        "El proceso no trae ocid", "El ocid une todas las etapas de una misma contratación.", "Añada el ocid."
    ),
    "sin-identidad": Words("El registro no dice de quién es", _UNREADABLE),
    "sin-padre": Words("El renglón no dice a qué registro pertenece", _UNREADABLE),
    "sin-contenido": Words("El registro viene sin contenido", _UNREADABLE),
    "id-con-curp": Words(
        "El identificador del registro es una CURP", _PRIVATE, "Use un folio propio como identificador."
    ),
    "demasiado-profundo": Words("El registro trae demasiados niveles, uno dentro de otro", _UNREADABLE),
    "mezcla-imposible": Words("Las entregas de un mismo proceso se contradicen y no se pueden unir", _TOTALS),
    # ── contracts (OCDS / EDCA-MX) ──
    "estructura": Words(
        "Un dato no tiene la forma que pide el estándar de contrataciones (OCDS 1.1 / EDCA-MX)", _STRUCTURE
    ),
    "id-faltante": Words(
        "Hay objetos sin identificador (id)",
        "Sin id no se sabe si dos entregas hablan de lo mismo; aquí se les dio uno para no contarlos dos veces.",
        "Dé a cada partida, documento, contrato o pago un id que no cambie entre entregas.",
    ),
    "id-repetido": Words(
        "Objetos distintos llevan el mismo identificador (id)",
        "Al unir las entregas uno taparía al otro; aquí se separaron para no perder ninguno.",
        "Use un id distinto para cada objeto de la lista.",
    ),
    "objeto-repetido": Words(
        "Hay objetos repetidos, idénticos", "Se contarían dos veces; se dejó uno.", "Quite la repetición."
    ),
    "parte-repetida": Words(
        "La misma organización aparece varias veces",
        "Se unieron sus papeles para no contarla dos veces.",
        "Escriba cada organización una vez, con todos sus papeles en roles.",
    ),
    "papel-traducido": Words(
        "El papel de las organizaciones viene en español",
        "Los programas del estándar esperan su código; se tradujo.",
        "Use los códigos: buyer (compra), supplier (provee), tenderer (compite), procuringEntity (convoca).",
    ),
    "numero-a-texto": Words(
        "Un número va donde el estándar pide texto",
        "Un código postal o un folio pierden sus ceros de la izquierda cuando se escriben como número.",
        "Escríbalos entre comillas.",
    ),
    "forma-corregida": Words(
        "Va un solo valor donde el estándar pide una lista, o al revés",
        "Se leyó como pide el estándar; otros programas no lo harán.",
        "Escriba la lista entre corchetes aunque traiga un solo valor.",
    ),
    "forma-incorrecta": Words("Hay valores que no se pueden leer y quedaron fuera", _STRUCTURE),
    "caracter-de-control": Words(
        "Un texto trae caracteres invisibles", "Se quitaron.", "Limpie el texto en el sistema de origen."
    ),
    "fecha-ilegible": Words(
        "La fecha de la entrega no se puede leer", "Sin ella no se sabe qué entrega es la última."
    ),
    "fecha-faltante": Words(
        "La entrega no trae fecha",
        "Sin ella no se sabe qué entrega es la última.",
        "Añada date: la fecha y hora en que se publicó la entrega.",
    ),
    "fecha-improbable": Words(
        "Una fecha es imposible o de un año improbable", "No se usó para saber el año del proceso."
    ),
    "entrega-descartada": Words(
        "Una entrega del proceso no trae fecha y no se pudo ordenar",
        "Sus datos no se usaron.",
        "Añada date a cada entrega.",
    ),
    "copia-identica": Words("Hay entregas idénticas", "Se contó una.", "Publique cada entrega una vez."),
    "ocid-distinto": Words("Una entrega trae otro ocid que su registro", "Se usó el del registro."),
    "version-1-0": Words(
        "La entrega está en la versión 1.0 del estándar",
        "Se pasó a la 1.1.",
        "Publique en OCDS 1.1, con las organizaciones en parties.",
    ),
    "ultima-entrega": Words("Cada entrega es una copia completa", "Se usó la última."),
    "mezcla-parcial": Words("Las entregas escriben un mismo campo de formas distintas", _TOTALS),
    "moneda-corregida": Words(
        "La clave de la moneda está mal escrita", "Se leyó como MXN (pesos mexicanos).", "Escriba MXN."
    ),
    "grafia-conocida": Words("El nombre de un campo está escrito de otra manera", _STRUCTURE),
    "monto-cero": Words(
        "Hay montos en cero",
        "No se tomaron como el monto del proceso.",
        "Escriba el monto, o deje el campo vacío.",
    ),
    "monto-incompleto": Words("Hay contratos o adjudicaciones sin monto", _TOTALS),
    "monto-ilegible": Words(
        "Hay montos que no se pueden leer", _TOTALS, "Escríbalos como número, sin $ ni comas."
    ),
    "monedas-distintas": Words(
        "El proceso trae montos en monedas distintas", "Nunca se suman monedas distintas; vea cada contrato."
    ),
    "titulo-vacio": Words(
        "El proceso no trae un título útil",
        "Quien busca no puede saber qué se compró; se usó otro texto del proceso.",
        "Escriba en el título (tender.title) qué se compra.",
    ),
    "liga-descartada": Words(
        "Hay ligas que no se publican",
        "No empiezan con http:// o https://, o llevan un dato personal.",
        "Escriba la dirección completa del documento.",
    ),
    "persona-sin-papel": Words(
        "Aparecen personas que no venden, no compiten ni son servidoras públicas", "Su nombre no se publica."
    ),
    # ── private data found in texts ──
    "curp-enmascarada": Words("Un texto traía una CURP y se ocultó", _PRIVATE, "Quite la CURP del texto."),
    "rfc-enmascarado": Words(
        "Un texto traía el RFC de una persona y se ocultó", _PRIVATE, "Quite el RFC del texto."
    ),
    "texto-libre-omitido": Words(
        "Había texto libre donde va una clave",
        "Un texto libre puede traer datos personales; no se publica.",
        "Use la clave del catálogo.",
    ),
    "rfc-invalido": Words(
        "El RFC de la empresa no es válido", "Sin un RFC válido no se puede unir a la empresa."
    ),
    "rfc-dudoso": Words("El RFC parece de empresa, pero no es válido", "Sin un RFC válido no se puede unir."),
    # ── forms of writing ──
    "fecha-normalizada": Words(
        "La fecha venía escrita de otra forma",
        "Se escribió como AAAA-MM-DD.",
        "Escriba las fechas como 2026-03-31.",
    ),
    "numero-normalizado": Words(
        "El número traía signos de más",
        "Se quitaron $, comas o ceros.",
        "Escriba solo dígitos y punto decimal.",
    ),
    "si-no-normalizado": Words("El sí o no venía escrito de otra forma", "Se leyó como sí o no."),
    "categoria-normalizada": Words(
        "Venía el nombre de la categoría en lugar de su clave", "Se guardó su clave."
    ),
    "lista-normalizada": Words("La lista venía separada de otra forma", "Se separó con punto y coma."),
    "clave-normalizada": Words("La clave venía escrita de otra forma", "Se leyó la del catálogo."),
    "ortografia-del-estandar": Words(
        "El estándar escribe mal una clave o un campo",
        "Se leyó la palabra correcta; no hay nada que corregir.",
        "Nada.",
    ),
    "regla-de-nombre": Words(
        "El nombre de la institución se simplificó para compararlo",
        "Así «H. Ayuntamiento» y «Ayuntamiento» son la misma. El nombre se publica como llegó.",
        "Nada.",
    ),
    "nombre-fusionado": Words(
        "La misma institución viene varias veces",
        "Se contó una sola vez.",
        "Deje un solo renglón por institución.",
    ),
    "estatus-contradictorio": Words(
        "La misma institución aparece activa e inactiva", "No se sabe cuál es cierto: se dejó sin dato."
    ),
    "ente-desconocido": Words(
        "La institución no está en el registro",
        "Sin enlace al registro, lo que envía no aparece en su página.",
        "Escriba el nombre como está en el registro, o pida que se agregue este.",
    ),
    # ── expectations ──
    "pocas-filas": Words("Llegaron menos registros de los esperados"),
    "demasiadas-filas": Words("Llegaron más registros de los esperados"),
    "poco-llenado": Words("Una columna viene vacía demasiadas veces"),
    "sin-datos-recientes": Words("No hay datos recientes"),
    # ── why a record is not published ──
    "concluida": Words("La sanción ya terminó", "La ley pide publicarla solo mientras dura."),
    "no-firme": Words("La resolución aún no es firme", "Todavía se puede impugnar."),
    "no-grave": Words("La falta no es grave", "La ley reserva quién la cometió."),
    "sin-plazo": Words("No se sabe hasta cuándo se debe publicar", "Sin plazo no se publica."),
    "reserva-vigesima": Words("La persona declarante está protegida", "Su declaración se reserva por norma."),
}

_PARTS: Mapping[str, str] = {
    "parties": "Participantes", "buyer": "Institución que compra", "planning": "Planeación", "budget": "presupuesto",
    "tender": "Licitación", "awards": "Adjudicaciones", "contracts": "Contratos", "implementation": "ejecución",
    "transactions": "pagos", "milestones": "hitos", "items": "partidas", "documents": "documentos",
    "suppliers": "proveedores", "tenderers": "competidores", "address": "domicilio", "postalCode": "código postal",
    "contactPoint": "contacto", "telephone": "teléfono", "url": "dirección de internet", "uri": "dirección de internet",
    "identifier": "identificador oficial", "additionalIdentifiers": "otros identificadores", "id": "identificador",
    "name": "nombre", "title": "título", "description": "descripción", "classification": "clasificación",
    "scheme": "catálogo", "value": "monto", "minValue": "monto mínimo", "amount": "cantidad", "currency": "moneda",
    "date": "fecha", "dateSigned": "fecha de firma", "dateModified": "fecha de cambio",
    "datePublished": "fecha de publicación", "period": "periodo", "contractPeriod": "periodo del contrato",
    "tenderPeriod": "periodo de la licitación", "awardPeriod": "periodo de adjudicación", "startDate": "inicio",
    "endDate": "fin", "maxExtentDate": "fecha límite", "durationInDays": "duración en días", "roles": "papeles",
    "status": "estado", "submissionMethod": "medio de presentación", "mainProcurementCategory": "qué se compra",
    "additionalProcurementCategories": "qué más se compra", "procurementMethod": "procedimiento", "source": "origen",
    "quantity": "cantidad", "unit": "unidad", "tag": "etapa", "ocid": "ocid", "(entrega)": "Toda la entrega",
    "unspscClassification": "clasificación",
}  # fmt: skip
"""Members of OCDS, as a clerk calls them."""


def place(system: System, table: str, field: str) -> tuple[str, str]:
    """Return (words, path): how people call a field, and its path in the source when the words do not say it.

    *field* is a column, several joined by commas, or a path such as `tender.documents[].url`.
    """
    if not field:
        return (_table_title(system, table), "")
    names = [_column_title(system, table, n.strip()) for n in field.split(",")]
    if all(names):
        where = _table_title(system, table)
        aside = f" ({where})" if where and table != system.main.name else ""
        return ", ".join(n for n in names if n) + aside, ""
    parts = [p for p in re.sub(r"\[\d*\]", "", field).split(".") if p]
    words = [_PARTS.get(p, p) for p in parts]
    return " › ".join(words), field


def _column_title(system: System, table: str, name: str) -> str:
    tables = [t for t in system.tables if not table or t.name == table]
    return next((t.field(name).title for t in tables if name in t.names), "")


def _table_title(system: System, table: str) -> str:
    return next((t.title for t in system.tables if t.name == table), "")
