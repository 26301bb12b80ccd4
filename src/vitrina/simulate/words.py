"""Vocabulary of the invented state: names, places, things bought, causes. Nothing here names a real person.

Surnames and many given names do not exist on purpose; those with accents, ñ, ü, apostrophes and particles
are there to exercise folding, sorting and search.
"""

from __future__ import annotations

WOMEN = (
    "Xóchitl Nereida", "Itzayana", "Almudénia", "Berta Ñusta", "Citlalxóchil", "Dorotila", "Eréndila",
    "Fidencina", "Güendolina", "Hilárida", "Ixquel", "Jacarandina", "Leonisia", "María Solvína", "Nayelina",
    "Oralba", "Perpetuina", "Quetzaya", "Rosenda Luzía", "Saraí Ondina", "Tonalzin", "Ubaldina", "Violantina",
    "Yolotzil", "Zenobina", "Ana Çelma", "Begoñina", "Clotilda Mía",
)  # fmt: skip
MEN = (
    "Abundino", "Baltazario", "Crisóforo Axel", "Cuitláhuat", "Domícilo", "Eleuterín", "Fulgencino",
    "Gaudencio Iñaqui", "Hermenegil", "Ildefón", "José Ánimo", "Leovigildán", "Macedonil", "Nezahual",
    "Onésimo Raúl", "Pancracín", "Quirinio", "Rómulo Ñico", "Saturnil", "Tezozómal", "Úrsulo", "Venustián",
    "Wenceslán", "Xicontenco", "Yólotl Adrián", "Zeferín", "Agüedo", "Óscar Lumbre",
)  # fmt: skip
SURNAMES = (
    "Muñuzuri", "Güerequiz", "D'Acostal", "de la O'Higuera", "Tlapanquil", "Zarambeque", "Ortizábal",
    "Peñaverde", "Quiñotepec", "Xalapango", "Iturribal", "Mezcalindo", "Nopaltero", "Ocotilla", "Ñandubal",
    "Argüelbes", "Barrancol", "Cacahuatán", "Del Río Seco", "Espigueral", "Fontecilia", "Garambullo",
    "Huizachal", "Ixtlaneco", "Jagüeyes", "Lagunallo", "Magueyal", "Naranjuelo", "Oyamelar", "Piñonate",
    "Quelital", "Ramajal", "Sotavénz", "Tepozánez", "Urdiñales", "Vainillar", "Yucatero", "Zempoalco",
    "Ahuehuétl", "Bugambil", "Cenzontlez", "Dzahuindo", "Encinarte", "Frijolárez", "Guayabín", "Hormiguez",
    "Jacalónez", "Limonarte", "Mixquialdo", "Nanchital", "Olivárdez", "Pochotla", "Romeritos", "Sabinol",
    "Tecolúquez", "Uvaldínez", "Verdolaguez", "Xoconóstlez", "Zapotillo", "San Juanel", "Mc Tlalli", "Açores",
)  # fmt: skip

REGIONS = ("Sierra Alta", "Valles", "Costa", "Llanos", "Mixquia")
MUNICIPALITIES: dict[str, tuple[str, ...]] = {
    "Sierra Alta": (
        "Tlaxquitepec", "Ocotal de las Nieblas", "San Telmo Peñasquillo", "Ahuacatlán Viejo", "Cumbre Ñuiñe",
        "Santa Úrsula del Pinar", "Xonacatepec", "Piedra Güera", "Tepexoyuca",
    ),
    "Valles": (
        "Ciudad Xaltepec", "Almoloya del Valle Nuevo", "Tres Zanjas", "San Isidro Trigales", "Zacualtitlán",
        "Villa Jacarandas", "Huertas del Marqués", "Santiago Ixcatla", "Nuevo Aljibe",
    ),
    "Costa": (
        "Puerto Malinal", "Barra de Cangrejos", "Manglar Grande", "Punta Garza", "Salina del Ángel",
        "El Palmeral", "Bahía Quelite", "Boca de Nácar",
    ),
    "Llanos": (
        "Llano Bermejo", "Estación Huizache", "Santo Niño del Mezquite", "Pozo Salado", "Cañada Ancha",
        "Las Güilotas", "General Ñáñez", "Rancho Quemado",
    ),
    "Mixquia": (
        "San Pedro y San Pablo Mixquiatlán de los Magueyes y Anexas", "Mixquia de Arriba", "Yodocuñu",
        "Santa María Tejedoras", "Cerro del Yelmo", "Ñuyoo Chico", "Tierra Colorín", "La Magdalena Loma Alta",
    ),
}  # fmt: skip

COMPANY_HEADS = (
    "Constructora", "Comercializadora", "Grupo", "Servicios Integrales", "Distribuidora", "Soluciones",
    "Ingeniería y Obras", "Suministros", "Consultores", "Laboratorios", "Transportes", "Edificaciones",
    "Tecnologías", "Imprenta", "Alimentos", "Proyectos", "Arrendadora", "Asesores", "Pavimentos", "Mobiliario",
)  # fmt: skip
COMPANY_NAMES = (
    "Xaltepecana", "del Malinal", "Peñasco Azul", "Ñandú", "Tres Jagüeyes", "La Güera", "Nube Alta", "Huizache",
    "Mixquia Norte", "El Colorín", "Alebrije", "Cangrejo Moro", "Faro de Nácar", "Río Bermejo", "Tecolote",
    "Águila Parda", "Sol de Ónix", "Camino Real de Xaltepec", "Loma Bonita Vieja", "Campanario", "Zarzamora",
    "Piedra Rodada", "Viento Sur", "Doña Yolotzil", "Acequia", "Cañaveral", "Ocelote", "Quinqué", "Tule",
    "Mazorca",
)  # fmt: skip
COMPANY_TAILS = ("S.A. de C.V.", "S. de R.L. de C.V.", "S.A.P.I. de C.V.", "S.C.", "S.A.S. de C.V.", "A.C.")

POSTS = (
    ("Jefa o jefe de departamento de adquisiciones", "JEFATURA_DEPTO_HOMOLOGO"),
    ("Directora o director de obra pública", "DIRECCION_HOMOLOGO"),
    ("Subdirectora o subdirector de recursos materiales", "SUBDIRECCION_HOMOLOGO"),
    ("Analista de licitaciones", "OPERATIVO_HOMOLOGO"),
    ("Enlace de contrataciones", "ENLACE_HOMOLOGO"),
    ("Coordinadora o coordinador general de administración", "DG_HOMOLOGO"),
    ("Tesorera o tesorero municipal", "SECRETARIA_HOMOLOGO"),
    ("Residente de obra", "OPERATIVO_HOMOLOGO"),
    ("Jefa o jefe de la unidad de servicios generales", "JEFATURA_UNIDAD_HOMOLOGO"),
    ("Subsecretaria o subsecretario de egresos", "SUBSECRETARIA_HOMOLOGO"),
    ("Supervisora o supervisor de proyectos hidráulicos", "OTRO"),
)
AREAS = (
    "Dirección de Administración", "Unidad de Licitaciones", "Departamento de Recursos Materiales",
    "Coordinación de Obra", "Dirección Jurídica", "Tesorería", "Oficialía Mayor", "Área Técnica de Proyectos",
)  # fmt: skip

WORKS = (
    "Rehabilitación de la red de agua potable", "Pavimentación con concreto hidráulico", "Construcción de aulas",
    "Ampliación del drenaje sanitario", "Mantenimiento del puente vehicular", "Construcción de un centro de salud",
    "Modernización del alumbrado público", "Reconstrucción del camino rural",
)  # fmt: skip
GOODS = (
    "Adquisición de equipo de cómputo", "Compra de medicamentos y material de curación",
    "Suministro de combustible", "Adquisición de uniformes y calzado", "Compra de papelería y consumibles",
    "Adquisición de mobiliario escolar", "Suministro de víveres", "Adquisición de vehículos utilitarios",
)  # fmt: skip
SERVICES = (
    "Servicio de limpieza y jardinería", "Servicio de vigilancia", "Arrendamiento de fotocopiadoras",
    "Consultoría para el plan de desarrollo", "Servicio de internet y telefonía", "Impresión de material electoral",
    "Mantenimiento de elevadores", "Capacitación en archivo y gestión documental",
)  # fmt: skip
PLACES = (
    "la localidad de El Jagüey", "la colonia Peña Prieta", "el barrio de Los Alfareros", "la cabecera municipal",
    "la escuela primaria «Ñuiñe»", "el hospital comunitario", "la unidad deportiva", "el mercado de abastos",
)  # fmt: skip
CLAUSES = (
    "incluidos trazo, nivelación, excavación y retiro del material sobrante fuera de la obra",
    "conforme al catálogo de conceptos y a las especificaciones técnicas del anexo uno",
    "con cargo al fondo de infraestructura social y al programa estatal de desarrollo regional",
    "en beneficio de las comunidades de la ribera y de la zona alta del municipio",
    "con garantía de cumplimiento y de vicios ocultos por doce meses",
    "correspondiente a la segunda etapa del proyecto plurianual autorizado",
)
CAUSES = (
    "Omitió verificar las garantías de cumplimiento antes de autorizar el pago.",
    "Adjudicó de forma directa sin el dictamen que acredita la excepción a la licitación.",
    "Presentó documentación alterada para acreditar la capacidad técnica de la empresa.",
    "Recibió bienes distintos de los contratados y firmó el acta de entrega sin observaciones.",
    "Utilizó vehículos oficiales y personal a su cargo para fines particulares.",
    "No entregó los informes de avance a los que estaba obligada la unidad a su cargo.",
)
REMARKS = ("", "", "", "Registro revisado por el órgano interno de control.", "Sin observaciones.", "S/D")
