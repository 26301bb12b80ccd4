"""A real NGINX for the tests, on the committed configuration."""

from __future__ import annotations

import http.client
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

REPO = Path(__file__).resolve().parents[1]
CONF = REPO / "deploy" / "nginx"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
WHY = "NGINX no está instalado: se prueba solo `vitrina serve` (instálelo con apt-get install nginx-light)"
MAIN = """
daemon off; master_process off; worker_processes 1; pid {work}/nginx.pid; error_log {work}/error.log warn;
events {{ worker_connections 64; }}
http {{
    access_log off;
    client_body_temp_path {work}/body; proxy_temp_path {work}/proxy; fastcgi_temp_path {work}/fastcgi;
    uwsgi_temp_path {work}/uwsgi; scgi_temp_path {work}/scgi;
    include "{conf}/vitrina-maps.conf";
    server {{ listen 127.0.0.1:{port}; root "{root}"; include "{conf}/vitrina-site.conf"; }}
}}
"""


def wait_for(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when *port* answers; fail with NGINX's own words when it does not start."""
    for _ in range(100):
        try:
            http.client.HTTPConnection("127.0.0.1", port, timeout=2).request("HEAD", "/")
            return
        except OSError:
            assert process.poll() is None, log.read_text() if log.exists() else "nginx no arrancó"
            time.sleep(0.05)
    raise AssertionError("nginx no abrió su puerto")


@contextmanager
def run_nginx(root: Path, work: Path, free_port: Callable[[], int]) -> Iterator[int]:
    """Run NGINX as the present user, with a prefix, port and pid of its own, on the committed configuration."""
    assert NGINX
    shutil.copytree(CONF, work / "conf")
    port = free_port()
    (work / "nginx.conf").write_text(MAIN.format(work=work, conf=work / "conf", port=port, root=root))
    command = [NGINX, "-p", str(work), "-c", str(work / "nginx.conf"), "-e", str(work / "error.log")]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        wait_for(port, process, work / "error.log")
        yield port
    finally:
        process.terminate()
        process.wait(10)
