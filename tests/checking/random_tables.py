"""Random schemas and CSV files that try everything: every type, odd spellings, wrong cells, keys, broken syntax."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any

from vitrina.checking.fast.authority import CsvTable

V2 = "https://datapackage.org/profiles/2.0/tableschema.json"

CELLS: dict[str, list[str]] = {
    "string": ["a", "b", "ab", "A-1", "Ñandú", "x y", " a", "a ", "A-22", 'di"jo', "uno, dos", "dos\nlíneas", "null", "0"],
    "integer": ["1", "2", "3", "-4", "007", "+5", " 7 ", "1_000", "٣", "5.0", "1e3", "x", "9" * 25, "-0", "--1", "10"],
    "number": ["1", "1.0", "1.50", "-0.1", "1e3", "NaN", "Infinity", " 2 ", "1,5", "0", "10", "9.999", "x", ".5", "5.", "10.000"],
    "boolean": ["true", "false", "1", "0", "TRUE", "yes", "sí", "True"],
    "date": ["2024-01-05", "2024-1-5", "2024-02-30", "2023-12-31", "05/01/2024", "2024-01-05T00:00:00", "0000-01-01", "20240105"],
    "datetime": ["2024-01-05T10:00:00Z", "2024-01-05T10:00:00", "2024-01-05 10:00:00", "2024-01-05T24:00:00",
                 "2024-01-05T10:00:00-06:00",
                 "2024-02-30T10:00:00", "2024-01-05", "2024-01-05T10:00:00.5Z", "2030-01-05T10:00:00Z"],
    "time": ["10:00:00", "10:00", "25:00:00", "10:00:00Z", "x"],
    "year": ["2024", "0007", "24", "-024", "+202", "2 24", "20240"],
    "yearmonth": ["2024-01", "2024-1", "2024-13", "2024", "x-1"],
    "duration": ["P1D", "PT1H", "P1Y", "1 day", "P"],
    "geopoint": ["1,2", "181,2", "1, 2", "x", "1.5,-90", "1,2,3"],
    "geojson": ['{"type":"Point","coordinates":[1,2]}', "{}", "x"],
    "array": ["[1,2]", "[]", "{}", "x"],
    "object": ['{"a":1}', "[]", "x", "{}"],
    "list": ["a,b", "a", "1,2"],
    "any": ["a", "1", "x"],
}  # fmt: skip
FORMATS: dict[str, list[str]] = {
    "string": ["email", "uri", "uuid", "binary"],
    "date": ["any", "%d/%m/%Y"],
    "datetime": ["any", "%Y-%m-%d %H:%M:%S"],
    "time": ["any", "%H:%M"],
    "geopoint": ["array", "object"],
}
FORMAT_CELLS: dict[str, list[str]] = {
    "email": ["ana@sitio.mx", "a.b@c.org", "x", "a@b", "ana@-x.mx", "ana..b@c.mx"],
    "uri": ["https://a.mx/b?c=1", "http://a.mx", "a.mx", "https://a b.mx", "mailto:x@y.mx", "https://"],
    "uuid": ["2bc1c94f-0deb-43e9-92a1-4775189ec9f8", "2BC1C94F0DEB43E992A14775189EC9F8", "x"],
    "binary": ["YQ==", "a", "%%"],
    "array": ["[1,2]", "x"],
    "object": ['{"lon":1,"lat":2}', "x"],
}
CONSTRAINTS: dict[str, list[tuple[str, Any]]] = {
    "string": [("minLength", 2), ("maxLength", 2), ("pattern", "[A-Z]-\\d+"), ("pattern", "a|b"), ("pattern", "^[a-zñú ]*$"),
               ("pattern", "(?i)a.*"), ("pattern", "\\w+"), ("pattern", "[^a]+"), ("enum", ["a", "b", "0"])],
    "integer": [("minimum", 2), ("maximum", 3), ("minimum", "2"), ("enum", [1, 2, 7]), ("exclusiveMinimum", 1),
                ("exclusiveMaximum", 7)],
    "number": [("minimum", 1), ("maximum", "9.999"), ("enum", ["1.0", "10"]), ("exclusiveMinimum", 0), ("exclusiveMaximum", 10)],
    "boolean": [("enum", ["true"]), ("enum", [False])],
    "date": [("minimum", "2024-01-01"), ("maximum", "2024-01-05"), ("enum", ["2024-01-05"]), ("exclusiveMaximum", "2024-01-05")],
    "datetime": [("minimum", "2024-01-05T10:00:00Z"), ("maximum", "2029-01-01T00:00:00Z"), ("minimum", "2020-01-01T00:00:00")],
    "time": [("minimum", "09:00:00")],
    "year": [("minimum", "1000"), ("enum", ["2024"])],
    "yearmonth": [("minimum", "2024-01")],
    "array": [("minLength", 1)],
    "object": [("maxLength", 0)],
    "list": [("minLength", 2)],
    "any": [("enum", ["a", "1"])],
}  # fmt: skip
MISSING = [[""], ["", "NA"], ["NA"], [], ["", "-", "0", "a"]]
KEY_TYPES = ["string", "integer", "date", "number", "year", "boolean", "yearmonth"]


@dataclass(frozen=True)
class Case:
    """A package of CSV files on disk."""

    tables: list[CsvTable]
    package: bool


def case(random: Random, folder: Path) -> Case:
    """Write one random package (one or two tables, related) into *folder*."""
    if random.random() < 0.5:
        return Case([table(random, folder, "uno", [])], package=random.random() < 0.5)
    kinds, schemas = _related(random)
    return Case(
        [table(random, folder, n, kinds, s) for n, s in zip(["uno", "dos"], schemas, strict=True)], True
    )


def frames(random: Random) -> tuple[dict[str, dict[str, Any]], dict[str, list[list[str | None]]]]:
    """Return the schemas and the rows (None: nothing given) of a random package of two related tables in memory."""
    schemas = dict(zip(["uno", "dos"], _related(random)[1], strict=True))
    rows: dict[str, list[list[str | None]]] = {}
    for name, declared in schemas.items():
        blanks, tidy = [*declared["missingValues"], ""], random.random() < 0.5
        made = [
            [None if random.random() < 0.05 else _cell(random, f, blanks, tidy) for f in declared["fields"]]
            for _ in range(random.choice([0, 1, 3, 12, 40]))
        ]
        rows[name] = [[None] * len(row) if random.random() < 0.02 else row for row in made]
    return schemas, rows


def _related(random: Random) -> tuple[list[str], list[dict[str, Any]]]:
    """Return the types of the shared key and two schemas that may refer to each other by it."""
    kinds = [random.choice(KEY_TYPES) for _ in range(random.choice([1, 1, 2]))]
    schemas = [schema(random, kinds), schema(random, kinds)]
    names = [f"k{i}" for i in range(len(kinds))]
    for place, one in enumerate(schemas):
        if random.random() < 0.7:
            target = random.choice(["", "uno", "dos"][: 2 + place])
            one["foreignKeys"] = [{"fields": names, "reference": {"resource": target, "fields": names}}]
    for one in schemas:  # a package without "$schema" is of version 1, which knows no exclusive bounds
        for field in one["fields"]:
            field.get("constraints", {}).pop("exclusiveMinimum", None)
            field.get("constraints", {}).pop("exclusiveMaximum", None)
    return kinds, schemas


def schema(random: Random, kinds: list[str]) -> dict[str, Any]:
    """Return a random Table Schema whose first fields k0, k1… have the types *kinds*."""
    fields = [_field(random, f"k{i}", kind) for i, kind in enumerate(kinds)]
    fields += [
        _field(random, f"c{i}", random.choice([*CELLS, "string", "integer"]))
        for i in range(random.randint(1, 4))
    ]
    made: dict[str, Any] = {
        "$schema": V2,
        "fields": fields,
        "missingValues": random.choice([*MISSING, [""], [""]]),
    }
    if random.random() < 0.6:
        scalar = [f["name"] for f in fields if f["type"] in KEY_TYPES]
        made["primaryKey"] = random.sample(scalar, min(len(scalar), random.choice([1, 1, 2])))
    return made


def _field(random: Random, name: str, kind: str) -> dict[str, Any]:
    made: dict[str, Any] = {"name": name, "type": kind}
    if kind in FORMATS and not name.startswith("k") and random.random() < 0.35:
        made["format"] = random.choice(FORMATS[kind])
    if kind in ("integer", "number") and random.random() < 0.15:
        made["bareNumber"] = False
    if kind == "number" and random.random() < 0.15:
        made |= random.choice([{"decimalChar": ","}, {"groupChar": ","}, {"floatNumber": True}])
    if kind == "boolean" and random.random() < 0.3:
        made |= {"trueValues": ["sí", "1"], "falseValues": ["no", "0"]}
    if random.random() < 0.1:
        made["missingValues"] = ["x", "1"]
    rules: dict[str, Any] = {}
    if random.random() < 0.25:
        rules["required"] = True
    if kind in KEY_TYPES and random.random() < 0.25:
        rules["unique"] = True
    if kind in CONSTRAINTS and random.random() < 0.45:
        key, value = random.choice(CONSTRAINTS[kind])
        if not (key == "pattern" and made.get("format")):
            rules[key] = value
    return made | ({"constraints": rules} if rules else {})


def table(
    random: Random, folder: Path, name: str, kinds: list[str], declared: dict[str, Any] | None = None
) -> CsvTable:
    """Write one random CSV file for a random schema."""
    declared = declared or schema(random, kinds)
    delimiter = random.choice([",", ",", ",", ";"])
    fields = declared["fields"]
    blanks = [*declared["missingValues"], ""]
    tidy = random.random() < 0.5
    rows = [[_cell(random, f, blanks, tidy) for f in fields] for _ in range(random.choice([0, 1, 3, 12, 40]))]
    if random.random() < 0.35:
        _break_rows(random, rows)
    labels = [f["name"] for f in fields]
    if random.random() < 0.12:
        _break_labels(random, labels)
    path = folder / f"{name}.csv"
    path.write_bytes(_bytes(random, [labels, *rows], delimiter))
    return CsvTable(name, path, declared, delimiter)


def _cell(random: Random, field: dict[str, Any], blanks: list[str], tidy: bool) -> str:
    pool = FORMAT_CELLS.get(field.get("format", ""), CELLS[field["type"]])
    if random.random() < 0.1:
        return random.choice(blanks)
    return random.choice(pool[:3] if tidy and random.random() < 0.9 else pool)


def _break_rows(random: Random, rows: list[list[str]]) -> None:
    for row in rows:
        if random.random() < 0.1:
            fault = random.choice(["short", "long", "blank", "empty"])
            if fault == "short":
                del row[random.randint(0, len(row) - 1) :]
            elif fault == "long":
                row.extend(["extra"] * random.randint(1, 2))
            else:
                row[:] = [] if fault == "blank" else [""] * len(row)


def _break_labels(random: Random, labels: list[str]) -> None:
    fault, place = random.choice(["wrong", "blank", "twice", "short", "long"]), random.randrange(len(labels))
    if fault == "short":
        del labels[place]
    elif fault == "long":
        labels.append("sobra")
    else:
        labels[place] = {"wrong": "otra", "blank": "", "twice": labels[0]}[fault]


def _bytes(random: Random, rows: list[list[str]], delimiter: str) -> bytes:
    out = io.StringIO(newline="")
    quoting = random.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    end = random.choice(["\n", "\n", "\n", "\r\n"])
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows(rows)
    data = out.getvalue().encode()
    fault = random.random()
    if fault < 0.05:
        data = b"\xef\xbb\xbf" + data
    elif fault < 0.10:
        data = data.rstrip(b"\r\n")
    elif fault < 0.18 and data:
        place = random.randrange(len(data) + 1)
        data = (
            data[:place]
            + random.choice([b'"', b"\r", b"\0", b"\xff", b"\n", b"\xc3\xb1", b"\xef\xbb\xbf"])
            + data[place:]
        )
    return data
