"""What the clerk is told: figures, findings by rule with their place, and the exit code that follows."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from vitrina.clerk.look import Column, Look, Remark
from vitrina.model import System
from vitrina.wording import explain, place

EXIT_WARNINGS = 10
EXIT_ERRORS = 20
_ORDER = {"error": 0, "warning": 1, "note": 2}
_ROW = re.compile(r", fila (\d+)$")
_CELL = frozenset({"type-error", "constraint-error"})
_DETAIL = "Cada detalle pertenece a un registro que existe"


@dataclass(frozen=True)
class Spot:
    """The rows of one column (or of no column) where a rule found the same thing."""

    column: str
    """"K «Fecha»" in a sheet; the field's title elsewhere; "" for whole rows."""
    detail: str
    rows: tuple[int, ...]
    places: tuple[str, ...]
    """Positions that are no row of a sheet, such as "#/3"."""

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.places)


@dataclass(frozen=True)
class Group:
    """All findings of one rule."""

    rule: str
    severity: str
    title: str
    why: str
    remedy: str
    spots: tuple[Spot, ...]

    @property
    def count(self) -> int:
        return sum(s.count for s in self.spots)


@dataclass(frozen=True)
class Answer:
    """The whole answer; `unreadable` is ("", "") or what kept the file from being read, and the remedy."""

    file: str
    system: System
    received: int
    quarantined: int
    withheld: int
    remarks: tuple[Remark, ...]
    groups: tuple[Group, ...]
    passed: tuple[str, ...]
    not_checked: tuple[tuple[str, str], ...]
    """(rule in words, why not)."""
    unpublished: tuple[tuple[str, str], ...]
    """(column or path, why it is not published)."""
    unreadable: tuple[str, str] = ("", "")

    @property
    def exit_code(self) -> int:
        """0 may be sent; 10 may be sent, with warnings; 20 mend it first. Notes change nothing."""
        severities = {g.severity for g in self.groups} | {r.severity for r in self.remarks}
        if self.unreadable[0] or "error" in severities:
            return EXIT_ERRORS
        return (
            EXIT_WARNINGS
            if "warning" in severities or any("no se conoce" in w for _, w in self.unpublished)
            else 0
        )

    @property
    def verdict(self) -> str:
        """The answer in one line."""
        return {
            0: "CORRECTO: puede enviarlo.",
            EXIT_WARNINGS: "SE PUEDE ENVIAR, con avisos: léalos antes.",
            EXIT_ERRORS: "CORRÍJALO ANTES DE ENVIAR.",
        }[self.exit_code]


def unread(file: str, system: System, message: str, remedy: str, remarks: Sequence[Remark] = ()) -> Answer:
    """Return the answer for a file that could not be read."""
    return Answer(file, system, 0, 0, 0, tuple(remarks), (), (), (), (), (message, remedy))


def build(
    file: str, system: System, report: Mapping[str, Any], findings: Iterable[Mapping[str, Any]], look: Look,
    unasked: Mapping[str, str],
) -> Answer:  # fmt: skip
    """Return the answer from the night's own *report* and private list of *findings*.

    *unasked*: rules that need what is not at hand here → why; whatever they found, they were not checked.
    """
    source = report["sources"][0]
    rules = {str(r["id"]): dict(r) for r in report.get("rules", ())}
    for rule, why in unasked.items():
        rules.setdefault(rule, {"id": rule, "title": _DETAIL}).update(state="not_checked", reason=why)
    findings = [f for f in findings if str(f.get("rule") or f.get("code") or "") not in unasked]
    return Answer(
        file=file,
        system=system,
        received=int(source["records_in"]),
        quarantined=int(source["quarantined"]),
        withheld=int(source["withheld"]),
        remarks=look.remarks,
        groups=_groups(file, system, findings, rules, look),
        passed=tuple(str(r["title"]) for r in rules.values() if r["state"] == "passed"),
        not_checked=tuple(
            (str(r["title"]), str(r.get("reason") or ""))
            for r in rules.values()
            if r["state"] == "not_checked"
        ),
        unpublished=_unpublished(report, look),
    )


def _groups(
    file: str, system: System, findings: Iterable[Mapping[str, Any]], rules: Mapping[str, Any], look: Look
) -> tuple[Group, ...]:
    by_rule: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for finding in findings:
        key = (str(finding.get("rule") or finding.get("code") or ""), str(finding["severity"]))
        by_rule.setdefault(key, []).append(finding)
    groups = []
    for (rule, severity), found in by_rule.items():
        raw, first = rules.get(rule, {}), found[0]
        words = explain(
            rule,
            str(raw.get("found") or raw.get("title") or first.get("message") or ""),
            str(raw.get("why") or ""),
            str(raw.get("remedy") or first.get("remedy") or ""),
        )
        spots = _spots(file, system, rule, words.title, found, look)
        groups.append(Group(rule, severity, words.title, words.why, words.remedy, spots))
    return tuple(sorted(groups, key=lambda g: (_ORDER.get(g.severity, 3), -g.count, g.rule)))


def _spots(
    file: str, system: System, rule: str, title: str, found: Sequence[Mapping[str, Any]], look: Look
) -> tuple[Spot, ...]:
    rows: dict[tuple[str, str], tuple[list[int], list[str]]] = {}
    several = len({str(f.get("message") or "") for f in found}) > 1
    for finding in found:
        column = _column(system, finding, look)
        detail = str(finding.get("message") or "")
        if rule in _CELL:
            detail = str(finding.get("remedy") or "").removeprefix("Corrija el dato: ")
        elif not several or detail.rstrip(".") == title.rstrip("."):
            detail = detail if rule in {"faltan-columnas", "fila-desigual"} else ""
        numbers, others = rows.setdefault((column, detail), ([], []))
        position = str(finding.get("position") or "")
        number = _ROW.search(position)
        if number:
            numbers.append(int(number.group(1)))
        else:
            others.append(position.removeprefix(file).lstrip("#, ") or position)
    return tuple(
        Spot(column, detail, tuple(sorted(numbers)), tuple(others))
        for (column, detail), (numbers, others) in sorted(rows.items())
    )


def _column(system: System, finding: Mapping[str, Any], look: Look) -> str:
    field = str(finding.get("field") or "")
    if not field and finding.get("rule") == "primary-key":
        field = ",".join(system.table(str(finding["table"])).primary_key)
    if not field:
        return ""
    columns: list[Column] = [c for name in field.split(",") if (c := look.column(name.strip()))]
    if columns:
        return ", ".join(f"{c.letter} «{c.header}»" for c in columns)
    words, path = place(system, str(finding.get("table") or ""), field)
    return f"{words} ({path})" if path else words


def _unpublished(report: Mapping[str, Any], look: Look) -> tuple[tuple[str, str], ...]:
    if look.columns:
        return tuple((f"{c.letter} «{c.header}»", c.advice) for c in look.columns if c.advice)
    return tuple(dict.fromkeys((str(u["path"]), "no se conoce") for u in report.get("unknown_fields", ())))


def ranges(numbers: Sequence[int], limit: int = 12) -> str:
    """Return row numbers as people write them, runs joined, cut after *limit* runs.

    >>> ranges([2, 3, 4, 9, 11, 12])
    '2–4, 9, 11 y 12'
    """
    runs: list[list[int]] = []
    for n in sorted(set(numbers)):
        if runs and n == runs[-1][-1] + 1:
            runs[-1].append(n)
        else:
            runs.append([n])
    parts: list[str] = []
    for run in runs:
        parts += [f"{run[0]}–{run[-1]}"] if len(run) > 2 else [str(n) for n in run]
    if len(parts) > limit:
        return ", ".join(parts[:limit]) + " y más"
    return " y ".join([", ".join(parts[:-1]), parts[-1]]) if len(parts) > 1 else "".join(parts)
