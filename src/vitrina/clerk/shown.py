"""The clerk's answer in the terminal, as a page to print, and as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from typing import Any

from jinja2 import Environment, StrictUndefined

from vitrina.clerk.answer import Answer, Group, Spot, ranges

_SPOTS = 15
"""Places told per rule in the terminal; the page has them all."""
HEADINGS = {
    "error": "ERRORES: impiden publicar la fila",
    "warning": "AVISOS: se publica, pero conviene corregirlo",
    "note": "NOTAS: se leyó de otra forma; no es una falta",
}


def as_text(answer: Answer) -> str:
    """Return the answer for a terminal."""
    return "\n".join([f"{answer.file} → {answer.system.title}", *_lines(answer), "", answer.verdict])


def _lines(answer: Answer) -> Iterator[str]:
    for remark in answer.remarks:
        yield from ("", f"AVISO: {remark.title}", f"  Qué hacer: {remark.remedy}")
    if answer.unreadable[0]:
        yield from (
            "",
            "NO SE PUDO LEER",
            f"  {answer.unreadable[0]}",
            f"  Qué hacer: {answer.unreadable[1]}",
        )
        return
    yield from ("", account(answer))
    for severity, heading in HEADINGS.items():
        groups = [g for g in answer.groups if g.severity == severity]
        if groups:
            yield from ("", heading)
        for group in groups:
            yield from _group(group)
    if answer.unpublished:
        yield from ("", "COLUMNAS QUE NO SE PUBLICAN")
        yield from (f"  {column}: {why}" for column, why in answer.unpublished)
    if answer.not_checked:
        yield from ("", "NO SE REVISÓ AQUÍ (se revisa al recibirlo)")
        yield from (f"  {title}{f': {why}' if why else ''}" for title, why in answer.not_checked)


def account(answer: Answer) -> str:
    """Return the figures in one line: received = right + wrong + withheld."""
    right = answer.received - answer.quarantined - answer.withheld
    word = "registro" if answer.received == 1 else "registros"
    return (
        f"{answer.received} {word}: {right} correctos, {answer.quarantined} con errores, "
        f"{answer.withheld} que no se publican por regla"
    )


def _group(group: Group) -> Iterator[str]:
    times = "1 vez" if group.count == 1 else f"{group.count} veces"
    yield f"• {group.title} ({times})"
    for spot in group.spots[:_SPOTS]:
        yield f"    {where(spot)}{f': {spot.detail}' if spot.detail else ''}"
    if len(group.spots) > _SPOTS:
        yield f"    … y {len(group.spots) - _SPOTS} lugares más (véalos con --html)"
    if group.why:
        yield f"    Por qué importa: {group.why}"
    if group.remedy and group.severity != "note":
        yield f"    Qué hacer: {group.remedy}"


def where(spot: Spot, limit: int = 12) -> str:
    """Return a spot in words: rows, or places of a document, and the column."""
    parts = []
    if spot.rows:
        parts.append(f"{'fila' if len(set(spot.rows)) == 1 else 'filas'} {ranges(spot.rows, limit)}")
    if spot.places:
        listed = ", ".join(spot.places[:limit]) + (" y más" if len(spot.places) > limit else "")
        parts.append(f"registro {listed}" if len(spot.places) == 1 else f"registros {listed}")
    if spot.column:
        parts.append(f"columna {spot.column}" if "«" in spot.column else spot.column)
    return ", ".join(parts)


def as_html(answer: Answer) -> str:
    """Return the answer as one page to print or send: no script, nothing from elsewhere."""
    env = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = env.from_string(
        resources.files("vitrina.clerk").joinpath("answer.html").read_text(encoding="utf-8")
    )
    return (
        template.render(a=answer, headings=HEADINGS, account=account(answer), where=lambda s: where(s, 200))
        + "\n"
    )


def as_json(answer: Answer) -> dict[str, Any]:
    """Return the answer for programs; `codigo` is the exit code."""
    return {
        "archivo": answer.file,
        "sistema": answer.system.slug,
        "codigo": answer.exit_code,
        "veredicto": answer.verdict,
        "no_se_pudo_leer": answer.unreadable[0],
        "que_hacer": answer.unreadable[1],
        "registros": {
            "recibidos": answer.received,
            "correctos": answer.received - answer.quarantined - answer.withheld,
            "con_errores": answer.quarantined,
            "reservados": answer.withheld,
        },
        "del_archivo": [{"gravedad": r.severity, "titulo": r.title, "que_hacer": r.remedy} for r in answer.remarks],
        "reglas": [
            {
                "id": g.rule, "gravedad": g.severity, "titulo": g.title, "por_que_importa": g.why,
                "que_hacer": g.remedy, "veces": g.count,
                "lugares": [
                    {"columna": s.column, "detalle": s.detail, "filas": list(s.rows), "registros": list(s.places)}
                    for s in g.spots
                ],
            }
            for g in answer.groups
        ],
        "se_cumple": list(answer.passed),
        "no_se_reviso": [{"regla": t, "por_que": w} for t, w in answer.not_checked],
        "no_se_publica": [{"columna": c, "por_que": w} for c, w in answer.unpublished],
    }  # fmt: skip
