"""Simulated records for the search benchmarks: names, institutions and procurement words with an invented long tail."""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import polars as pl

from vitrina.search.documents import CARD, combined

SURNAMES = [
    "García",
    "Hernández",
    "Martínez",
    "López",
    "González",
    "Rodríguez",
    "Pérez",
    "Sánchez",
    "Ramírez",
    "Cruz",
    "Flores",
    "Gómez",
    "Morales",
    "Vázquez",
    "Reyes",
    "Jiménez",
    "Torres",
    "Díaz",
    "Gutiérrez",
    "Ruiz",
    "Mendoza",
    "Aguilar",
    "Ortiz",
    "Moreno",
    "Castillo",
    "Romero",
    "Álvarez",
    "Méndez",
    "Chávez",
    "Rivera",
    "Juárez",
    "Ramos",
    "Domínguez",
    "Herrera",
    "Medina",
    "Castro",
    "Vargas",
    "Guzmán",
    "Velázquez",
    "Muñoz",
    "Rojas",
    "Contreras",
    "Salazar",
    "Luna",
    "Ortega",
    "Guerrero",
    "Ríos",
    "Estrada",
    "Bautista",
    "Lara",
    "Cervantes",
    "Silva",
    "Soto",
    "Alvarado",
    "Núñez",
    "Peña",
    "Güemez",
    "Íñiguez",
    "Ibarra",
    "Zavala",
    "Xicoténcatl",
    "Tlahuel",
]
NAMES = [
    "José",
    "Juan",
    "María",
    "Guadalupe",
    "Francisco",
    "Antonio",
    "Jesús",
    "Miguel",
    "Pedro",
    "Alejandro",
    "Manuel",
    "Margarita",
    "Carlos",
    "Rosa",
    "Juana",
    "Ana",
    "Verónica",
    "Leticia",
    "Fernando",
    "Ricardo",
    "Javier",
    "Patricia",
    "Elizabeth",
    "Gabriela",
    "Jorge",
    "Xóchitl",
    "Ángel",
    "Sofía",
    "Íñigo",
    "Óscar",
    "Raúl",
]
THINGS = [
    "adquisición",
    "obra",
    "pública",
    "camino",
    "rural",
    "equipo",
    "cómputo",
    "mantenimiento",
    "hospital",
    "drenaje",
    "escuela",
    "uniformes",
    "luz",
    "construcción",
    "rehabilitación",
    "servicio",
    "limpieza",
    "vigilancia",
    "medicamento",
    "material",
    "papelería",
    "vehículo",
    "combustible",
    "arrendamiento",
    "suministro",
    "instalación",
    "red",
    "agua",
    "potable",
    "pavimentación",
    "calle",
    "avenida",
    "centro",
    "salud",
    "programa",
    "estudio",
    "proyecto",
    "supervisión",
    "consultoría",
    "capacitación",
    "software",
    "licencia",
    "impresión",
    "difusión",
    "evento",
    "alimentos",
    "despensa",
    "ganado",
    "semilla",
    "fertilizante",
    "puente",
    "carretera",
    "parque",
    "mercado",
    "rastro",
    "panteón",
    "alumbrado",
    "electrificación",
    "techumbre",
    "aula",
    "barda",
    "cancha",
    "unidad",
    "deportiva",
]
BODIES = ["Secretaría", "Instituto", "Comisión", "Ayuntamiento", "Universidad", "Fideicomiso", "Organismo"]
SYLLABLES = [
    a + b for a in "bcdfghjlmnprstvz" for b in ("a", "e", "i", "o", "u", "an", "er", "on", "al", "is")
]


def simulated(count: int, seed: int = 5) -> pl.DataFrame:
    """Return *count* documents of three systems, numbered: people, contracts and companies."""
    pick = np.random.default_rng(seed)
    tail = np.array([_word(pick) for _ in range(max(2_000, min(120_000, count)))])
    places = np.array([_word(pick).capitalize() for _ in range(217)])
    bodies = np.array(
        [
            f"{BODIES[n % len(BODIES)]} de {THINGS[n % len(THINGS)].capitalize()} de {places[n % 217]}"
            for n in range(800)
        ]
    )
    firms = np.array(
        [
            f"{a.capitalize()} {b} S.A. de C.V."
            for a, b in zip(*pick.choice(tail, (2, max(500, count // 20))), strict=True)
        ]
    )
    kind = pick.integers(0, 2, count)
    surname, name = _zipf(pick, np.array(SURNAMES), (count, 2)), _zipf(pick, np.array(NAMES), (count, 2))
    people = [f"{a} {b} {c} {d}" if two else f"{a} {c} {d}" for (a, b), (c, d), two in
              zip(name, surname, pick.random(count) < 0.6, strict=True)]  # fmt: skip
    common, rare = _zipf(pick, np.array(THINGS), (count, 9)), _zipf(pick, tail, (count, 3))
    titles = [f"{' '.join(a)} {' '.join(b)}" for a, b in zip(common, rare, strict=True)]
    days = np.datetime64("2015-01-01") + pick.integers(0, 4_000, count).astype("timedelta64[D]")
    years = days.astype("datetime64[Y]").astype(str)
    is_person = kind == 0
    keys = [
        f"SFP/{y}/{n:06d}-B" if p else f"ocds-07smqs-{n:08d}"
        for n, (y, p) in enumerate(zip(years, is_person, strict=True))
    ]
    ente, firm = _zipf(pick, bodies, count), _zipf(pick, firms, count)
    amount = np.round(np.exp(pick.normal(13, 2, count)), 2)
    blank = np.where(is_person, "", firm)
    frame = pl.DataFrame(
        {
            "system": np.where(is_person, "s3-servidores", "s6-contrataciones").tolist(),
            "url": [f"/{'s3-servidores' if p else 's6-contrataciones'}/{n:x}/" for n, p in enumerate(is_person)],
            "title": [a if p else b for p, a, b in zip(is_person, people, titles, strict=True)],
            "subtitle": [f"{e} · {f}" if f else e for e, f in zip(ente, blank, strict=True)],
            "date": np.where(pick.random(count) < 0.02, "", days.astype(str)).tolist(),
            "amount": np.where(is_person, np.nan, amount),
            "ente": ente.tolist(),
            "status": pick.choice(["Adjudicada", "Desierta", "Firme", "En curso"], count).tolist(),
            "type": pick.choice(["Licitación", "Adjudicación directa", "Invitación", "Inhabilitación"], count).tolist(),
            "level": pick.choice(["Estatal", "Municipal"], count).tolist(),
            "municipality": _zipf(pick, places, count).tolist(),
            "supplier": blank.tolist(),
            "period_end": [""] * count,
            "person": is_person.astype(np.int8),
            "w8": [a if p else b for p, a, b in zip(is_person, people, titles, strict=True)],
            "w6": keys,
            "w4": blank.tolist(),
            "w3": ente.tolist(),
        }
    ).with_columns(pl.col("amount").fill_nan(None))  # fmt: skip
    return combined([frame.cast({"person": CARD["person"]})])


def _word(pick: np.random.Generator) -> str:
    return "".join(SYLLABLES[n] for n in pick.integers(0, len(SYLLABLES), pick.integers(2, 5)))


def _zipf(pick: np.random.Generator, values: np.ndarray, shape: int | tuple[int, ...]) -> np.ndarray:
    weight = 1 / np.arange(1, len(values) + 1) ** 0.9
    return pick.choice(values, shape, p=weight / weight.sum())


if __name__ == "__main__":
    read = argparse.ArgumentParser()
    read.add_argument("count", type=int)
    read.add_argument("file", type=Path)
    given = read.parse_args()
    simulated(given.count).write_ipc(given.file)
