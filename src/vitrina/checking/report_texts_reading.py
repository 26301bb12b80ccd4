"""What is noticed while reading, before any check: code of a layout or a format → its texts for people."""

from __future__ import annotations

from collections.abc import Mapping

from vitrina.checking.report_texts import Text

MEND = "Corrija el registro en el sistema de origen y envíelo de nuevo."
NOTICED = "Se notó al leer; corregido en el origen, el dato llega como la institución lo escribió."
_NOTHING = "No hay que hacer nada; si lo corrige en el origen, el aviso desaparece."
_SAME = "El dato se entendió, pero escrito de otra forma otros programas pueden no entenderlo."
_PRIVATE = "Es un dato personal que la ley reserva; publicarlo expone a la persona."

READING: Mapping[str, Text] = {
    "layout-desconocido": Text(
        "El registro tiene la forma de un estándar conocido",
        "El registro no tiene la forma de ningún estándar que se admita",
        "Sin saber qué significa cada dato no se puede publicar; nunca se adivina.",
        "Envíe el archivo con los nombres de columna del estándar, o pida que se declare cómo leerlo.",
    ),
    "fila-desigual": Text(
        "Cada renglón tiene tantas celdas como el encabezado",
        "Un renglón tiene más o menos celdas que el encabezado",
        "Los datos de ese renglón quedan bajo la columna equivocada.",
        "Busque una coma de más o una comilla sin cerrar en ese renglón.",
    ),
    "fila-vacia": Text(
        "Ningún renglón está vacío", "Un renglón está vacío", "No trae ningún dato.", "Quite el renglón."
    ),
    "celda-enorme": Text(
        "Ninguna celda pasa del tamaño admitido",
        "Una celda pasa del tamaño admitido",
        "Suele ser una comilla sin cerrar que se lleva el resto del archivo.",
        "Cierre la comilla o acorte el texto.",
    ),
    "faltan-columnas": Text(
        "Vienen todas las columnas necesarias",
        "Faltan columnas necesarias",
        "Sin ellas el registro no se puede identificar.",
        "Agregue las columnas que faltan con el nombre del diccionario de datos.",
    ),
    "sin-id": Text(
        "Cada registro se puede identificar",
        "Un registro no trae identificador ni con qué formarlo",
        "Sin identificador no tiene dirección permanente ni se sabe si es nuevo.",
        "Dé a cada registro una clave propia que no cambie.",
    ),
    "sin-identidad": Text(
        "Cada registro se puede identificar",
        "Un registro no trae identificador ni con qué formarlo",
        "Sin identificador no tiene dirección permanente ni se sabe si es nuevo.",
        "Dé a cada registro una clave propia que no cambie.",
    ),
    "id-con-curp": Text(
        "Ningún identificador lleva una CURP",
        "Un identificador lleva una CURP",
        _PRIVATE,
        "Cambie el identificador por una clave que no diga nada de la persona.",
    ),
    "sin-padre": Text(
        "Cada detalle dice de qué registro es",
        "Un detalle no dice de qué registro es",
        "Un detalle suelto no se puede mostrar en ningún lado.",
        "Escriba la clave del registro al que pertenece.",
    ),
    "sin-ocid": Text(
        "Cada entrega trae su ocid",
        "Una entrega no trae ocid",
        "El ocid une las etapas de un proceso; sin él no se sabe a cuál pertenece.",
        "Escriba el ocid, igual en todas las entregas del proceso.",
    ),
    "sin-contenido": Text(
        "Cada entrega dice algo del proceso",
        "Una entrega no dice nada del proceso",
        "Viene solo con identificadores.",
        "Envíe el proceso completo, o no envíe la entrega.",
    ),
    "id-faltante": Text(
        "Cada adjudicación, contrato y partida trae su id",
        "Faltan identificadores dentro del proceso",
        "Sin id, cada nueva entrega contaría otra vez el mismo contrato y su dinero. Se les dio uno provisional.",
        "Ponga un id propio y estable a cada elemento de awards, contracts, items, documents y parties.",
    ),
    "id-repetido": Text(
        "No se repite el id de elementos distintos",
        "Elementos distintos llevan el mismo id",
        "Al unir las entregas uno borraría al otro y se perdería su dinero. Se separaron.",
        "Dé a cada elemento un id propio dentro de su lista.",
    ),
    "estructura": Text(
        "El proceso cumple el esquema OCDS 1.1 con EDCA-MX",
        "El proceso no cumple el esquema OCDS 1.1 con EDCA-MX",
        "Otros programas que leen el estándar pueden rechazarlo o leerlo mal.",
        "Corrija el dato que se nombra en cada aviso: dice si ahí va un texto, un número, una fecha o una lista.",
    ),
    "fecha-ilegible": Text(
        "La fecha de cada entrega se puede leer",
        "La fecha de una entrega no se puede leer",
        "No se sabe cuál entrega es la más nueva.",
        "Use AAAA-MM-DDThh:mm:ssZ.",
    ),
    "fecha-improbable": Text(
        "Ninguna fecha es imposible",
        "Hay fechas imposibles o de un año improbable",
        "El proceso se contaría en un año que no es el suyo. Esas fechas no se usaron para el año.",
        "Revise el año de las fechas del proceso.",
    ),
    "fecha-normalizada": Text(
        "Las fechas vienen como AAAA-MM-DD",
        "Hay fechas escritas en otra forma",
        "Día y mes se pueden confundir. Se escribieron como AAAA-MM-DD.",
        "Escriba las fechas como AAAA-MM-DD.",
    ),
    "si-no-normalizado": Text(
        "Los sí o no vienen como true o false", "Hay sí o no escritos en otra forma", _SAME, _NOTHING
    ),
    "numero-normalizado": Text(
        "Los números vienen sin comas ni signos",
        "Hay números con comas o signos",
        _SAME,
        "Escriba los números solo con cifras y punto decimal.",
    ),
    "numero-a-texto": Text(
        "Los identificadores vienen como texto", "Hay identificadores como número", _SAME, _NOTHING
    ),
    "forma-corregida": Text(
        "Cada lista viene como lista", "Hay valores sueltos donde va una lista, o al revés", _SAME, _NOTHING
    ),
    "papel-traducido": Text(
        "Los papeles de las partes vienen con su código",
        "Hay papeles de las partes escritos en español",
        "Se tradujeron, pero otros programas no los reconocen.",
        "Use buyer, supplier, tenderer o payee en parties.roles.",
    ),
    "parte-repetida": Text(
        "Cada organización aparece una vez en las partes",
        "Una organización aparece varias veces en las partes",
        "Se contaría dos veces. Se unieron sus papeles.",
        "Ponga cada organización una vez, con todos sus papeles en roles.",
    ),
    "objeto-repetido": Text(
        "Ningún elemento está dos veces", "Hay elementos repetidos", "Se dejó uno.", _NOTHING
    ),
    "titulo-vacio": Text(
        "El proceso trae un título que dice algo",
        "El proceso no trae un título que diga algo",
        "El título es lo que la gente lee y busca. Se usó otro texto del proceso.",
        "Escriba en tender.title qué se compra, en una línea.",
    ),
    "monto-cero": Text(
        "Ningún monto es cero",
        "Hay montos en cero",
        "Cero puede querer decir gratis o que falta el dato; no se cuenta en los totales.",
        "Escriba el monto, o deje el campo vacío si no se conoce.",
    ),
    "monto-ilegible": Text(
        "Todos los montos se pueden leer",
        "Hay montos que no se pueden leer",
        "Ese dinero no entra en los totales.",
        "Escriba solo cifras y punto decimal, sin comas ni letras.",
    ),
    "monedas-distintas": Text(
        "El proceso usa una sola moneda",
        "El proceso mezcla monedas",
        "No se pueden sumar; se muestra cada una por separado.",
        "Revise currency en los contratos; si es correcto, no hay nada que cambiar.",
    ),
    "liga-descartada": Text(
        "Las ligas se pueden publicar",
        "Hay ligas que no se pueden publicar",
        "No son direcciones web, o llevan datos personales en la dirección.",
        "Use direcciones que empiecen con https:// y sin datos de personas.",
    ),
    "curp-enmascarada": Text(
        "Ningún texto lleva una CURP",
        "Había una CURP dentro de un texto; se ocultó",
        _PRIVATE,
        "Quite la CURP del texto.",
    ),
    "rfc-enmascarado": Text(
        "Ningún texto lleva el RFC de una persona",
        "Había el RFC de una persona dentro de un texto; se ocultó",
        _PRIVATE,
        "Quite el RFC del texto.",
    ),
    "rfc-dudoso": Text(
        "El RFC de la empresa es válido",
        "Hay un RFC que no es de una empresa o no es válido; no se publica",
        "Puede ser el de una persona, que se reserva, o estar mal escrito.",
        "Revise los 12 caracteres del RFC contra la constancia fiscal.",
    ),
    "rfc-invalido": Text(
        "El RFC de la empresa es válido",
        "El RFC de la empresa no es válido; no se publica",
        "Mal escrito, señalaría a otra empresa.",
        "Revise los 12 caracteres del RFC contra la constancia fiscal.",
    ),
    "ente-desconocido": Text(
        "La institución está en el registro de entes",
        "La institución no está en el registro de entes",
        "Así se reúne en una sola página todo lo que es de cada institución.",
        "Use la clave o el nombre oficial del registro de entes.",
    ),
    "nombre-vacio": Text(
        "La institución trae su nombre",
        "Una institución no trae su nombre",
        "Sin nombre no se puede mostrar.",
        MEND,
    ),
    "estatus-contradictorio": Text(
        "Cada institución tiene un solo estatus",
        "La misma institución aparece activa e inactiva",
        "No se sabe si sigue obligada a informar; se dejó sin dato.",
        "Deje un solo renglón por institución, con su estatus de hoy.",
    ),
    "nombre-fusionado": Text(
        "Cada institución se escribe de una sola forma",
        "La misma institución viene escrita de varias formas",
        "Se contó como una; escrita de varias formas es fácil perder sus datos.",
        "Escriba siempre el nombre oficial.",
    ),
    "regla-de-nombre": Text(
        "Los nombres vienen completos",
        "Hay nombres abreviados",
        "Se entendieron, pero una abreviatura puede ser de varias instituciones.",
        "Escriba el nombre completo, por ejemplo «ayuntamiento» y no «h. ayto».",
    ),
    "ortografia-del-estandar": Text(
        "Los nombres de los campos son los del estándar",
        "El estándar escribe mal un campo; se leyó bien",
        "Se aceptan las dos formas porque las dos circulan.",
        _NOTHING,
    ),
    "texto-libre-omitido": Text(
        "Donde va una clave hay una clave",
        "Había texto libre donde va una clave; no se publica",
        "El texto libre puede llevar datos personales.",
        "Use la clave de la lista del estándar.",
    ),
}
"""A code that is not here is shown with the words of its own finding."""
