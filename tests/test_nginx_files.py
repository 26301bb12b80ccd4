"""The committed NGINX files are those the rules write, and NGINX itself accepts them as an operator installs them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from vitrina import hosting

CONF = Path(__file__).resolve().parents[1] / "deploy" / "nginx"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
WHY = "NGINX no está instalado (apt-get install nginx-light): no se puede comprobar su configuración"


@pytest.mark.parametrize("name", hosting.NGINX)
def test_the_committed_nginx_files_agree_with_the_rules(name: str) -> None:
    assert (CONF / name).read_text(encoding="utf-8") == hosting.NGINX[name](), (
        "Vuelva a escribirlos: python -m vitrina.hosting deploy/nginx"
    )


@pytest.mark.nginx
@pytest.mark.skipif(not NGINX, reason=WHY)
def test_the_whole_configuration_passes_nginx_own_check(tmp_path: Path, free_port: Callable[[], int]) -> None:
    """`nginx -t` on vitrina.conf as an operator installs it, with a throw-away certificate."""
    key, chain = tmp_path / "llave.pem", tmp_path / "cadena.pem"
    openssl = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-days",
        "2",
    ]
    if not shutil.which("openssl"):
        pytest.skip("openssl no está instalado: no se puede hacer el certificado de la prueba")
    subprocess.run([*openssl, "-keyout", key, "-out", chain], check=True, capture_output=True)
    text = (CONF / "vitrina.conf").read_text(encoding="utf-8")
    for old, new in {
        "/etc/nginx/vitrina": shutil.copytree(CONF, tmp_path / "conf"),
        "/etc/ssl/vitrina": tmp_path,
        "/srv/vitrina/build/site/current": tmp_path,
        "/var/log/nginx": tmp_path,
    }.items():
        assert old in text
        text = text.replace(old, str(new))
    text = re.sub(r"listen \[::\]:\d+.*;", "", text)  # no IPv6 and no low port where the tests run
    text = re.sub(r"listen \d+", lambda _: f"listen 127.0.0.1:{free_port()}", text)
    (tmp_path / "nginx.conf").write_text(
        f"pid {tmp_path}/pid; events {{}} http {{ access_log off;"
        f" client_body_temp_path {tmp_path}/b; proxy_temp_path {tmp_path}/p;"
        f" fastcgi_temp_path {tmp_path}/f; uwsgi_temp_path {tmp_path}/u; scgi_temp_path {tmp_path}/s;\n{text}\n}}"
    )
    assert NGINX
    command = [NGINX, "-t", "-p", tmp_path, "-c", tmp_path / "nginx.conf", "-e", tmp_path / "error.log"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "[emerg]" not in result.stderr
    assert "[warn]" not in result.stderr


def test_policies_hold_no_unsafe_word() -> None:
    text = " ".join((hosting.CSP_HTML, hosting.CSP_SCRIPT, hosting.CSP_OTHER))
    assert "unsafe" not in text
    assert "*" not in text
    assert "http" not in text
