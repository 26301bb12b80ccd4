"""The S1 sections as data: which columns and which other people of each are public (pdn.md §5.2-5.3).

Whatever is not listed here never leaves the record.
"""

from __future__ import annotations

from vitrina.layouts.s1_model import BENEFICIARY, RELATION, TITULAR, Column, Party, Section

_OPERATION = Column("tipo_operacion", "code", "tipoOperacion")
_SECTOR = Column("sector", "code", "sector")
_WHERE = (
    Column("pais", "code", "ubicacion.pais"),
    Column("entidad", "state", "ubicacion.entidadFederativa"),
)
_PAY = (
    Column("recibe_remuneracion", "yes_no", "recibeRemuneracion"),
    Column("monto_mensual", "money", "montoMensual"),
)
_VEHICLE_CODES = {"AUTMOT": "AUMOT", "BRCYTE": "BARYA"}
_SELLER = Party("transmisor", "transmisor")
# A loan the declarant made to somebody (PFTE) names that person where the others name a bank.
_BANK = Party(
    "institucion",
    "localizacionInversion",
    kind="",
    name="institucionRazonSocial",
    unless=("subTipoInversion", "PFTE"),
)


def _acquired(*wrong_dates: str) -> tuple[Column, ...]:
    return (
        Column("forma_adquisicion", "code", "formaAdquisicion"),
        Column("forma_pago", "code", "formaPago"),
        Column("valor_adquisicion", "money", "valorAdquisicion"),
        Column("fecha_adquisicion", "date", "fechaAdquisicion", wrong_dates),
        Column("motivo_baja", "code", "motivoBaja"),
    )


_PATRIMONIAL = "declaracion.situacionPatrimonial."
_INTEREST = "declaracion.interes."

EDUCATION = (
    _OPERATION,
    Column("nivel", "code", "nivel"),
    Column("institucion", "text", "institucionEducativa.nombre"),
    Column("ubicacion", "code", "institucionEducativa.ubicacion"),
    Column("carrera", "text", "carreraAreaConocimiento"),
    Column("estatus", "code", "estatus"),
    Column("documento", "code", "documentoObtenido"),
    Column("fecha_obtencion", "date", "fechaObtencion"),
)
POST = (
    _OPERATION,
    Column("ente_nombre", "text", "nombreEntePublico"),
    Column("area", "text", "areaAdscripcion"),
    Column("cargo", "text", "empleoCargoComision"),
    Column("nivel", "text", "nivelEmpleoCargoComision"),
    Column("orden_gobierno", "code", "nivelOrdenGobierno"),
    Column("ambito_publico", "code", "ambitoPublico"),
    Column("por_honorarios", "yes_no", "contratadoPorHonorarios"),
    Column("funcion_principal", "free", "funcionPrincipal"),
    Column("fecha_toma_posesion", "date", "fechaTomaPosesion"),
    Column("entidad", "state", "domicilioMexico.entidadFederativa"),
    Column("municipio", "text", "domicilioMexico.municipioAlcaldia.valor"),
    Column("municipio_clave", "code", "domicilioMexico.municipioAlcaldia.clave"),
)

EXPERIENCE = Section(
    "experiencia",
    (_PATRIMONIAL + "experienciaLaboral",),
    "experiencia",
    (
        _OPERATION,
        Column("ambito_sector", "code", "ambitoSector"),
        Column("institucion", "text", "nombreEntePublico"),
        Column("empresa", "text", "nombreEmpresaSociedadAsociacion"),
        Column("empresa_rfc", "rfc", "rfc"),
        Column("area", "text", "areaAdscripcion"),
        Column("area_empresa", "text", "area"),
        Column("cargo", "text", "empleoCargoComision"),
        Column("puesto", "text", "puesto"),
        Column("orden_gobierno", "code", "nivelOrdenGobierno"),
        Column("ambito_publico", "code", "ambitoPublico"),
        Column("funcion_principal", "free", "funcionPrincipal"),
        _SECTOR,
        Column("fecha_ingreso", "date", "fechaIngreso"),
        Column("fecha_egreso", "date", "fechaEgreso"),
        Column("ubicacion", "code", "ubicacion"),
    ),
)

ASSETS = (
    Section(
        "inmuebles",
        (_PATRIMONIAL + "bienesInmuebles",),
        "bienInmueble",
        (
            _OPERATION,
            Column("tipo", "other", "tipoInmueble"),
            Column("porcentaje_propiedad", "number", "porcentajePropiedad"),
            Column("superficie_terreno", "number", "superficieTerreno.valor"),
            Column("superficie_terreno_unidad", "code", "superficieTerreno.unidad"),
            Column("superficie_construccion", "number", "superficieConstruccion.valor"),
            Column("superficie_construccion_unidad", "code", "superficieConstruccion.unidad"),
            *_acquired("fechaAdquiscion"),
            Column("valor_conforme_a", "code", "valorConformeA"),
        ),
        (_SELLER,),
        TITULAR,
        _PATRIMONIAL + "bienesInmuebles.bienInmueble[titular≠DEC]",
    ),
    Section(
        "vehiculos",
        (_PATRIMONIAL + "vehiculos",),
        "vehiculo",
        (
            _OPERATION,
            Column("tipo", "other", "tipoVehiculo", old_codes=_VEHICLE_CODES),
            Column("marca", "text", "marca"),
            Column("modelo", "text", "modelo"),
            Column("anio", "year", "anio"),
            *_acquired("fechaAdquiscion"),
        ),
        (_SELLER,),
        TITULAR,
        _PATRIMONIAL + "vehiculos.vehiculo[titular≠DEC]",
    ),
    Section(
        "muebles",
        (_PATRIMONIAL + "bienesMuebles",),
        "bienMueble",
        (
            _OPERATION,
            Column("tipo", "other", "tipoBien"),
            Column("descripcion", "free", "descripcionGeneralBien"),
            *_acquired("fechaAdquiscion"),
        ),
        (_SELLER,),
        TITULAR,
        _PATRIMONIAL + "bienesMuebles.bienMueble[titular≠DEC]",
    ),
    Section(
        "inversiones",
        (_PATRIMONIAL + "inversiones", _PATRIMONIAL + "inversionesCuentasValores"),
        "inversion",
        (
            _OPERATION,
            Column("tipo", "code", "tipoInversion"),
            Column("subtipo", "code", "subTipoInversion"),
            Column("pais", "code", "localizacionInversion.pais"),
            Column("saldo", "balance", "saldoSituacionActual"),
            Column("porcentaje_cambio", "number", "porcentajeIncrementoDecremento"),
        ),
        (_BANK,),
        TITULAR,
        _PATRIMONIAL + "inversiones.inversion[titular≠DEC]",
    ),
    Section(
        "adeudos",
        (_PATRIMONIAL + "adeudos", _PATRIMONIAL + "adeudosPasivos"),
        "adeudo",
        (
            _OPERATION,
            Column("tipo", "other", "tipoAdeudo"),
            Column("fecha_adquisicion", "date", "fechaAdquisicion", ("fechaAdquision", "fechaAdquiscion")),
            Column("monto_original", "money", "montoOriginal"),
            Column("saldo", "balance", "saldoInsolutoSituacionActual"),
            Column("porcentaje_cambio", "number", "porcentajeIncrementoDecremento"),
            Column("pais", "code", "localizacionAdeudo.pais"),
        ),
        (Party("otorgante", "otorganteCredito", name="nombreInstitucion"),),
        TITULAR,
        _PATRIMONIAL + "adeudos.adeudo[titular≠DEC]",
    ),
    Section(
        "prestamos",
        (_PATRIMONIAL + "prestamoOComodato", _PATRIMONIAL + "prestamoComodato"),
        "prestamo",
        (
            _OPERATION,
            Column("tipo_inmueble", "other", "tipoBien.inmueble.tipoInmueble"),
            Column("tipo_vehiculo", "other", "tipoBien.vehiculo.tipo", old_codes=_VEHICLE_CODES),
            Column("marca", "text", "tipoBien.vehiculo.marca"),
            Column("modelo", "text", "tipoBien.vehiculo.modelo"),
            Column("anio", "year", "tipoBien.vehiculo.anio"),
        ),
        (Party("dueno", "duenoTitular", kind="tipoDuenoTitular", name="nombreTitular"),),
    ),
)

INTERESTS = (
    Section(
        "participaciones",
        (_INTEREST + "participacion",),
        "participacion",
        (
            _OPERATION,
            Column("empresa", "text", "nombreEmpresaSociedadAsociacion"),
            Column("empresa_rfc", "rfc", "rfc"),
            Column("porcentaje", "number", "porcentajeParticipacion"),
            Column("tipo_participacion", "other", "tipoParticipacion"),
            *_PAY,
            *_WHERE,
            _SECTOR,
        ),
        (),
        RELATION,
        _INTEREST + "participacion.participacion[tipoRelacion≠DECLARANTE]",
    ),
    Section(
        "decisiones",
        (_INTEREST + "participacionTomaDecisiones",),
        "participacion",
        (
            _OPERATION,
            Column("tipo_institucion", "other", "tipoInstitucion"),
            Column("puesto", "text", "puestoRol"),
            Column("fecha_inicio", "date", "fechaInicioParticipacion"),
            *_PAY,
            *_WHERE,
        ),
        (),
        RELATION,
        _INTEREST + "participacionTomaDecisiones.participacion[tipoRelacion≠DECLARANTE]",
    ),
    Section(
        "apoyos",
        (_INTEREST + "apoyos",),
        "apoyo",
        (
            _OPERATION,
            Column("programa", "text", "nombrePrograma"),
            Column("institucion", "text", "institucionOtorgante"),
            Column("orden_gobierno", "code", "nivelOrdenGobierno"),
            Column("tipo_apoyo", "other", "tipoApoyo"),
            Column("forma_recepcion", "code", "formaRecepcion"),
            Column("monto_mensual", "money", "montoApoyoMensual"),
            Column("especificacion", "free", "especifiqueApoyo"),
        ),
        (),
        BENEFICIARY,
        _INTEREST + "apoyos.apoyo[beneficiario≠DC]",
    ),
    Section(
        "representaciones",
        (_INTEREST + "representacion", _INTEREST + "representaciones"),
        "representacion",
        (
            _OPERATION,
            Column("tipo_representacion", "code", "tipoRepresentacion"),
            Column("fecha_inicio", "date", "fechaInicioRepresentacion"),
            *_PAY,
            *_WHERE,
            _SECTOR,
        ),
        (Party("persona"),),
        RELATION,
        _INTEREST + "representacion.representacion[tipoRelacion≠DECLARANTE]",
    ),
    Section(
        "clientes",
        (_INTEREST + "clientesPrincipales",),
        "cliente",
        (
            _OPERATION,
            Column("actividad_lucrativa", "yes_no", "realizaActividadLucrativa"),
            Column("empresa", "text", "empresa.nombreEmpresaServicio"),
            Column("empresa_rfc", "rfc", "empresa.rfc"),
            Column("ganancia_mensual", "money", "montoAproximadoGanancia"),
            *_WHERE,
            _SECTOR,
        ),
        (Party("cliente", "clientePrincipal"),),
        RELATION,
        _INTEREST + "clientesPrincipales.cliente[tipoRelacion≠DECLARANTE]",
    ),
    Section(
        "beneficios",
        (_INTEREST + "beneficiosPrivados",),
        "beneficio",
        (
            _OPERATION,
            Column("tipo_beneficio", "other", "tipoBeneficio"),
            Column("forma_recepcion", "code", "formaRecepcion"),
            Column("especificacion", "free", "especifiqueBeneficio"),
            Column("monto_mensual", "money", "montoMensualAproximado"),
            _SECTOR,
        ),
        (Party("otorgante", "otorgante"),),
        BENEFICIARY,
        _INTEREST + "beneficiosPrivados.beneficio[beneficiario≠DC]",
    ),
    Section(
        "fideicomisos",
        (_INTEREST + "fideicomisos",),
        "fideicomiso",
        (
            _OPERATION,
            Column("tipo_fideicomiso", "code", "tipoFideicomiso"),
            Column("tipo_participacion", "code", "tipoParticipacion"),
            Column("fideicomiso_rfc", "rfc", "rfcFideicomiso"),
            Column("ubicacion", "code", "extranjero", ("extanjero",)),
            _SECTOR,
        ),
        (
            Party("fideicomitente", "fideicomitente"),
            Party("fiduciario", "fiduciario", kind=""),
            Party("fideicomisario", "fideicomisario"),
        ),
        RELATION,
        _INTEREST + "fideicomisos.fideicomiso[tipoRelacion≠DECLARANTE]",
    ),
)
SECTIONS = (EXPERIENCE, *ASSETS, *INTERESTS)
