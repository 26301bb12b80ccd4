"""The acceptance sheet: what was tested, where and with what result, as text, JSON and a page to print."""

from __future__ import annotations

import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any


@dataclass(frozen=True)
class Result:
    """One case of the sheet. `passed` None: it does not apply, and does not count."""

    id: str
    group: str
    name: str
    sends: str
    expects: str
    obtained: str
    passed: bool | None

    @property
    def mark(self) -> str:
        return {True: "aprobada", False: "NO aprobada", None: "no aplica"}[self.passed]


@dataclass(frozen=True)
class Sheet:
    """One run over one source."""

    source: str
    title: str
    date: str
    system: str
    institution: str
    level: str
    environment: str
    uris: tuple[str, ...]
    results: tuple[Result, ...]

    @property
    def counted(self) -> int:
        return sum(r.passed is not None for r in self.results)

    @property
    def passed(self) -> int:
        return sum(r.passed is True for r in self.results)

    @property
    def failed(self) -> tuple[Result, ...]:
        return tuple(r for r in self.results if r.passed is False)

    @property
    def summary(self) -> str:
        """The line that counts: how many were tried and how many passed."""
        return f"{self.counted} pruebas, {self.passed} aprobadas"

    @property
    def about(self) -> Mapping[str, str]:
        return {
            "Fuente": f"{self.title} ({self.source})", "Fecha": self.date, "Sistema": self.system,
            "Institución": self.institution or "sin declarar", "Nivel": self.level or "sin declarar",
            "Ambiente": self.environment, "Direcciones": " · ".join(self.uris),
        }  # fmt: skip

    def groups(self) -> Iterable[tuple[str, Sequence[Result]]]:
        """Yield (group, its results) in the order they were run."""
        for name, found in groupby(self.results, key=lambda r: r.group):
            yield name, list(found)

    def as_dict(self) -> dict[str, Any]:
        """Return the sheet for machines."""
        return {**asdict(self), "tests": self.counted, "passed": self.passed, "summary": self.summary}

    def as_text(self) -> str:
        """Return the sheet as lines for a terminal: failures with what was expected and obtained."""
        lines = [f"{name}: {value}" for name, value in self.about.items()]
        for group, found in self.groups():
            lines += ["", group.capitalize()]
            for result in found:
                lines.append(f"  {result.id} {result.name}: {result.mark} ({result.obtained})")
                if result.passed is False:
                    lines.append(f"      se envió: {result.sends} · se esperaba: {result.expects}")
        return "\n".join([*lines, "", self.summary])

    def as_html(self) -> str:
        """Return a page on its own, ready to print or to save as PDF: no script, nothing from elsewhere."""
        about = "".join(f"<dt>{_(k)}</dt><dd>{_(v)}</dd>" for k, v in self.about.items())
        body = "".join(_table(group, found) for group, found in self.groups())
        title = f"Hoja de pruebas: {self.title}"
        return (
            f'<!DOCTYPE html>\n<html lang="es-MX"><head><meta charset="utf-8"><title>{_(title)}</title>'
            f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body><main>'
            f"<h1>{_(title)}</h1><dl>{about}</dl><p class=total>{_(self.summary)}</p>{body}"
            "<section class=firma><p>Responsable de la fuente</p><p>Secretaría Ejecutiva</p></section>"
            "</main></body></html>\n"
        )


def _(text: str) -> str:
    return html.escape(text)


def _table(group: str, found: Sequence[Result]) -> str:
    head = "".join(
        f'<th scope="col">{c}</th>'
        for c in ("Clave", "Prueba", "Se envía", "Se espera", "Se obtuvo", "Resultado")
    )
    rows = "".join(
        f'<tr class="{_CLASSES[r.passed]}"><th scope="row">{_(r.id)}</th>'
        + "".join(f"<td>{_(c)}</td>" for c in (r.name, r.sends, r.expects, r.obtained, r.mark))
        + "</tr>"
        for r in found
    )
    return f"<table><caption>{_(group.capitalize())}</caption><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


_CLASSES = {True: "si", False: "no", None: "na"}
_STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;color:#111;background:#fff;margin:0}"
    "main{max-width:72rem;margin:auto;padding:1.5rem}"
    "dl{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1rem}dt{font-weight:600}"
    "dd{margin:0;overflow-wrap:anywhere}.total{font-size:1.4rem;font-weight:700}"
    "table{border-collapse:collapse;width:100%;margin:1.5rem 0}caption{text-align:left;font-weight:700;padding:.3rem 0}"
    "th,td{border:1px solid #999;padding:.3rem .45rem;text-align:left;vertical-align:top}"
    "tbody th{font-weight:400;white-space:nowrap}.no td:last-child{font-weight:700;color:#a30000}"
    ".na td:last-child{color:#555}.firma{display:flex;gap:4rem;margin-top:5rem}"
    ".firma p{flex:1;border-top:1px solid #111;padding-top:.3rem}"
    "@media print{main{max-width:none;padding:0}tr{break-inside:avoid}thead{display:table-header-group}"
    "@page{margin:1.5cm}}"
)
