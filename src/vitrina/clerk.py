"""`vitrina check FILE --system S`: a clerk checks a file before sending it, by the very rules of the night.

A portal of one source is made in a temporary folder and its first three stages run; nothing is published and
nothing is kept.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any

import orjson

from vitrina.config import Settings
from vitrina.errors import UsageError
from vitrina.model import Source, System
from vitrina.registry import select
from vitrina.stages import check, normalize, pull
from vitrina.storage import read_json

EXIT_WARNINGS = 10
EXIT_ERRORS = 20
_SHOWN = 200


@dataclass(frozen=True)
class Answer:
    """What the clerk is told: figures, findings with their place, and the exit code that follows."""

    file: str
    system: System
    source: dict[str, Any]
    findings: tuple[dict[str, Any], ...]
    notes: tuple[dict[str, Any], ...]
    unknown: tuple[str, ...]

    @property
    def exit_code(self) -> int:
        if self.source["weather"] == "none" or any(f["severity"] == "error" for f in self.findings):
            return EXIT_ERRORS
        return EXIT_WARNINGS if self.findings or self.unknown else 0


def check_file(
    settings: Settings, systems: Sequence[System], path: Path, slug: str, **declared: Any
) -> Answer:
    """Check the file at *path* as a delivery to system *slug*; *declared*: table, encoding, options of the source.

    UsageError when the file or the system does not exist.
    """
    if not path.is_file():
        raise UsageError(f"No existe el archivo {path}", "Revise el nombre y la carpeta.")
    system = select(systems, [slug])[0]
    with tempfile.TemporaryDirectory(prefix="vitrina-") as folder:
        root = Path(folder)
        inbox = root / "entrada"
        inbox.mkdir()
        shutil.copyfile(path, inbox / path.name)
        options = {"folder": {"path": "entrada"}, **declared.pop("options", {})}
        source = Source(
            id="archivo", title=path.name, system=slug, protocol="folder", format="", frequency="irregular",
            options=options, **declared,
        )  # fmt: skip
        own = replace(settings, root=root, only=())
        chosen = [replace(system, needs=(), derived="")]
        pull.run(own, [source])
        normalize.run(own, chosen, [source])
        check.run(own, chosen)
        report = read_json(own.build / "reports" / f"{slug}.json")
        lines = (own.build / "quarantine" / f"{slug}.issues.jsonl").read_bytes().splitlines()
    return Answer(
        file=path.name,
        system=system,
        source=report["sources"][0],
        # A register of bodies is not at hand here: whether the body is known is left to the night.
        findings=tuple(f for f in map(orjson.loads, lines) if f["severity"] != "note"),
        notes=tuple(i for i in report["issues"] if i["severity"] == "note" and i["rule"] != "ente-conocido"),
        unknown=tuple(u["path"] for u in report["unknown_fields"]),
    )


def as_text(answer: Answer, *, listed: bool = True) -> str:
    """Return the answer for a terminal; without the list of findings when not *listed*."""
    source = answer.source
    lines = [f"{answer.file} → {answer.system.title}", ""]
    if source["weather"] == "none":
        lines += ["NO SE PUDO LEER", f"  {source['message']}", f"  Qué hacer: {source['remedy']}"]
        return "\n".join(lines)
    lines.append(
        f"{source['records_in']} registros: {source['records_in'] - source['quarantined'] - source['withheld']} correctos, "
        f"{source['quarantined']} con errores, {source['withheld']} que no se publican por regla"
    )
    for finding in answer.findings[:_SHOWN] if listed else ():
        mark = "ERROR" if finding["severity"] == "error" else "AVISO"
        lines += ["", f"{mark} {_place(finding)}: {finding['message']}"]
        if finding["remedy"]:
            lines.append(f"  Qué hacer: {finding['remedy']}")
    if listed and len(answer.findings) > _SHOWN:
        lines.append(f"\n… y {len(answer.findings) - _SHOWN} hallazgos más")
    if answer.unknown:
        lines.append(f"\nColumnas que no se conocen y no se publicarán: {', '.join(answer.unknown)}")
    lines += [f"\nNOTA ({n['count']}): {n['message']}" for n in answer.notes]
    verdicts = {
        0: "CORRECTO: puede enviarlo.",
        EXIT_WARNINGS: "SE PUEDE ENVIAR, con avisos.",
        EXIT_ERRORS: "CORRÍJALO ANTES DE ENVIAR.",
    }
    return "\n".join([*lines, "", verdicts[answer.exit_code]])


def _place(finding: dict[str, Any]) -> str:
    return str(finding["position"]) + (f", campo {finding['field']}" if finding["field"] else "")


def as_html(answer: Answer) -> str:
    """Return the answer as one page to print or send, without scripts."""
    rows = "".join(
        f"<tr><td>{escape('Error' if f['severity'] == 'error' else 'Aviso')}</td><td>{escape(f['position'])}</td>"
        f"<td>{escape(f['field'])}</td><td>{escape(f['message'])}</td><td>{escape(f['remedy'])}</td></tr>"
        for f in answer.findings
    )
    table = (
        "<table><caption>Hallazgos</caption><thead><tr><th>Tipo</th><th>Lugar</th><th>Campo</th><th>Qué pasa</th>"
        f"<th>Qué hacer</th></tr></thead><tbody>{rows}</tbody></table>"
        if rows
        else ""
    )
    text = as_text(answer, listed=False)
    summary = "".join(f"<p>{escape(line)}</p>" for line in text.splitlines() if line)
    return (
        '<!doctype html><html lang="es-MX"><head><meta charset="utf-8"><title>Revisión de '
        f"{escape(answer.file)}</title><style>body{{font:1rem/1.5 sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}}"
        "table{border-collapse:collapse;width:100%}td,th{border:1px solid #888;padding:.3rem .5rem;text-align:left;"
        f"vertical-align:top}}</style></head><body><h1>Revisión de {escape(answer.file)}</h1>{summary}{table}</body></html>\n"
    )
