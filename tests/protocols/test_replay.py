"""Recorded conversations with the reference servers, replayed: our protocols get the recorded rows."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from .conftest import Portal, Reply, Request, Server, reply, source

Start = Callable[[Callable[[Request], Reply]], Server]
REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "pdn"
RECORDED = REAL / "transcripts"

pytestmark = [
    pytest.mark.real,
    pytest.mark.skipif(
        not RECORDED.is_dir(), reason="needs the recorded conversations kept outside the project"
    ),
]


def recorded(name: str) -> Any:
    (path,) = RECORDED.glob(f"{name}*.json")
    return json.loads(path.read_text(encoding="utf-8"))


def answer_of(name: str) -> Reply:
    response = recorded(name)["response"]
    if "error" in response:
        return Reply(b"", keep=False)
    headers = {k.replace("-", "_"): v for k, v in response["headers"].items()}
    body = response["json"] if "json" in response else response["text"].encode()
    return reply(body, response["status"], **headers)


def all_rows(name: str) -> list[Any]:
    found = json.loads((REAL / name).read_text(encoding="utf-8"))
    return found if isinstance(found, list) else found.get("data", found.get("results"))


class Replay:
    """Answers a recorded request with its recorded answer; for the few pages not recorded, with the same rows
    from the file the server was loaded with. Anything else is a 404, as recorded."""

    def __init__(self, token: str = "oauth-01") -> None:
        self.token = token
        self.s2 = all_rows("v1/s2.json")

    def __call__(self, request: Request) -> Reply:
        if request.path == "/oauth/token":
            return self.grant(request)
        if request.path == "/v1/spic":
            return self.search(request)
        if request.path == "/v1/spic/dependencias":
            return answer_of("s2-20" if "authorization" in request.headers else "s2-21")
        return answer_of("s2-23")

    def grant(self, request: Request) -> Reply:
        asked = recorded(self.token)["request"]
        wanted = dict(asked["form"])
        given = {k: v for k, v in request.form.items() if k in wanted}
        same = given == wanted and request.headers["authorization"] == asked["headers"]["Authorization"]
        return answer_of(self.token) if same else answer_of("oauth-09")

    def search(self, request: Request) -> Reply:
        wanted = recorded("s2-01")["request"]["headers"]["Authorization"]
        if request.headers.get("authorization") != wanted:
            return answer_of("s2-13")
        number, size = request.json["page"], request.json["pageSize"]
        for name in ("s2-01", "s2-02", "s2-03", "s2-04"):
            asked = recorded(name)["request"]["json"]
            if (asked["page"], asked["pageSize"]) == (number, size):
                return answer_of(name)
        return self.missing(number, size)

    def missing(self, number: int, size: int) -> Reply:
        known = {
            r["id"] for n in ("s2-01", "s2-02", "s2-03") for r in recorded(n)["response"]["json"]["results"]
        }
        rest = [r for r in self.s2 if r["id"] not in known]
        rows = rest[(number - 3) * size : (number - 2) * size]
        pagination = {"hasNextPage": True, "page": number, "pageSize": size, "totalRows": len(self.s2)}
        return reply({"pagination": pagination, "results": rows})


def credentials(monkeypatch: pytest.MonkeyPatch, password: str = "") -> dict[str, str]:
    form = recorded("oauth-01")["request"]["form"]
    monkeypatch.setenv("REPLAY_PASSWORD", password or form["password"])
    monkeypatch.setenv("REPLAY_CLIENT_SECRET", "secreto-pde")
    return {
        "username": form["username"], "password_env": "REPLAY_PASSWORD", "client_id": "cliente-pde",
        "client_secret_env": "REPLAY_CLIENT_SECRET", "scope": form["scope"],
    }  # fmt: skip


def s2(server: Server, **more: Any) -> Any:
    return source(
        "pdn_v1", token_url=f"{server.url}/oauth/token", search_url=f"{server.url}/v1/spic",
        dependencias_url=f"{server.url}/v1/spic/dependencias", page_size=100, **more,
    )  # fmt: skip


def test_s2_v1_gives_the_recorded_rows(portal: Portal, serve: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    server = serve(Replay())
    result = portal.one(s2(server, **credentials(monkeypatch)))
    assert (result["weather"], result["records"], result["claimed"]) == ("fresh", 447, 447), result["message"]
    pages = [page["results"] for page in portal.pages(result)]
    for number, name in ((1, "s2-01"), (2, "s2-02"), (5, "s2-03")):
        assert pages[number - 1] == recorded(name)["response"]["json"]["results"]
    by_id = {r["id"]: r for r in all_rows("v1/s2.json")}
    assert {r["id"]: r for rows in pages for r in rows} == by_id
    institutions = json.loads((portal.snapshot(result) / "extras" / "dependencias.json").read_bytes())
    assert institutions == recorded("s2-20")["response"]["json"]


@pytest.mark.parametrize(
    "name",
    [
        "oauth-04",
        "oauth-05",
        "oauth-06",
        "oauth-07",
        "oauth-08",
        "oauth-09",
        "oauth-10",
        "oauth-11",
        "oauth-12",
    ],
)
def test_every_recorded_refusal_of_a_token_is_told_without_the_secrets(
    portal: Portal, serve: Start, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    declared = credentials(monkeypatch)
    server = serve(lambda _: answer_of(name))
    result = portal.one(s2(server, **declared))
    assert result["weather"] == "none" and result["remedy"]
    if name != "oauth-12":
        assert str(recorded(name)["response"]["status"]) in result["message"]
    assert b"secreto-pde" not in portal.everything() and b"clave-pde" not in portal.everything()


@pytest.mark.parametrize(
    "name",
    ["s2-10", "s2-11", "s2-12", "s2-13", "s2-14", "s2-15", "s2-16", "s2-17", "s2-18", "s2-22", "s2-23"],
)
def test_every_recorded_refusal_of_a_search_keeps_the_last_good_copy(
    portal: Portal, serve: Start, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    replay = Replay()
    broken: list[bool] = []
    server = serve(lambda r: answer_of(name) if broken and r.path == "/v1/spic" else replay(r))
    declared = s2(server, **credentials(monkeypatch))
    before = portal.files(portal.one(declared))
    broken.append(True)
    result = portal.one(declared, day="2026-03-02")
    assert (result["weather"], result["records"]) == ("kept", 447)
    assert str(recorded(name)["response"]["status"]) in result["message"]
    assert portal.files(result) == before


def collection(rows: list[Any], name: str = "") -> Callable[[Request], Reply]:
    """Directus over *rows*: recorded answers for recorded requests, the same rows for the page not recorded."""
    known = {recorded(n)["request"]["path"]: n for n in ("s2v2-01", "s2v2-02")} if name else {}

    def answer(request: Request) -> Reply:
        if request.headers.get("authorization") != "Bearer token-interconexion-local":
            return answer_of("s2v2-04" if "authorization" in request.headers else "s2v2-05")
        if request.target in known:
            return answer_of(known[request.target])
        offset, limit = int(request.query["offset"]), int(request.query["limit"])
        meta = {"total_count": len(rows), "filter_count": len(rows)}
        return reply({"meta": meta, "data": rows[offset : offset + limit]})

    return answer


def test_s2_v2_gives_the_recorded_rows(portal: Portal, serve: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REPLAY_TOKEN", "token-interconexion-local")
    recorded_rows = [r for n in ("s2v2-01", "s2v2-02") for r in recorded(n)["response"]["json"]["data"]]
    rest = [r for r in all_rows("v2/s2_servidores.json") if r not in recorded_rows]
    rows = [*recorded_rows, *rest]
    path = "/items/servidores_intervengan_procedimientos_contrataciones"
    server = serve(collection(rows, "s2v2"))
    declared = source("directus", url=f"{server.url}{path}", token_env="REPLAY_TOKEN", page_size=40)
    result = portal.one(declared)
    assert (result["weather"], result["records"], result["claimed"]) == ("fresh", 81, 81), result["message"]
    assert portal.rows(result, "data") == rows
    asked = [recorded(n)["request"]["path"] for n in ("s2v2-01", "s2v2-02")]
    assert [r.target for r in server.seen[:2]] == asked


@pytest.mark.parametrize("token", ["", "abc-otro-token"])
def test_a_wrong_or_missing_token_of_directus_is_told(
    portal: Portal, serve: Start, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    monkeypatch.setenv("REPLAY_TOKEN", token or "x")
    server = serve(collection(all_rows("v2/s2_servidores.json"), "s2v2"))
    more = {"token_env": "REPLAY_TOKEN"} if token else {}
    result = portal.one(source("directus", url=f"{server.url}/items/x", **more))
    assert ("INVALID_CREDENTIALS" if token else "403") in result["message"]


@pytest.mark.parametrize("name", ["s3_faltas_administrativas_graves", "s3_faltas_graves_personas_morales"])
def test_s3_v2_gives_the_rows_of_the_reference_server(
    portal: Portal, serve: Start, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """No conversation of S3 v2 is recorded; its rows are, and the server is the same program as S2 v2's."""
    monkeypatch.setenv("REPLAY_TOKEN", "token-interconexion-local")
    rows = all_rows(f"v2/{name}.json")
    server = serve(collection(rows))
    declared = source(
        "directus", url=f"{server.url}/items/{name[3:]}", token_env="REPLAY_TOKEN", page_size=40, sort="id"
    )
    result = portal.one(declared)
    assert (result["weather"], result["claimed"]) == ("fresh", len(rows)), result["message"]
    assert portal.rows(result, "data") == rows
