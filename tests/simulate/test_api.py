"""The simulated API answers as the documented servers do: shapes, errors, paging, filters, and each fault at its switch."""

from __future__ import annotations

import gzip
import http.client
import json
from collections.abc import Callable, Iterator
from datetime import date
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest

from vitrina.errors import UsageError
from vitrina.simulate import api, api_data, demo
from vitrina.simulate.api_faults import KINDS, Fault, parse
from vitrina.simulate.api_tokens import Account

DAY = date(2026, 11, 20)
ROWS = 45
USER = Account()
V2 = "servidores_intervengan_procedimientos_contrataciones"


@pytest.fixture(scope="module")
def data() -> api_data.Datasets:
    return api_data.simulated(DAY, ROWS)


class Talk:
    """A plain client: one connection per request, nothing repaired."""

    def __init__(self, server: api.Server) -> None:
        self.server = server

    def ask(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Any:
        parts = urlsplit(self.server.base_url)
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            content = answer.read()
            kind = answer.headers.get("Content-Type", "")
            parsed = json.loads(content) if kind.startswith("application/json") and content else None
            return SimpleNamespace(status=answer.status, headers=answer.headers, body=content, json=parsed)
        finally:
            connection.close()

    def grant(self, path: str = "/oauth/token", **changes: str | None) -> Any:
        form = {
            "grant_type": "password", "username": USER.username, "password": USER.password, "scope": "read",
            "client_id": USER.client_id, "client_secret": USER.client_secret,
        } | changes  # fmt: skip
        sent = urlencode({k: v for k, v in form.items() if v is not None})
        return self.ask("POST", path, sent, {"Content-Type": "application/x-www-form-urlencoded"})

    def search(self, body: Any, path: str = "/v1/spic", token: str | None = None) -> Any:
        token = self.grant().json["access_token"] if token is None else token
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {token}"} if token else {}
        )
        return self.ask("POST", path, body if isinstance(body, str) else json.dumps(body), headers)

    def items(self, name: str = V2, token: str = USER.static_token, **query: Any) -> Any:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return self.ask("GET", f"/items/{name}?{urlencode(query)}", None, headers)


@pytest.fixture
def start(data: api_data.Datasets) -> Iterator[Callable[..., Talk]]:
    """A function that starts a server with faults and gives somebody to talk to it."""
    running = []

    def begin(*faults: Fault, datasets: Any = None, **more: Any) -> Talk:
        context = api.make_server(datasets or data, 0, faults, **more).running()
        running.append(context)
        return Talk(context.__enter__())

    yield begin
    for context in running:
        context.__exit__(None, None, None)


@pytest.fixture
def talk(start: Callable[..., Talk]) -> Talk:
    return start()


# ── tokens ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_good_request_gets_a_token_whichever_way_the_client_comes(talk: Talk) -> None:
    in_form = talk.grant()
    basic = "Basic Y2xpZW50ZS1zaW11bGFkbzpzZWNyZXRvLXNpbXVsYWRv"
    form = {"grant_type": "password", "username": USER.username, "password": USER.password, "scope": "read"}
    as_json = talk.ask(
        "POST", "/oauth/token", json.dumps(form), {"Authorization": basic, "Content-Type": "application/json"}
    )

    for answer in (in_form, as_json):
        assert answer.status == 200
        assert answer.json["token_type"] == "Bearer"
        assert answer.json["expires_in"] == 600
        assert answer.json["scope"] == "read "
        assert {"refresh_token", "refresh_token_expires_in"} <= set(answer.json)
        assert answer.json["access_token"].count(".") == 2
    assert set(talk.grant("/s1/oauth/token").json) == {"access_token", "token_type", "expires_in"}


@pytest.mark.parametrize(
    ("changes", "v1", "s1"),
    [
        ({"password": "x"}, (401, "401"), (401, "e_4005")),
        ({"client_secret": "x"}, (401, "401"), (401, "e_4005")),
        ({"client_id": "x"}, (401, "401"), (401, "e_4005")),
        ({"client_id": None, "client_secret": None}, (401, "401"), (401, "e_4001")),
        ({"password": None}, (422, "422"), (401, "e_4001")),
        ({"username": None}, (422, "422"), (401, "e_4001")),
        ({"grant_type": None}, (401, "401"), (401, "e_4002")),
        ({"grant_type": "client_credentials"}, (401, "401"), (401, "e_4003")),
        ({"scope": "admin"}, (422, "422"), (401, "e_4007")),
    ],
)  # fmt: skip
def test_a_bad_token_request_is_refused_as_documented(talk: Talk, changes: Any, v1: Any, s1: Any) -> None:
    answer = talk.grant(**changes)
    assert (answer.status, answer.json["code"]) == v1
    assert answer.json["message"]
    answer = talk.grant("/s1/oauth/token", **changes)
    assert (answer.status, answer.json["code"]) == s1
    assert "additionalInfo" in answer.json


def test_the_refresh_grant_drops_the_connection_in_v1_and_is_refused_in_s1(talk: Talk) -> None:
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        talk.grant(grant_type="refresh_token")
    assert talk.grant("/s1/oauth/token", grant_type="refresh_token").json["code"] == "e_4008"
    assert talk.grant().status == 200


def test_searches_without_a_good_token_are_refused_each_in_its_way(talk: Talk) -> None:
    good = talk.grant().json["access_token"]
    forged = good[:-3] + ("AAA" if not good.endswith("AAA") else "BBB")
    said = set()
    for token in ("", "abc", forged):
        answer = talk.search({}, token=token)
        assert (answer.status, answer.json["code"]) == (401, "401")
        said.add(answer.json["message"])
    assert len(said) == 3
    assert "jwt malformed" in said
    answer = talk.search({}, "/v2/declaraciones", token="")
    assert (answer.status, answer.json["code"]) == (403, "e_701")


def test_a_token_expires(start: Callable[..., Talk]) -> None:
    talk = start()
    tokens = talk.server.core().tokens
    ahead = [0.0]
    tokens.clock = lambda: ahead[0]
    token = talk.grant().json["access_token"]
    assert talk.search({}, token=token).status == 200
    ahead[0] = 599.0
    assert talk.search({}, token=token).status == 200
    ahead[0] = 601.0
    assert talk.search({}, token=token).status == 401


# ── search ────────────────────────────────────────────────────────────────────────────────────────────────


def test_pages_add_up_and_the_one_after_the_last_is_empty(talk: Talk) -> None:
    ids = []
    for page, more in ((1, True), (2, True), (3, False)):
        answer = talk.search({"page": page, "pageSize": 20}).json
        assert answer["pagination"] == {"pageSize": 20, "page": page, "totalRows": ROWS, "hasNextPage": more}
        ids += [r["id"] for r in answer["results"]]
    assert len(set(ids)) == len(ids) == ROWS
    beyond = talk.search({"page": 99, "pageSize": 20}).json
    assert (beyond["results"], beyond["pagination"]["page"], beyond["pagination"]["hasNextPage"]) == (
        [],
        99,
        False,
    )


def test_an_empty_body_and_a_form_mean_the_first_ten(talk: Talk) -> None:
    token = talk.grant().json["access_token"]
    form = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": f"Bearer {token}"}
    for answer in (talk.search({}), talk.ask("POST", "/v1/spic", "page=3&pageSize=7", form)):
        assert answer.status == 200
        assert answer.json["pagination"] | {"totalRows": 0} == {
            "pageSize": 10, "page": 1, "totalRows": 0, "hasNextPage": True,
        }  # fmt: skip


@pytest.mark.parametrize(
    ("body", "path", "status", "code"),
    [
        ({"page": "uno", "pageSize": "abc", "sort": {"nombres": "up"}}, "/v1/spic", 400, 400),
        ({"query": {"tipoProcedimiento": 1}}, "/v1/spic", 400, 400),
        ({"query": {"tipoProcedimiento": [9]}}, "/v1/spic", 400, 400),
        ({"pageSize": 0}, "/v1/spic", 422, "422"),
        ({"pageSize": 201}, "/v1/spic", 422, "422"),
        ({"pageSize": 201}, "/v1/ssancionados", 400, 400),
        ({"page": 0}, "/v1/spic", 422, "422"),
        ({"page": -1}, "/v1/psancionados", 422, "422"),
        ('{"page":1,', "/v1/spic", 400, 400),
        ({"page": 0}, "/v2/declaraciones", 400, "e_8001"),
        ({"pageSize": "x"}, "/v2/declaraciones", 400, "e_8001"),
    ],
)
def test_a_bad_search_is_refused_as_documented(
    talk: Talk, body: Any, path: str, status: int, code: Any
) -> None:
    answer = talk.search(body, path)
    assert (answer.status, answer.json["code"]) == (status, code)


def test_several_mistakes_come_in_one_message(talk: Talk) -> None:
    message = talk.search({"page": "uno", "pageSize": "abc", "sort": {"nombres": "up"}}).json["message"]
    assert message.count(" | ") == 2


def test_s1_clamps_page_sizes_and_breaks_on_malformed_json(talk: Talk) -> None:
    for asked, given in ((0, 10), (201, 200), (-5, 10)):
        assert talk.search({"pageSize": asked}, "/v2/declaraciones").json["pagination"]["pageSize"] == given
    answer = talk.search("{", "/v2/declaraciones")
    assert (answer.status, answer.headers["Content-Type"].split(";")[0]) == (500, "text/html")
    assert json.loads(answer.body)["code"] == "e_501"


def test_an_unknown_path_or_method_is_a_web_page(talk: Talk) -> None:
    for method, path in (("GET", "/v1/spic"), ("GET", "/v9/nada"), ("POST", "/items/x")):
        answer = talk.ask(method, path)
        assert (answer.status, answer.headers["Content-Type"]) == (404, "text/html; charset=utf-8")
        assert answer.body.startswith(b"<!DOCTYPE html>")


PEOPLE = [
    {"id": str(n), "nombres": name, "primerApellido": "X", "institucionDependencia": {"nombre": "Ente"},
     "tipoProcedimiento": [{"clave": code}]}
    for n, (name, code) in enumerate((("Ñuño", 1), ("Nuevo", 2), ("Núñez", 3), ("Ocampo", 1), ("Nunez", 5)))
]  # fmt: skip


def names(answer: Any) -> list[str]:
    return [r["nombres"] for r in answer.json["results"]]


def test_filters_are_accent_blind_but_know_the_enie(start: Callable[..., Talk]) -> None:
    talk = start(datasets=api_data.Datasets(DAY, {"spic": PEOPLE}))
    assert names(talk.search({"query": {"nombres": "NUÑ"}})) == ["Núñez"]
    assert names(talk.search({"query": {"nombres": "nun"}})) == ["Nunez"]
    assert names(talk.search({"query": {"nombres": "nu", "tipoProcedimiento": [2, 5]}})) == ["Nuevo", "Nunez"]
    assert names(talk.search({"query": {"nombres": "", "tipoProcedimiento": []}})) == [
        p["nombres"] for p in PEOPLE
    ]
    assert names(talk.search({"query": {"id": "3", "nombres": "no existe"}})) == ["Ocampo"]
    assert names(talk.search({"query": {"nombres": "(.*)"}})) == []


def test_sorting_is_spanish(start: Callable[..., Talk]) -> None:
    talk = start(datasets=api_data.Datasets(DAY, {"spic": PEOPLE}))
    order = names(talk.search({"sort": {"nombres": "asc"}}))
    assert order == ["Nuevo", "Nunez", "Núñez", "Ñuño", "Ocampo"]
    assert names(talk.search({"sort": {"nombres": "desc"}})) == order[::-1]


def test_s1_filters_by_ranges_and_nested_names(talk: Talk, data: api_data.Datasets) -> None:
    body = {"pageSize": 200, "query": {"bienesInmuebles": {"superficieTerreno": {"min": 100, "max": 400}}}}
    found = talk.search(body, "/v2/declaraciones").json["results"]
    assert 0 < len(found) < ROWS
    for record in found:
        estates = record["declaracion"]["situacionPatrimonial"]["bienesInmuebles"]["bienInmueble"]
        assert any(100 <= e["superficieTerreno"]["valor"] <= 400 for e in estates)
    body = {
        "pageSize": 200,
        "query": {"datosEmpleoCargoComision": {"nivelOrdenGobierno": "MUNICIPAL_ALCALDIA"}},
    }
    found = talk.search(body, "/v2/declaraciones").json["results"]
    jobs = [r["declaracion"]["situacionPatrimonial"]["datosEmpleoCargoComision"] for r in found]
    assert found
    assert {j["nivelOrdenGobierno"] for j in jobs} == {"MUNICIPAL_ALCALDIA"}


def test_dependencias_is_a_bare_list_and_each_name_finds_somebody(talk: Talk) -> None:
    token = talk.grant().json["access_token"]
    found = talk.ask("GET", "/v1/spic/dependencias", None, {"Authorization": f"Bearer {token}"}).json
    assert found
    assert all(set(e) == {"nombre", "siglas", "clave"} for e in found)
    name = found[0]["nombre"]
    assert talk.search({"query": {"institucionDependencia": name}}).json["pagination"]["totalRows"] > 0
    assert talk.ask("GET", "/v1/spic/dependencias").status == 401


# ── Directus and the wrapper ──────────────────────────────────────────────────────────────────────────────


def test_directus_gives_relations_as_ids_unless_fields_go_deep(talk: Talk) -> None:
    plain = talk.items("faltas_administrativas_graves", limit=1).json["data"][0]
    assert isinstance(plain["datosGenerales"], int)
    assert all(isinstance(x, int) for x in plain["tipoSancion"])
    rows = talk.items("faltas_administrativas_graves", fields="*.*.*", limit=ROWS).json["data"]
    terms = [
        s["sancionEconomica"]["plazoPago"] for r in rows for s in r["tipoSancion"] if s["sancionEconomica"]
    ]
    assert terms
    assert all(isinstance(t, int) for t in terms)
    rows = talk.items("faltas_administrativas_graves", fields="*.*.*.*.*", limit=ROWS).json["data"]
    terms = [
        s["sancionEconomica"]["plazoPago"] for r in rows for s in r["tipoSancion"] if s["sancionEconomica"]
    ]
    assert all(isinstance(t, dict) for t in terms)
    one = talk.items("faltas_administrativas_graves", fields="expediente,datosGenerales.sexo", limit=1).json[
        "data"
    ][0]
    assert set(one) == {"expediente", "datosGenerales"}
    assert set(one["datosGenerales"]) == {"sexo"}


def test_directus_pages_counts_and_limits(talk: Talk) -> None:
    assert "meta" not in talk.items(limit=1).json
    answer = talk.items(limit=20, offset=40, meta="*").json
    assert answer["meta"] == {"total_count": ROWS, "filter_count": ROWS}
    assert len(answer["data"]) == 5
    assert talk.items(limit=20, page=2).json["data"] == talk.items(limit=20, offset=20).json["data"]
    assert talk.items(limit=7, offset=3).json["data"] == talk.items(limit=10).json["data"][3:]
    assert len(talk.items(limit=-1).json["data"]) == ROWS
    assert talk.items(limit=20, offset=500).json["data"] == []


def test_directus_filters_and_sorts(talk: Talk, data: api_data.Datasets) -> None:
    days = sorted(r["fecha"] for r in data.records[V2])
    answer = talk.items(
        **{"filter[fecha][_gte]": days[30], "limit": 100, "meta": "filter_count", "sort": "-fecha"}
    ).json
    found = [r["fecha"] for r in answer["data"]]
    assert found == sorted((d for d in days if d >= days[30]), reverse=True)
    assert answer["meta"] == {"filter_count": len(found)}
    nested = json.dumps(
        {"_and": [{"datosGenerales": {"sexo": {"_eq": "MUJER"}}}, {"fecha": {"_lt": days[30]}}]}
    )
    rows = talk.items(filter=nested, fields="*.*", limit=100).json["data"]
    assert rows
    assert all(r["datosGenerales"]["sexo"] == "MUJER" and r["fecha"] < days[30] for r in rows)
    assert talk.items(sort="date_created").status == 200


@pytest.mark.parametrize(
    ("query", "token", "status", "code"),
    [
        ({}, "", 403, "FORBIDDEN"),
        ({}, "abc", 401, "INVALID_CREDENTIALS"),
        (
            {"fields": "id,tipoProcedimiento"},
            USER.static_token,
            403,
            "FORBIDDEN",
        ),  # the role cannot read the id
        ({"sort": "campo_raro"}, USER.static_token, 403, "FORBIDDEN"),
        ({"limit": "diez"}, USER.static_token, 400, "INVALID_QUERY"),
        ({"limit": "-2"}, USER.static_token, 400, "INVALID_QUERY"),
        ({"filter": "{"}, USER.static_token, 400, "INVALID_QUERY"),
        ({"filter[fecha][_raro]": "1"}, USER.static_token, 400, "INVALID_QUERY"),
    ],
)
def test_directus_errors(talk: Talk, query: Any, token: str, status: int, code: str) -> None:
    answer = talk.items(token=token, **query)
    assert answer.status == status
    assert [e["extensions"]["code"] for e in answer.json["errors"]] == [code]


def test_an_unknown_collection_is_forbidden_not_missing(talk: Talk) -> None:
    assert talk.items("directus_users").status == 403


def test_the_wrapper_pages_and_fails_in_its_own_words(talk: Talk) -> None:
    path = "/api/v1/faltas_graves_personas_fisicas"
    assert talk.ask("GET", "/api/v1/providers").json["data"][0]["id"] == "xaltepec"
    answer = talk.ask("GET", f"{path}/xaltepec?page=3&limit=20").json
    assert answer["success"] is True
    assert answer["pagination"] == {
        "page": 3, "limit": 20, "totalItems": ROWS, "totalPages": 3, "hasNextPage": False, "hasPrevPage": True,
    }  # fmt: skip
    assert len(answer["data"]) == 5
    refused = talk.ask("GET", f"{path}/nadie")
    assert (refused.status, refused.json["success"]) == (400, False)


# ── contracting and files ─────────────────────────────────────────────────────────────────────────────────


def test_packages_link_to_the_next_until_the_last(talk: Talk, data: api_data.Datasets) -> None:
    url, seen = "/ocds/releases?limit=50", []
    while url:
        package = talk.ask("GET", url).json
        assert package["version"] == "1.1"
        seen += [r["id"] for r in package["releases"]]
        url = package["links"].get("next", "").removeprefix(talk.server.base_url)
    assert seen == [r["id"] for group in data.processes for r in group]


def test_years_catalogue_and_yearly_files_hold_every_process(talk: Talk, data: api_data.Datasets) -> None:
    years = [y["year"] for y in talk.ask("GET", "/edca/fiscalYears").json["fiscalYears"]]
    by_year = [talk.ask("GET", f"/edca/contractingprocess/{y}").json["arrayReleasePackage"] for y in years]
    assert sum(map(len, by_year)) == ROWS
    resources = talk.ask("GET", "/api/3/action/package_show?id=x").json["result"]["resources"]
    lines = 0
    for resource in resources:
        body = talk.ask("GET", urlsplit(resource["url"]).path).body
        lines += gzip.decompress(body).count(b"\n")
    assert lines == ROWS


def test_s6_searches_by_post(talk: Talk) -> None:
    token = talk.grant().json["access_token"]
    answer = talk.ask("POST", "/search", json.dumps({"page": 2, "pageSize": 40})).json
    assert answer["pagination"] == {"total": ROWS, "page": 2, "pageSize": 40}
    assert len(answer["data"]) == 5
    answer = talk.search(
        {"pageSize": 3, "query": {"tender": {"procurementMethod": "open"}}}, "/records", token
    ).json
    assert {set(x) == {"ocid", "record"} for x in answer["results"]} == {True}
    assert {x["record"]["tender"]["procurementMethod"] for x in answer["results"]} == {"open"}
    assert talk.search({}, "/records", "").status == 401


def test_files_are_not_sent_twice_to_who_has_them(talk: Talk) -> None:
    first = talk.ask("GET", "/files/entes-entes.csv")
    assert first.body.startswith(b"id,nombre")
    for header, value in (
        ("If-None-Match", first.headers["ETag"]),
        ("If-Modified-Since", first.headers["Last-Modified"]),
    ):
        again = talk.ask("GET", "/files/entes-entes.csv", None, {header: value})
        assert (again.status, again.body) == (304, b"")
    assert talk.ask("GET", "/files/entes-entes.csv", None, {"If-None-Match": '"otra"'}).status == 200


def test_one_server_plays_several_providers(start: Callable[..., Talk]) -> None:
    parts = {
        "": api_data.Datasets(DAY, {"spic": PEOPLE}),
        "otro": api_data.Datasets(DAY, {"spic": PEOPLE[:2]}),
    }
    talk = start(datasets=parts)
    assert len(names(talk.search({}))) == 5
    assert len(names(talk.search({}, "/otro/v1/spic"))) == 2


def test_data_can_come_from_a_folder(tmp_path: Any, start: Callable[..., Talk]) -> None:
    (tmp_path / "spic.json").write_text(json.dumps({"pagination": {}, "results": PEOPLE}), encoding="utf-8")
    (tmp_path / "obras.csv").write_bytes(b"id\r\n1\r\n")
    talk = start(datasets=api_data.from_folder(tmp_path, DAY))
    assert len(names(talk.search({}))) == 5
    assert talk.ask("GET", "/files/obras.csv").body == b"id\r\n1\r\n"


# ── faults ────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_fault_strikes_only_its_path_page_and_times(start: Callable[..., Talk]) -> None:
    talk = start(Fault("burst", path="/v1/spic", page=2, times=2))
    statuses = [talk.search({"page": 2}).status for _ in range(3)]
    assert statuses == [503, 503, 200]
    assert talk.search({"page": 1}).status == 200
    assert talk.search({"page": 2}, "/v1/ssancionados").status == 200


@pytest.mark.parametrize("kind", ["cut-length", "cut-chunked"])
def test_cuts_that_the_transport_shows(start: Callable[..., Talk], kind: str) -> None:
    talk = start(Fault(kind, "/v1/spic", value=0.5))
    with pytest.raises(http.client.IncompleteRead):
        talk.search({})


@pytest.mark.parametrize("kind", ["cut-close", "cut-json"])
def test_cuts_that_only_the_content_shows(start: Callable[..., Talk], kind: str) -> None:
    talk = start(Fault(kind, "/v1/spic", value=0.5))
    with pytest.raises(json.JSONDecodeError):
        talk.search({})


def test_a_cut_gzip_lacks_only_its_end(start: Callable[..., Talk]) -> None:
    talk = start(Fault("cut-gzip", "/files/", value=0.9))
    answer = talk.ask("GET", "/files/entes-entes.csv")
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    with pytest.raises(EOFError):
        gzip.decompress(answer.body)


def test_faults_in_the_rows(start: Callable[..., Talk]) -> None:
    expected = {"half": ROWS // 2, "tenfold": ROWS * 10, "drift-new": ROWS}
    for kind, total in expected.items():
        assert start(Fault(kind)).search({}).json["pagination"]["totalRows"] == total
    record = start(Fault("drift-rename", field="nombres")).search({}).json["results"][0]
    assert "nombres" not in record
    assert "nombres_nuevo" in record
    assert "nombres" not in start(Fault("drift-drop", field="nombres")).search({}).json["results"][0]


def test_shifting_rows_repeat_one_across_pages(start: Callable[..., Talk]) -> None:
    talk = start(Fault("shifting", times=1))
    pages = [talk.search({"page": p, "pageSize": 20}).json for p in (1, 2)]
    assert pages[0]["pagination"]["totalRows"] + 1 == pages[1]["pagination"]["totalRows"]
    assert pages[0]["results"][-1] == pages[1]["results"][0]


def test_faults_in_a_page(start: Callable[..., Talk]) -> None:
    talk = start(Fault("duplicate-page", page=2))
    pages = [talk.search({"page": p, "pageSize": 20}).json for p in (1, 2)]
    assert pages[0]["results"] == pages[1]["results"]
    assert pages[1]["pagination"]["page"] == 2
    assert start(Fault("wrong-total")).search({}).json["pagination"]["totalRows"] == ROWS + 7
    assert start(Fault("endless")).search({"page": 99}).json["pagination"]["hasNextPage"] is True
    assert start(Fault("empty")).search({}).json["results"] == []


def test_answers_that_are_not_answers(start: Callable[..., Talk]) -> None:
    assert b"<form>" in start(Fault("html")).search({}).body
    assert start(Fault("error-200")).search({}).json["code"] == "500"
    assert (
        start(Fault("redirect", field="http://127.0.0.1/x")).search({}).headers["Location"]
        == "http://127.0.0.1/x"
    )
    assert start(Fault("expired")).search({}).status == 401
    assert start(Fault("expired")).items().status == 401
    with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
        start(Fault("reset")).items()


def test_two_faults_at_once(start: Callable[..., Talk]) -> None:
    talk = start(Fault("half"), Fault("wrong-total", value=3), Fault("cut-json", page=2, value=0.3))
    assert talk.search({"page": 1}).json["pagination"]["totalRows"] == ROWS // 2 + 3
    with pytest.raises(json.JSONDecodeError):
        talk.search({"page": 2})


def test_a_fault_can_be_written_as_text() -> None:
    assert parse("burst,path=/v1,page=3,times=2,value=500") == Fault("burst", "/v1", 3, 2, 500.0)
    for wrong in ("nada", "burst,pagina=2", "burst,page=x"):
        with pytest.raises(UsageError):
            parse(wrong)
    assert len(KINDS) >= 18


def test_a_server_in_order_gives_nothing_reserved(data: api_data.Datasets) -> None:
    from vitrina.acceptance.standard import COLLECTIONS, reserved

    for name, rows in data.public().records.items():
        assert not [p for r in rows for p in reserved(r, COLLECTIONS[name])], name
    assert any(reserved(r, COLLECTIONS["spic"]) for r in data.records["spic"])


def test_the_description_names_every_way_in(talk: Talk) -> None:
    said = demo.describe(talk.server)
    for part in (
        "/oauth/token",
        "/v1/spic",
        "/v2/declaraciones",
        "/items/",
        "/search",
        "/files/",
        USER.static_token,
    ):
        assert part in said


def test_the_command_opens_a_server_with_its_faults(tmp_path: Any) -> None:
    (tmp_path / "spic.json").write_text(json.dumps([PEOPLE[0] | {"curp": "X"}]), encoding="utf-8")
    with demo.open_api(DAY, folder=tmp_path, faults=["burst,times=1,value=500"]).running() as server:
        talk = Talk(server)
        assert talk.search({}).status == 500
        assert [set(r) for r in talk.search({}).json["results"]] == [set(PEOPLE[0])]
        with pytest.raises(UsageError, match="puerto"):
            demo.open_api(DAY, server.server_port, folder=tmp_path)
    with demo.open_api(DAY, folder=tmp_path, reserved=True).running() as server:
        assert Talk(server).search({}).json["results"][0]["curp"] == "X"
    with pytest.raises(UsageError):
        demo.open_api(DAY, folder=tmp_path, faults=["nada"])
