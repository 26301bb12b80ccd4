"""A state's identity: its colours can be read in both schemes, and another state changes them in its own folder."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from toy_portal import make_toy

from vitrina import portal
from vitrina.config import HOME, Settings
from vitrina.errors import ConfigurationError

CSS = (HOME / "themes" / "vitrina" / "css" / "identidad.css").read_text(encoding="utf-8")
TEXT_ON = {
    "tinta": ("papel", "hoja", "casa-suave", "aviso-fondo", "marca-texto", "mapa-1", "mapa-2"),
    "tinta-suave": ("papel", "hoja", "casa-suave"),
    "enlace": ("papel", "hoja", "casa-suave"),
    "visitado": ("papel", "hoja", "casa-suave"),
    "aviso": ("papel", "hoja"),
    "bien": ("papel", "hoja"),
    "duda": ("papel", "hoja"),
    "casa-tinta": ("casa",),
    "mapa-tinta": ("mapa-3", "mapa-4"),
}
SHAPE_ON = {
    "serie": ("papel", "hoja"),
    "aviso": ("papel", "hoja"),
    **{f"parte-{n}": ("papel", "hoja") for n in range(1, 6)},
    "raya-firme": ("papel", "hoja"),
    "foco": ("casa",),
}
STATES = {
    "Estado de Ocotlán del Mar": ("#5b2a86", "OM"),
    "Estado de Tepetlán y Anexas de la Frontera Nororiental": ("#7a1f1f", "TEP"),
}


def colours(scheme: str) -> dict[str, str]:
    """Return the identity's colours in one scheme; the dark one redefines the light one."""
    light, dark = CSS.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", light))
    return found | dict(re.findall(r"--([a-z0-9-]+): (#[0-9a-f]{6});", dark)) if scheme == "dark" else found


def luminance(colour: str) -> float:
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(scheme: str) -> None:
    found = colours(scheme)
    for least, pairs in ((4.5, TEXT_ON), (3.0, SHAPE_ON)):
        for front, backs in pairs.items():
            for back in backs:
                ratio = contrast(found[front], found[back])
                assert ratio >= least, f"{scheme}: {front} sobre {back}: {ratio:.2f}"


@pytest.mark.parametrize("state", STATES)
def test_another_state_changes_name_colours_and_crest_in_its_own_folder(state: str, tmp_path: Path) -> None:
    colour, initials = STATES[state]
    toy = make_toy(tmp_path / "raiz")
    own_identity(toy, state, initials)
    (toy.root / "identidad.css").write_text(f":root {{ --casa: {colour}; }}\n", encoding="utf-8")
    (toy.root / "escudo.svg").write_text('<svg xmlns="http://www.w3.org/2000/svg"/>', encoding="utf-8")
    out = tmp_path / "sitio"
    portal.render(toy, out)
    page = (out / "index.html").read_text(encoding="utf-8")
    assert state in page and "Xaltepec" not in page.split("<main")[0]
    assert '<img class="marca__escudo" src="/recursos/escudo.svg" alt="" width="44" height="44">' in page
    assert (out / "recursos" / "escudo.svg").is_file()
    sheet = next((out / "recursos").glob("main-*.css")).read_text(encoding="utf-8")
    assert re.findall(r"--casa:\s*(#[0-9a-f]{6})", sheet)[-1] == colour


def own_identity(toy: Settings, state: str, initials: str) -> None:
    conf = (HOME / "publishconf.py").read_text(encoding="utf-8")
    conf = (
        conf.replace("Estado de Xaltepec", state)
        .replace("Xaltepec", "la Prueba")
        .replace('"XA"', f'"{initials}"')
    )
    conf = conf.replace('    # "crest": "escudo.svg",', '    "crest": "escudo.svg",')
    (toy.root / "publishconf.py").write_text(conf, encoding="utf-8")


def test_a_crest_that_is_not_there_stops_the_render(tmp_path: Path) -> None:
    toy = make_toy(tmp_path / "raiz")
    own_identity(toy, "Otro estado", "OE")
    with pytest.raises(ConfigurationError, match=r"escudo\.svg"):
        portal.render(toy, tmp_path / "sitio", bundled={})
