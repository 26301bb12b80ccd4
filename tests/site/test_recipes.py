"""Every figure of the sample portal counted again from its published Parquet, by another program: no difference."""

from __future__ import annotations

import csv
import hashlib
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl
import pytest

RUN_DATE = date(2026, 11, 20)


def again(frame: pl.DataFrame, recipe: dict[str, Any]) -> float | str | None:
    """Count a single number as its recipe says."""
    column = recipe["columna"]
    match recipe["operacion"]:
        case "count":
            return frame.height
        case "distinct":
            return frame[column].drop_nulls().n_unique()
        case "sum":
            return float(frame[column].cast(pl.Float64).sum())
        case "max":
            days = frame[column].cast(pl.String).str.slice(0, 10).drop_nulls()
            return str(days.filter(days <= RUN_DATE.isoformat()).max())
    raise AssertionError(recipe["operacion"])


def groups(frame: pl.DataFrame, recipe: dict[str, Any]) -> dict[str, float]:
    """Return key → count or sum, "" for the rows without the datum."""
    key = pl.col(recipe["agrupa"]).cast(pl.String).fill_null("")
    if frame.schema[recipe["agrupa"]] == pl.Boolean:
        key = key.replace({"true": "True", "false": "False"})
    if recipe["agrupa_como"] == "year":
        key = key.str.slice(0, 4)
    elif recipe["agrupa_como"] == "list":
        key = key.str.split(";").list.eval(pl.element().str.strip_chars())
    amount = pl.col(recipe["columna"]).cast(pl.Float64).fill_null(0) if recipe["columna"] else pl.lit(1.0)
    flat = frame.select(key.alias("k"), amount.alias("a"))
    if recipe["agrupa_como"] == "list":
        flat = flat.explode("k").with_columns(pl.col("k").fill_null(""))
    return dict(flat.group_by("k").agg(pl.col("a").sum()).iter_rows())


def parts(frame: pl.DataFrame, recipe: dict[str, Any]) -> dict[str, dict[str, float]]:
    """Return, for a stacked chart, key of the bar → key of the part → count or sum."""
    split = pl.col(recipe["divide"]).cast(pl.String).fill_null("")
    keys = frame.select(split.alias("s"))["s"].unique()
    cut = {k: groups(frame.filter(split == k), recipe) for k in keys}
    return {bar: {k: found.get(bar, 0.0) for k, found in cut.items()} for bar in groups(frame, recipe)}


def near(a: float, b: float) -> bool:
    return abs(a - b) <= 0.005 + 1e-9 * abs(b)


def test_every_figure_comes_out_the_same(built_site: Path) -> None:
    differences: list[str] = []
    figures = stacks = 0
    for page in sorted(built_site.glob("*/cifras/cifras.json")):
        slug = page.parent.parent.name
        for recipe in json.loads(page.read_bytes()):
            figures += 1
            stacks += bool(recipe["divide"])
            frame = pl.read_parquet(built_site / recipe["archivo"].lstrip("/"))
            for column, value in recipe["donde"].items():
                frame = frame.filter(pl.col(column).fill_null("").is_in(["", value]))
            place = f"{slug} {recipe['id']}"
            package = json.loads((built_site / slug / "datos" / "datapackage.json").read_bytes())
            schema = next(r["schema"] for r in package["resources"] if r["name"] == recipe["tabla"])
            parent = [k["fields"][0] for k in schema.get("foreignKeys", ()) if k["fields"][0] != "ente_id"]
            keys = (
                "id" if recipe["tabla"] == package["resources"][0]["name"] else (parent or frame.columns)[0]
            )
            digest = hashlib.sha256(
                "".join(f"{k}\n" for k in sorted(map(str, frame[keys]))).encode()
            ).hexdigest()
            if frame.height != recipe["filas"] or digest != recipe["filas_sha256"]:
                differences.append(f"{place}: filas")
            if recipe["operacion"] == "list":
                continue  # of each record: test_an_indicator_has_its_line_as_files
            if not recipe["agrupa"]:
                value = again(frame, recipe)
                same = near(value, recipe["valor"]) if isinstance(value, float) else value == recipe["valor"]
                if not same:
                    differences.append(f"{place}: {recipe['valor']} y sale {value}")
                continue
            found = groups(frame, recipe)
            named = {p["clave"]: p["valor"] for p in recipe["partes"] if not p["resto"]}
            differences += [
                f"{place} {k}: {v} y sale {found.get(k, 0)}"
                for k, v in named.items()
                if not near(found.get(k, 0), v)
            ]
            if recipe["divide"]:
                cut = parts(frame, recipe)
                differences += [
                    f"{place} {p['clave']} {k}: {v} y sale {cut[p['clave']].get(k, 0)}"
                    for p in recipe["partes"]
                    if not p["resto"]
                    for k, v in p["partes"].items()
                    if not near(cut[p["clave"]].get(k, 0), v)
                ]
                if not all(near(sum(p["partes"].values()), p["valor"]) for p in recipe["partes"]):
                    differences.append(f"{place}: las partes no suman su barra")
            rest = sum(v for k, v in found.items() if k not in named)
            if any(p["resto"] for p in recipe["partes"]) and not near(
                rest, sum(p["valor"] for p in recipe["partes"] if p["resto"])
            ):
                differences.append(f"{place}: el resto es {rest}")
            if (
                "grafica" in recipe["id"]
                and recipe["partes"]
                and not any(p["resto"] for p in recipe["partes"])
                and not near(
                    sum(v for k, v in found.items() if k.isdigit() or k in named), sum(named.values())
                )
            ):
                differences.append(f"{place}: faltan grupos")
    assert figures > 40
    assert stacks >= 2
    assert differences == []


def test_every_figure_of_a_dataset_page_leads_to_its_recipe(built_site: Path) -> None:
    pages = [p.parent.parent for p in built_site.glob("*/cifras/cifras.json")]
    assert len(pages) >= 12
    for folder in pages:
        html = (folder / "index.html").read_text(encoding="utf-8")
        told = (folder / "cifras" / "index.html").read_text(encoding="utf-8")
        for recipe in json.loads((folder / "cifras" / "cifras.json").read_bytes()):
            if recipe["operacion"] != "list":  # the records' pages lead to that one
                assert f'/cifras/#{recipe["id"]}"' in html, (folder.name, recipe["id"])
            assert f'id="{recipe["id"]}"' in told
            assert recipe["filas_sha256"] in told
        assert html.count("<dd><a href") >= 1


def test_every_chart_is_published_as_numbers_and_as_a_drawing(built_site: Path) -> None:
    """The CSV says what the recipe counted, and both files are where the page says."""
    charts = 0
    for page in sorted(built_site.glob("*/cifras/cifras.json")):
        html = (page.parents[1] / "index.html").read_text(encoding="utf-8")
        for recipe in json.loads(page.read_bytes()):
            if not recipe["agrupa"] or recipe["operacion"] == "list":
                continue
            charts += 1
            name = recipe["id"].removeprefix("grafica-")
            table, drawing = page.parent / f"{name}.csv", page.parent / f"{name}.svg"
            assert f'/cifras/{table.name}" download' in html
            assert f'/cifras/{drawing.name}" download' in html
            rows = list(csv.reader(table.read_text(encoding="utf-8-sig").splitlines()))[1:]
            said = [sum(map(float, row[1:])) for row in rows]
            assert said == pytest.approx([p["valor"] for p in recipe["partes"]], abs=0.01), (page, name)
            assert ET.fromstring(drawing.read_bytes()).tag.endswith("svg")
    assert charts > 20


def test_an_indicator_has_its_line_as_files(built_site: Path) -> None:
    drawn = sorted(built_site.glob("indicadores/*/serie.csv"))
    told = json.loads((built_site / "indicadores" / "cifras" / "cifras.json").read_bytes())
    recipe = next(r for r in told if r["operacion"] == "list")
    taken = pl.read_parquet(built_site / recipe["archivo"].lstrip("/"))
    for column, value in recipe["donde"].items():
        taken = taken.filter(pl.col(column).fill_null("").is_in(["", value]))
    key = "indicador_id"
    assert len(drawn) > 10
    for table in drawn:
        observed = json.loads((table.parent / "index.json").read_bytes())["tablas"]["observaciones"]
        rows = list(csv.reader(table.read_text(encoding="utf-8-sig").splitlines()))[1:]
        html = (table.parent / "index.html").read_text(encoding="utf-8")
        assert f'href="/indicadores/cifras/#{recipe["id"]}"' in html
        mine = taken.filter(pl.col(key) == table.parent.name).drop_nulls(recipe["columna"])
        again = dict(mine.select(recipe["agrupa"], recipe["columna"]).iter_rows())
        assert {r[0]: float(r[1]) for r in rows if r[1]} == pytest.approx(again)
        given = {o["periodo"]: o["valor"] for o in observed if o["serie"] == "_T" and o["valor"] is not None}
        assert {r[0]: float(r[1]) for r in rows if r[1]} == pytest.approx(given)
        assert ET.parse(table.with_suffix(".svg")).getroot().tag.endswith("svg")


def other_numbers(
    site: Path, read: Callable[[str], pl.DataFrame], recipe: dict[str, Any], ids: set[str]
) -> Iterator[str]:
    """Yield what differs of the years, the sums and the other sides of a body's or supplier's records."""
    main = "/".join([*recipe["lugares"][0]["archivo"].split("/")[:-1], "datapackage.json"])
    first = json.loads((site / main.lstrip("/")).read_bytes())["resources"][0]["name"]
    rows = read(main.replace("datapackage.json", f"{first}.parquet")).filter(pl.col("id").is_in(list(ids)))
    zero = pl.lit(0.0)
    amount = pl.col(recipe["monto"]).cast(pl.Float64).fill_null(0) if recipe["monto"] else zero
    year = (
        pl.col(recipe["fecha"]).cast(pl.String).str.slice(0, 4).fill_null("")
        if recipe["fecha"]
        else pl.lit("")
    )
    years = rows.group_by(year.alias("k")).agg(pl.len(), amount.sum().alias("s")).sort("k")
    if dict(zip(years["k"], years["len"], strict=True)) != recipe["por_anio"]:
        yield f"por_anio {recipe['por_anio']}"
    if recipe["monto"] and not all(
        near(recipe["suma_por_anio"][k], s) for k, s in zip(years["k"], years["s"], strict=True)
    ):
        yield f"suma_por_anio {recipe['suma_por_anio']}"
    if not near(float(years["s"].sum()), recipe["suma"]):
        yield f"suma {recipe['suma']}"
    if recipe["contraparte"]:
        side = rows.filter(pl.col(recipe["contraparte"]).is_not_null()).group_by(recipe["contraparte"])
        found = {r[0]: (r[1], r[2]) for r in side.agg(pl.len(), amount.sum().alias("s")).iter_rows()}
        told = recipe["por_contraparte"]
        if {k: v[0] for k, v in found.items()} != {k: v[0] for k, v in told.items()} or not all(
            near(found[k][1], told[k][1]) for k in found
        ):
            yield f"por_contraparte {told}"


def test_what_is_told_of_a_body_or_supplier_comes_out_the_same(built_site: Path) -> None:
    frames: dict[str, pl.DataFrame] = {}

    def read(address: str) -> pl.DataFrame:
        if address not in frames:
            frames[address] = pl.read_parquet(built_site / address.lstrip("/"))
        return frames[address]

    differences: list[str] = []
    counted = 0
    every = [p for kind in ("entes", "proveedores") for p in sorted(built_site.glob(f"{kind}/*/cifras.json"))]
    pages = [p for p in every if p.parent.name != "cifras"]
    for page in pages:
        html = (page.parent / "index.html").read_text(encoding="utf-8")
        for recipe in json.loads(page.read_bytes()):
            counted += 1
            ids: set[str] = set()
            for place in recipe["lugares"]:
                frame = read(place["archivo"])
                named = frame.filter(pl.col(place["columna"]).cast(pl.String) == recipe["clave"])
                ids |= set(named[place["une"]])
            digest = hashlib.sha256("".join(f"{k}\n" for k in sorted(ids)).encode()).hexdigest()
            if len(ids) != recipe["valor"] or digest != recipe["filas_sha256"]:
                differences.append(f"{page.parent.name} {recipe['conjunto']}: {recipe['valor']}, {len(ids)}")
            differences += [
                f"{page.parent.name} {recipe['conjunto']}: {x}"
                for x in other_numbers(built_site, read, recipe, ids)
            ]
            assert f'href="#cifra-{recipe["conjunto"]}"' in html
            assert f'id="cifra-{recipe["conjunto"]}"' in html
    assert counted > 200
    assert differences == []
