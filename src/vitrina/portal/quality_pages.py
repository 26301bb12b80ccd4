"""The quality pages: all datasets, one dataset, the records a rule names, and the report for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import orjson

from vitrina.model import System
from vitrina.portal import filters, quality_entes, quality_trend, urls
from vitrina.portal.contexts import Page, Route
from vitrina.portal.listings import pager
from vitrina.portal.quality import quality_view
from vitrina.portal.quality_rules import EXAMPLES, record_links, records_by_rule, rule_views
from vitrina.portal.quality_views import (
    Expectation,
    RuleView,
    SetLine,
    SetView,
    WithheldField,
    WithheldRecords,
)
from vitrina.portal.site import Site
from vitrina.portal.store import Dataset
from vitrina.portal.words import listed, say
from vitrina.text import slugify
from vitrina.wording import explain

LIST_ROWS = 100
"""Records of a page that lists what a rule named: titles only, so many fit."""
_SEVERITIES = ("error", "warning", "note")


def routes(site: Site) -> Iterator[Route]:
    """Yield every page under /calidad/."""
    sets = [(dataset, rule_views(site, dataset)) for dataset in site.datasets]
    yield _index(site, sets)
    for dataset, rules in sets:
        yield _dataset_route(site, dataset, rules)
        yield from _lists(site, dataset, rules)
    yield from quality_entes.routes(site, {d.slug: rules for d, rules in sets})


def files(site: Site) -> Iterator[tuple[str, bytes]]:
    """Yield the report of each dataset for programs, as (path, JSON). It holds no value of any record."""
    for dataset in site.datasets:
        document = _document(site, dataset, rule_views(site, dataset))
        yield (
            f"{urls.quality(dataset.slug)}reporte.json",
            orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE),
        )


# ── all datasets ──────────────────────────────────────────────────────────────────────────────────────────


def _index(site: Site, sets: Sequence[tuple[Dataset, Sequence[RuleView]]]) -> Route:
    meta = Page(
        title=say("Calidad de los datos"),
        description=say(
            "Qué se recibió, qué se publicó y qué no, por conjunto y por institución, con lo que hay que corregir."
        ),
        path=urls.quality(),
        crumbs=site.crumbs(),
        section="calidad",
    )
    lines = [_line(site, dataset, rules) for dataset, rules in sets]
    values = {
        "meta": meta,
        "lines": lines,
        "entes_url": site.urls.to(urls.quality_ente()) if site.judged_entes else "",
        "sources_url": site.urls.to("fuentes/"),
    }
    return Route(meta.path, "quality.html", values)


def _line(site: Site, dataset: Dataset, rules: Sequence[RuleView]) -> SetLine:
    received, published, quarantined, withheld = figures(dataset)
    return SetLine(
        card=site.cards[dataset.slug],
        url=site.urls.to(urls.quality(dataset.slug)),
        checked=received,
        published=published,
        quarantined=quarantined,
        withheld=withheld,
        totals={
            s: sum(r.failed for r in rules if r.state == "failed" and r.severity == s) for s in _SEVERITIES
        },
        not_checked=sum(1 for r in rules if r.state == "not_checked"),
        spark=quality_trend.spark(quality_trend.nights(dataset)),
    )


def figures(dataset: Dataset) -> tuple[int, int, int, int]:
    """Return the records of all sources together: received, published, set aside, withheld."""
    sources = dataset.report.get("sources", ())
    names = ("records_in", "published", "quarantined", "withheld")
    return tuple(sum(int(s.get(n) or 0) for s in sources) for n in names)  # type: ignore[return-value]


# ── one dataset ───────────────────────────────────────────────────────────────────────────────────────────


def _dataset_route(site: Site, dataset: Dataset, rules: Sequence[RuleView]) -> Route:
    system = dataset.system
    path = urls.quality(system.slug)
    json_url = site.urls.to(f"{path}reporte.json")
    meta = Page(
        title=say("Calidad: {name}", name=system.short_title),
        description=say(
            "Cómo salió la revisión de {dataset}: cuentas por fuente, cada regla y lo que hay que corregir.",
            dataset=system.title,
        ),
        path=path,
        crumbs=site.crumbs(None, (urls.quality(), say("Calidad"))),
        section="calidad",
        alternate=json_url,
    )
    rows = quality_entes.rows_of(site, dataset)
    view = SetView(
        view=quality_view(site, dataset),
        sentence=_sentence(dataset),
        rules_sentence=_rules_sentence(rules),
        failed=[r for r in rules if r.state == "failed"],
        passed=[r for r in rules if r.state == "passed"],
        not_checked=[r for r in rules if r.state == "not_checked"],
        expectations=expectations(dataset),
        entes=rows[: quality_entes.SHOWN],
        entes_url=site.urls.to(urls.quality_ente()) if len(rows) > quality_entes.SHOWN else "",
        withheld_fields=withheld_fields(dataset),
        withheld_records=[
            WithheldRecords(w.title, w.why, int(i.get("count") or 0))
            for i in dataset.report.get("withheld_records", ())
            for w in [explain(str(i.get("code") or ""), str(i.get("title") or ""))]
        ],
        trend=quality_trend.trend(dataset),
        json_url=json_url,
    )
    return Route(path, "quality_set.html", {"meta": meta, "q": view, "system": system})


def _sentence(dataset: Dataset) -> str:
    """Return the night's account in one sentence: received = published + set aside + withheld."""
    received, published, quarantined, withheld = figures(dataset)
    if not received:
        return say("Anoche no había ningún registro que revisar.")
    parts = [_count(published, say("se publicó 1"), say("se publicaron {count}"))]
    if quarantined:
        parts.append(_count(quarantined, say("1 se apartó"), say("{count} se apartaron")))
    if withheld:
        parts.append(_count(withheld, say("1 no se publica por ley"), say("{count} no se publican por ley")))
    if received == 1:
        return say("Se recibió 1 registro: {account}.", account=listed(parts))
    return say(
        "Se recibieron {count} registros: {account}.", count=filters.number(received), account=listed(parts)
    )


def _count(count: int, one: str, many: str) -> str:
    """Return the text, said before, that fits *count*."""
    return one if count == 1 else many.format(count=filters.number(count))


def _rules_sentence(rules: Sequence[RuleView]) -> str:
    counts = {s: sum(1 for r in rules if r.state == s) for s in ("failed", "passed", "not_checked")}
    if not rules:
        return say("El informe de anoche no trae reglas.")
    parts = []
    if counts["passed"]:
        parts.append(_count(counts["passed"], say("1 se cumple"), say("{count} se cumplen")))
    if counts["failed"]:
        one, many = say("1 tiene algo que decir"), say("{count} tienen algo que decir")
        parts.append(_count(counts["failed"], one, many))
    if counts["not_checked"]:
        parts.append(_count(counts["not_checked"], say("1 no se revisó"), say("{count} no se revisaron")))
    if len(rules) == 1:
        return say("De 1 regla, {account}.", account=listed(parts))
    return say("De {count} reglas, {account}.", count=filters.number(len(rules)), account=listed(parts))


def expectations(dataset: Dataset) -> list[Expectation]:
    """Return what the declaration expects of the whole dataset, and whether last night met it.

    What the report finds wrong is failed; the rest is met, but only when there was something to look at.
    """
    system, report = dataset.system, dataset.report
    wrong = [(str(e.get("code") or ""), str(e.get("message") or "")) for e in report.get("expectations", ())]
    checked = bool(report.get("checked_rows"))

    def judge(text: str, code: str, start: str = "") -> Expectation:
        said = next((m for c, m in wrong if c == code and m.startswith(start)), None)
        if said is not None:
            return Expectation(text, "failed", filters.sentence(said))
        return Expectation(text, "passed" if checked else "not_checked", "")

    expect = system.expect
    least = _count(expect.min_rows, say("Al menos 1 registro"), say("Al menos {count} registros"))
    most = say("Como mucho {count} registros", count=filters.number(expect.max_rows))
    found = [judge(least, "pocas-filas"), judge(most, "demasiadas-filas")]
    for column, floor in sorted(expect.filled.items()):
        title = system.main.field(column).title
        full = say(
            "«{field}» viene en al menos {share} de las filas", field=title, share=filters.percent(floor)
        )
        found.append(judge(full, "poco-llenado", title))
    found.append(judge(say("Las columnas vienen tan llenas como la última noche buena"), "cayo-el-llenado"))
    gone = say(
        "No desaparece más del {share} de los registros publicados", share=filters.percent(expect.ids_gone)
    )
    found.append(judge(gone, "registros-desaparecidos"))
    if system.display.date:
        recent = say("Datos de los últimos {count} días", count=expect.freshness_days)
        found.append(judge(recent, "sin-datos-recientes"))
    return found


def withheld_fields(dataset: Dataset) -> list[WithheldField]:
    """Return every field of *dataset* that is received and never published, with how many records brought it."""
    counts: dict[str, int] = {}
    for item in dataset.report.get("withheld_fields", ()):
        path = _path_key(str(item.get("path") or ""))
        counts[path] = counts.get(path, 0) + int(item.get("count") or 0)
    return [
        WithheldField(w.title, w.path, w.reason, w.basis, counts.get(_path_key(w.path), 0))
        for w in dataset.system.withheld
    ]


def _path_key(path: str) -> str:
    return path.lower().removeprefix("*.").replace("[]", "")


# ── the records a rule names ──────────────────────────────────────────────────────────────────────────────


def _lists(site: Site, dataset: Dataset, rules: Sequence[RuleView]) -> Iterator[Route]:
    named = records_by_rule(dataset, site)
    for rule in rules:
        ids = named.get(rule.id, [])
        if rule.list_url and len(ids) > EXAMPLES:
            yield from _rule_list(site, dataset, rule, ids)


def _rule_list(site: Site, dataset: Dataset, rule: RuleView, ids: Sequence[str]) -> Iterator[Route]:
    system = dataset.system
    slug = slugify(rule.id)

    def path(page: int) -> str:
        return urls.quality_rule(system.slug, slug, page)

    if len(ids) == 1:
        description = say("1 registro publicado en que la revisión encontró: {rule}.", rule=rule.title)
    else:
        description = say(
            "{count} registros publicados en que la revisión encontró: {rule}.",
            count=filters.number(len(ids)),
            rule=rule.title,
        )
    for page in range(1, -(-len(ids) // LIST_ROWS) + 1):
        at = pager(site, path, page, len(ids), LIST_ROWS)
        meta = Page(
            title=f"{system.short_title}: {rule.title}",
            description=description,
            path=path(page),
            crumbs=site.crumbs(
                None, (urls.quality(), say("Calidad")), (urls.quality(system.slug), system.short_title)
            ),
            section="calidad",
            index=page == 1,
        )
        links = record_links(site, system.slug, ids[at.first - 1 : at.last])
        values = {"meta": meta, "system": system, "rule": rule, "links": links, "pager": at}
        yield Route(path(page), "quality_rule.html", values)


# ── for programs ──────────────────────────────────────────────────────────────────────────────────────────


def _document(site: Site, dataset: Dataset, rules: Sequence[RuleView]) -> dict[str, Any]:
    report, system = dataset.report, dataset.system
    received, published, quarantined, withheld = figures(dataset)
    return {
        "conjunto": system.slug,
        "titulo": system.title,
        "version": site.version.id,
        "fecha": site.version.day.isoformat(),
        "datos_sinteticos": site.version.synthetic,
        "veredicto": site.cards[system.slug].verdict_text,
        "decision": str(report.get("decision") or "empty"),
        "registros": {
            "recibidos": received, "publicados": published, "apartados": quarantined, "reservados": withheld,
        },
        "filas_revisadas": int(report.get("checked_rows") or 0),
        "fuentes": [_source(s) for s in report.get("sources", ())],
        "reglas": [_rule(site, system, r) for r in rules],
        "expectativas": [
            {"texto": e.text, "estado": _STATES[e.state], "detalle": e.detail} for e in expectations(dataset)
        ],
        "instituciones": [
            {
                "id": str(e.get("ente_id") or ""), "nombre": str(e.get("ente") or ""),
                "revisados": int(e.get("checked") or 0), "publicados": int(e.get("published") or 0),
                "apartados": int(e.get("quarantined") or 0), "reservados": int(e.get("withheld") or 0),
                "hallazgos": dict(sorted((e.get("issues") or {}).items())),
            }
            for e in report.get("entes", ())
        ],
        "campos_reservados": [
            {"titulo": w.title, "ruta": w.path, "razon": w.reason, "fundamento": w.basis, "veces": w.count}
            for w in withheld_fields(dataset)
        ],
        "llenado": report.get("fill", {}),
    }  # fmt: skip


_STATES = {"passed": "se cumple", "failed": "no se cumple", "not_checked": "no se revisó"}


def _source(raw: Any) -> dict[str, Any]:
    return {
        "id": str(raw.get("source") or ""), "titulo": str(raw.get("title") or ""),
        "recibidos": int(raw.get("records_in") or 0), "publicados": int(raw.get("published") or 0),
        "apartados": int(raw.get("quarantined") or 0), "reservados": int(raw.get("withheld") or 0),
        "copia_del": str(raw.get("taken") or ""),
    }  # fmt: skip


def _rule(site: Site, system: System, rule: RuleView) -> dict[str, Any]:
    return {
        "id": rule.id, "titulo": rule.title, "gravedad": rule.severity_text.lower(), "estado": _STATES[rule.state],
        "por_que_importa": rule.why, "que_hacer": rule.remedy, "campos": rule.about, "filas_revisadas": rule.checked,
        "veces": rule.failed, "razon": rule.reason, "registros_publicados": rule.records,
        "pagina": site.urls.full(urls.quality(system.slug)) + f"#{rule.anchor}",
        "donde": [
            {"fuente": p.source, "campo": p.field, "ruta": p.path, "detalle": p.detail, "veces": p.count}
            for p in rule.places
        ],
    }  # fmt: skip
