"""Los ajustes del portal: nombre, dirección e identidad del estado.

Es el único archivo que hay que cambiar para que el portal sea el de otro estado. Los colores se cambian en
identidad.css, un archivo junto a este (los del tema: themes/vitrina/css/identidad.css).
Lo que no aparece aquí lo decide el programa.
"""

SITENAME = "Vitrina anticorrupción"
SITEURL = "https://datos.sea.ejemplo.mx"
"""Dirección pública, sin diagonal final. Si el portal vive en una carpeta: "https://ejemplo.mx/portal"."""

DEFAULT_LANG = "es"
"""Lengua de los rótulos: "es", o la de un catálogo de themes/vitrina/locale (hay un principio de "en")."""

IDENTITY = {
    "state": "Estado de Xaltepec",
    "publisher": "Secretaría Ejecutiva del Sistema Anticorrupción de Xaltepec",
    "acronym": "SESAX",
    # Dos o tres letras: hacen de escudo en la cabecera y en la pestaña del navegador.
    "initials": "XA",
    # "crest": "escudo.svg",  # un SVG, PNG o WebP junto a este archivo, en lugar de las iniciales
    "colour": "#1f4a3d",
    "contact": "datos@sea.ejemplo.mx",
    "headline": "Lo público, a la vista de todos",
    "tagline": (
        "Contratos, sanciones, declaraciones y auditorías del Estado de Xaltepec, reunidos cada noche de las "
        "instituciones que los generan. Para mirar, citar y descargar."
    ),
    "license": "CC-BY-4.0",
    "license_url": "https://creativecommons.org/licenses/by/4.0/deed.es",
}

HOME_QUESTIONS = {
    "Una persona": ["s3-servidores", "s2-servidores", "s1-declaraciones"],
    "Una empresa": ["s3-particulares", "proveedores"],
    "El dinero público": ["s6-contrataciones", "s4-auditorias"],
    "Una institución": ["entes", "conexion", "recomendaciones"],
    "Denunciar y dar seguimiento": ["s5-denuncias", "indicadores", "s4-comunicados", "convenios"],
}
"""Con qué llega la gente → los conjuntos que le contestan, en ese orden. Los que falten van al final."""

HOME_FIGURES = ["s6-contrataciones", "s3-servidores", "s3-particulares", "entes"]
"""Los conjuntos cuyas cifras abren la portada; los que no tengan registros se saltan."""

HOME_CHARTS = [
    "s6-contrataciones:monto-por-anio",
    "s3-servidores:por-anio",
    "s4-auditorias:observado-por-ejercicio",
]
"""Las tres gráficas de la portada, como "conjunto:grafica". Las que falten se toman de los primeros conjuntos."""
