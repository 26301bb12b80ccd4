"""How to cite a dataset or a record, and how machines read what a page is about (schema.org)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from vitrina.portal import urls
from vitrina.portal.contexts import FileView
from vitrina.portal.site import LICENSES, Site
from vitrina.portal.store import Dataset
from vitrina.portal.words import say

_MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "jsonl": "application/x-ndjson",
    "json": "application/json",
    "parquet": "application/vnd.apache.parquet",
    "zip": "application/zip",
    "gz": "application/gzip",
}
_SLOT = "\ue000"


def dataset_citation(site: Site, dataset: Dataset) -> str:
    """Return the dataset's reference in APA manner."""
    system = dataset.system
    return say(
        "{publisher} ({year}). {dataset} (versión {version}) [Conjunto de datos]. {site}. {address}",
        publisher=site.publisher(system),
        year=site.version.day.year,
        dataset=system.title,
        version=site.version.id,
        site=site.identity.site_name,
        address=site.urls.full(urls.dataset(system.slug)),
    )


def record_citation(site: Site, dataset: Dataset) -> tuple[str, tuple[str, str]]:
    """Return who publishes, and what goes around a record's version in its reference; title and address follow.

    A record's version is the day it last changed: its page and its citation stay the same until it does.
    """
    system = dataset.system
    said = say("[Registro de «{dataset}», versión {version}]", dataset=system.title, version=_SLOT)
    before, _, after = said.partition(_SLOT)
    return site.publisher(system), (f" {before}", f"{after}. {site.identity.site_name}. ")


def bibtex(site: Site, dataset: Dataset) -> str:
    """Return the dataset's BibTeX entry; braces in texts would break it, so they are left out."""
    system = dataset.system
    fields = {
        "author": f"{{{_plain(site.publisher(system))}}}",
        "title": f"{{{_plain(system.title)}}}",
        "year": str(site.version.day.year),
        "version": _plain(site.version.id),
        "publisher": f"{{{_plain(site.identity.site_name)}}}",
        "url": site.urls.full(urls.dataset(system.slug)),
        "note": say("Conjunto de datos, licencia {license}", license=_plain(system.license)),
    }
    lines = ",\n".join(f"  {name} = {{{value}}}" for name, value in fields.items())
    return f"@misc{{{system.slug}-{site.version.id},\n{lines}\n}}"


def _plain(text: str) -> str:
    return text.replace("{", "(").replace("}", ")").replace("\\", "/")


def license_url(code: str) -> str:
    """Return the licence's address, "" for one we do not know."""
    return LICENSES.get(code, "")


def dataset_jsonld(site: Site, dataset: Dataset, files: Sequence[FileView]) -> Mapping[str, Any]:
    """Return the schema.org Dataset of a dataset page."""
    system = dataset.system
    address = site.urls.full(urls.dataset(system.slug))
    publisher = {"@type": "GovernmentOrganization", "name": site.publisher(system)}
    found: dict[str, Any] = {
        "@context": "https://schema.org/",
        "@type": "Dataset",
        "@id": address,
        "name": system.title,
        "description": system.summary,
        "url": address,
        "identifier": system.slug,
        "version": site.version.id,
        "dateModified": site.newest[system.slug] or site.version.day.isoformat(),
        "inLanguage": "es-MX",
        "isAccessibleForFree": True,
        "creator": publisher,
        "publisher": publisher,
        "spatialCoverage": {"@type": "Place", "name": str(site.identity.state)},
        "license": license_url(system.license) or system.license,
        "variableMeasured": [f.title for f in system.main.fields[:40]],
        "distribution": [_distribution(site, dataset, f) for f in files],
    }
    return found


def _distribution(site: Site, dataset: Dataset, view: FileView) -> Mapping[str, Any]:
    file = view.file
    suffix = file.name.rsplit(".", 1)[-1].lower()
    return {
        "@type": "DataDownload",
        "name": view.title,
        "contentUrl": site.urls.full(urls.data(dataset.slug, file.name)),
        "encodingFormat": _MIME.get(suffix, "application/octet-stream"),
        "contentSize": f"{file.bytes} B",
        "sha256": file.sha256,
    }


def catalog_jsonld(site: Site) -> Mapping[str, Any]:
    """Return the schema.org DataCatalog of the front page."""
    return {
        "@context": "https://schema.org/",
        "@type": "DataCatalog",
        "name": site.identity.site_name,
        "url": site.urls.full(""),
        "inLanguage": "es-MX",
        "publisher": {"@type": "GovernmentOrganization", "name": str(site.identity.publisher)},
        "dataset": [{"@id": site.urls.full(urls.dataset(d.slug))} for d in site.datasets],
    }
