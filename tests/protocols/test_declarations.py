"""A source is one TOML file: every protocol can be declared, and what is wrong exits 30 with the remedy."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from vitrina import config, registry, scaffold
from vitrina.errors import ConfigurationError
from vitrina.protocols import PROTOCOLS

HEAD = 'id = "fuente"\ntitle = "Fuente"\nsystem = "obras"\nprotocol = "{}"\nfrequency = "mensual"\n'
OAUTH = """\
token_url = "https://api.ejemplo.mx/oauth/token"
search_url = "https://api.ejemplo.mx/v1/spic"
username_env = "CLAVE_A"
password_file = "secretos/clave"
client_id = "portal"
client_secret_env = "CLAVE_B"
"""
GOOD = {
    "folder": 'path = "data/entrada"\npattern = "*.csv"\n',
    "http_file": 'url = "https://a.ejemplo.mx/x.csv"\ntoken_env = "CLAVE"\nca_file = "ca.pem"\nrequest_seconds = 600\n',
    "pdn_v1": OAUTH + 'scope = "read"\npage_size = 200\ndependencias_url = "https://api.ejemplo.mx/d"\n',
    "pdn_s1": OAUTH + 'page_size = 50\nsort = { nombres = "asc" }\n',
    "pdn_s6": 'search_url = "https://a.ejemplo.mx/records"\nunique_ids = false\nallow_hosts = ["b.ejemplo.mx"]\n',
    "directus": 'url = "https://a.ejemplo.mx/items/x"\ntoken_env = "CLAVE"\nsort = "id"\nfields = "*.*"\n',
    "s3_wrapper": 'url = "https://a.ejemplo.mx/api/v1/x/1"\ninsecure = false\nprivate_network = true\n',
    "ocds_api": 'kind = "years"\nyears_url = "https://a.ejemplo.mx/y"\nyear_url = "https://a.ejemplo.mx/{year}"\n',
}
BAD = {
    "unknown-protocol": ("paloma", "", "paloma"),
    "no-table": ("directus", None, "directus"),
    "misspelt-key": ("directus", 'url = "https://a.ejemplo.mx"\ntoken_evn = "X"\n', "token_evn"),
    "secret-in-the-file": ("directus", 'url = "https://a.ejemplo.mx"\ntoken = "abc-secreto"\n', "token"),
    "client-secret-in-the-file": ("pdn_v1", OAUTH + 'client_secret = "abc-secreto"\n', "client_secret"),
    "no-search": ("pdn_s1", 'token_url = "https://a.ejemplo.mx"\n', "search_url"),
    "page-too-big": ("pdn_v1", OAUTH + "page_size = 201\n", "page_size"),
    "kind-without-its-address": ("ocds_api", 'kind = "files"\nurl = "https://a.ejemplo.mx"\n', "urls"),
    "year-address-without-year": (
        "ocds_api", 'kind = "years"\nyears_url = "https://a.mx"\nyear_url = "https://a.mx"\n', "year_url",
    ),
    "not-http": ("http_file", 'url = "file:///etc/passwd"\n', "url"),
}  # fmt: skip


def load(root: Path, protocol: str, table: str | None) -> tuple[registry.Source, ...]:
    settings = config.settings(root, date(2026, 3, 1))
    scaffold.new_system(settings, "obras")
    path = settings.sources / "fuente.toml"
    path.parent.mkdir(parents=True, exist_ok=True)
    body = "" if table is None else f"\n[{protocol}]\n{table}"
    path.write_text(HEAD.format(protocol) + body, encoding="utf-8")
    return registry.load_sources(settings, registry.load_systems(settings))


def test_every_protocol_has_an_example_here() -> None:
    assert set(GOOD) == set(PROTOCOLS)


@pytest.mark.parametrize("protocol", GOOD)
def test_every_protocol_can_be_declared(tmp_path: Path, protocol: str) -> None:
    (source,) = load(tmp_path, protocol, GOOD[protocol])
    assert source.protocol in PROTOCOLS and source.options[protocol]


@pytest.mark.parametrize("case", BAD)
def test_a_wrong_declaration_exits_30_and_says_where(tmp_path: Path, case: str) -> None:
    protocol, table, named = BAD[case]
    with pytest.raises(ConfigurationError) as wrong:
        load(tmp_path, protocol, table)
    assert wrong.value.exit_code == 30 and wrong.value.remedy
    assert named in wrong.value.message
    assert "abc-secreto" not in str(wrong.value)
