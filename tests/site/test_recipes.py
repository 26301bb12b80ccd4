"""Every figure of the sample portal counted again from its published Parquet, by another program: no difference."""

from __future__ import annotations

import hashlib
import json
from datetime import date
from pathlib import Path
from typing import Any

import polars as pl

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


def near(a: float, b: float) -> bool:
    return abs(a - b) <= 0.005 + 1e-9 * abs(b)


def test_every_figure_comes_out_the_same(built_site: Path) -> None:
    differences: list[str] = []
    figures = 0
    for page in sorted(built_site.glob("*/cifras/cifras.json")):
        slug = page.parent.parent.name
        for recipe in json.loads(page.read_bytes()):
            figures += 1
            frame = pl.read_parquet(built_site / recipe["archivo"].lstrip("/"))
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
    assert differences == []


def test_every_figure_of_a_dataset_page_leads_to_its_recipe(built_site: Path) -> None:
    pages = [p.parent.parent for p in built_site.glob("*/cifras/cifras.json")]
    assert len(pages) >= 12
    for folder in pages:
        html = (folder / "index.html").read_text(encoding="utf-8")
        told = (folder / "cifras" / "index.html").read_text(encoding="utf-8")
        for recipe in json.loads((folder / "cifras" / "cifras.json").read_bytes()):
            assert f'/cifras/#{recipe["id"]}"' in html, (folder.name, recipe["id"])
            assert f'id="{recipe["id"]}"' in told
            assert recipe["filas_sha256"] in told
        assert html.count("<dd><a href") >= 1
