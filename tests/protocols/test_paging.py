"""What a paged source says it has equals what was kept, in every dialect, or nothing counts."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vitrina import formats
from vitrina.config import LIMITS
from vitrina.formats.json_format import unwrap
from vitrina.protocols.paging import count_records

from .conftest import Pdn, Portal, Reply, Request, Server, pdn, records, reply, source

Start = Callable[[Callable[[Request], Reply]], Server]


def test_every_page_is_kept_as_received(portal: Portal, serve: Start) -> None:
    fake = Pdn(records(447))
    result = portal.one(pdn(serve(fake)))
    assert (result["weather"], result["records"], result["claimed"]) == ("fresh", 447, 447)
    assert portal.rows(result) == fake.rows
    assert [len(p["results"]) for p in portal.pages(result)] == [200, 200, 47]
    assert fake.pages == [1, 2, 3] and fake.tokens == 1


LAYOUTS: dict[str, Callable[[Any], bytes]] = {
    "compact": lambda d: json.dumps(d, separators=(",", ":")).encode(),
    "with-a-line-break-at-the-end": lambda d: json.dumps(d).encode() + b"\n",
    "windows-line-break": lambda d: json.dumps(d).encode() + b"\r\n",
    "indented": lambda d: json.dumps(d, indent=2).encode(),
    "with-a-mark": lambda d: b"\xef\xbb\xbf" + json.dumps(d, ensure_ascii=False).encode(),
}


@pytest.mark.parametrize("layout", [*LAYOUTS, "every-other-one"])
def test_however_a_page_is_laid_out_its_bytes_are_kept_and_its_rows_read(
    portal: Portal, serve: Start, layout: str
) -> None:
    fake = Pdn(records(95))
    sent: list[bytes] = []

    def laid_out(count: int, request: Request) -> Reply:
        chosen = (list(LAYOUTS) * 5)[count] if layout == "every-other-one" else layout
        body = LAYOUTS[chosen](json.loads(fake.good(request).raw.partition(b"\r\n\r\n")[2]))
        sent.append(body)
        return reply(body)

    fake.change = laid_out
    declared = pdn(serve(fake), page_size=10)
    result = portal.one(declared)
    assert (result["weather"], result["records"], result["claimed"]) == ("fresh", 95, 95)
    kept = b"".join(portal.files(result).values())
    assert [b.rstrip() for b in portal.bodies(result)] == [b.rstrip() for b in sent]
    assert len(kept) - sum(map(len, sent)) <= len(sent)  # at most one line break a page is ours
    read = [
        r.data for name in portal.files(result)
        for r in formats.records(portal.snapshot(result) / "files" / name, name, declared, LIMITS)
    ]  # fmt: skip
    assert read == fake.rows


def test_many_rows_cost_little_memory_each(portal: Portal, serve: Start) -> None:
    """What is remembered of a row, to prove that all came once, is eight bytes: not its id."""
    size = 1000

    def endless(request: Request) -> Reply:
        number = request.json["page"]
        rows = [{"id": f"{number:012}{n:012}" * 4} for n in range(size)]
        more = number < 100
        return reply({"pagination": {"totalRows": 100 * size, "hasNextPage": more}, "results": rows})

    fake = Pdn([])
    fake.change = lambda _n, request: endless(request)
    declared = pdn(serve(fake), page_size=size)
    portal.one(pdn(serve(Pdn(records(3))), name="antes"))  # whatever is loaded once
    tracemalloc.start()
    result = portal.one(declared)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (result["weather"], result["records"]) == ("fresh", 100 * size)
    assert peak < 10_000_000  # the ids alone are 10 MB as texts


def test_the_token_is_asked_with_the_client_both_ways_and_the_search_with_the_token_only(
    portal: Portal, serve: Start
) -> None:
    server = serve(Pdn(records(3)))
    portal.one(pdn(server, scope="read", page_size=100, query={"institucionDependencia": "Salud"}))
    token, search = server.seen
    assert token.headers["authorization"].startswith("Basic ")
    assert token.headers["content-type"] == "application/x-www-form-urlencoded"
    assert token.form == {
        "grant_type": "password", "scope": "read", "username": "usuario-canario-7f3a",
        "password": "clave+canario/9c1d&=", "client_id": "cliente-canario-55e0",
        "client_secret": "secreto%canario b2",
    }  # fmt: skip
    assert search.headers["authorization"] == "Bearer jwt-1-canario"
    assert search.json == {"page": 1, "pageSize": 100, "query": {"institucionDependencia": "Salud"}}
    assert "rfcSolicitante" not in search.body.decode()


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("at", range(4))
def test_a_token_that_dies_at_any_page_is_renewed_once_there(
    portal: Portal, serve: Start, at: int, status: int
) -> None:
    fake = Pdn(records(35))
    refusal = {"code": "e_701", "message": "El token expiró", "additionalInfo": "jwt expired"}
    fake.change = lambda count, _: reply(refusal, status) if count == at else None
    result = portal.one(pdn(serve(fake), page_size=10))
    assert (result["weather"], result["records"], fake.tokens) == ("fresh", 35, 2)


def test_a_second_refusal_is_final(portal: Portal, serve: Start) -> None:
    fake = Pdn(records(35))
    fake.change = lambda count, _: reply({"code": 401}, 401) if count >= 2 else None
    result = portal.one(pdn(serve(fake), page_size=10))
    assert result["weather"] == "none" and "401" in result["message"]
    assert (fake.tokens, len(fake.pages)) == (2, 4)


def test_a_server_that_gives_the_same_token_again_is_not_taken_for_a_leak(
    portal: Portal, serve: Start
) -> None:
    fake = Pdn(records(35))
    fake.change = lambda count, _: reply({"code": 401}, 401) if count == 1 else None
    same = {"access_token": "jwt-siempre-el-mismo"}
    server = serve(lambda r: reply(same) if r.path == "/oauth/token" else fake(r))
    assert portal.one(pdn(server, page_size=10))["weather"] == "fresh"


@pytest.mark.parametrize(
    "body",
    [{}, {"access_token": None}, {"access_token": 7}, {"access_token": "a b"}, {"access_token": "a\r\nX: y"},
     {"code": "401", "message": "no"}, [], "x", None, {"access_token": ""}, {"access_token": "ñ"}],
)  # fmt: skip
def test_an_answer_without_a_usable_token_is_refused(portal: Portal, serve: Start, body: Any) -> None:
    result = portal.one(pdn(serve(lambda _: reply(body))))
    assert result["weather"] == "none" and "token" in result["message"]


MOVING: dict[str, Callable[[Pdn, int, Request], Reply | None]] = {
    "total-too-high": lambda fake, _n, r: fake.good(r, totalRows=40),
    "total-too-low": lambda fake, _n, r: fake.good(r, totalRows=30),
    "total-differs-in-the-middle": lambda fake, _n, r: fake.good(
        r, totalRows=36 if r.json["page"] == 2 else 35
    ),
    "total-changes": lambda fake, _n, r: fake.good(r, totalRows=35 if r.json["page"] < 4 else 36),
    "total-changes-to-the-right-one": lambda fake, _n, r: fake.good(
        r, totalRows=35 if r.json["page"] == 4 else 34
    ),
    "says-no-more-too-soon": lambda fake, _n, r: fake.good(r, hasNextPage=r.json["page"] < 2),
    "duplicate-page": lambda fake, _n, r: again(fake, r, 2) if r.json["page"] == 3 else None,
    "first-page-for-ever": lambda fake, _n, r: again(fake, r, 1),
    "empty-page-in-the-middle": lambda fake, _n, r: blank(r) if r.json["page"] == 2 else None,
    "one-row-twice": lambda fake, _n, r: twice(fake, r) if r.json["page"] == 4 else None,
}


def again(fake: Pdn, request: Request, number: int) -> Reply:
    size = request.json["pageSize"]
    rows = fake.rows[(number - 1) * size : number * size]
    pagination = {"page": request.json["page"], "pageSize": size, "totalRows": 35, "hasNextPage": True}
    return reply({"pagination": pagination, "results": rows})


def blank(request: Request) -> Reply:
    pagination = {"page": request.json["page"], "pageSize": 10, "totalRows": 35, "hasNextPage": True}
    return reply({"pagination": pagination, "results": []})


def twice(fake: Pdn, request: Request) -> Reply:
    pagination = {"page": 4, "pageSize": 10, "totalRows": 35, "hasNextPage": False}
    return reply({"pagination": pagination, "results": [*fake.rows[31:35], fake.rows[0]]})


@pytest.mark.parametrize("fault", MOVING)
def test_pages_that_do_not_add_up_are_read_again_once_and_then_refused(
    portal: Portal, serve: Start, fault: str
) -> None:
    fake = Pdn(records(35))
    fake.change = lambda n, r: MOVING[fault](fake, n, r)
    result = portal.one(pdn(serve(fake), page_size=10))
    assert result["weather"] == "none" and "dos intentos" in result["message"]
    assert fake.pages.count(1) == 2


@pytest.mark.parametrize("fault", MOVING)
def test_a_source_that_moved_only_during_the_first_reading_is_fresh(
    portal: Portal, serve: Start, fault: str
) -> None:
    fake = Pdn(records(35))
    fake.change = lambda n, r: MOVING[fault](fake, n, r) if fake.pages.count(1) < 2 else None
    result = portal.one(pdn(serve(fake), page_size=10))
    assert (result["weather"], result["records"]) == ("fresh", 35)
    assert portal.rows(result) == fake.rows


def test_rows_inserted_while_reading_are_seen_and_the_second_reading_has_them(
    portal: Portal, serve: Start
) -> None:
    fake = Pdn(records(35))

    def insert(count: int, _: Request) -> None:
        if count == 2:
            fake.rows = [*records(1, first=99), *fake.rows]

    fake.change = insert
    result = portal.one(pdn(serve(fake), page_size=10))
    assert (result["weather"], result["records"]) == ("fresh", 36)
    assert portal.rows(result) == fake.rows


def test_a_source_that_repeats_ids_for_good_may_be_counted_by_rows(portal: Portal, serve: Start) -> None:
    server = serve(Pdn([{"id": "1", "n": n} for n in range(25)]))
    assert portal.one(pdn(server, page_size=10))["weather"] == "none"
    result = portal.one(pdn(server, page_size=10, unique_ids=False))
    assert (result["weather"], result["records"]) == ("fresh", 25)


def test_nothing_is_a_failure_unless_the_source_may_be_empty(portal: Portal, serve: Start) -> None:
    server = serve(Pdn([]))
    assert "0 registros" in portal.one(pdn(server))["message"]
    result = portal.one(pdn(server, policy={"may_be_empty": True}))
    assert (result["weather"], result["records"], result["claimed"]) == ("fresh", 0, 0)


def test_institutions_come_along_without_being_records_of_the_source(portal: Portal, serve: Start) -> None:
    server = serve(Pdn(records(3)))
    extra = f"{server.url}/v1/spic/dependencias"
    result = portal.one(pdn(server, dependencias_url=extra))
    assert result["records"] == 3 and len(portal.files(result)) == 1
    assert b"Prueba" in (portal.snapshot(result) / "extras" / "dependencias.json").read_bytes()

    alone = pdn(server, dependencias_url=extra)
    del alone.options["pdn_v1"]["search_url"]  # type: ignore[attr-defined]
    assert list(portal.files(portal.one(alone))) == ["dependencias.json"]


@pytest.mark.parametrize("asked", [200, 50])
def test_s1_clamps_page_sizes_and_is_read_whole_all_the_same(
    portal: Portal, serve: Start, asked: int
) -> None:
    fake = Pdn(records(95))

    def clamped(_n: int, request: Request) -> Reply:
        size, number = 10, request.json["page"]
        pagination = {"page": number, "pageSize": size, "totalRows": 95, "hasNextPage": number * size < 95}
        return reply({"pagination": pagination, "results": fake.rows[(number - 1) * size : number * size]})

    fake.change = clamped
    result = portal.one(pdn(serve(fake), "pdn_s1", page_size=asked))
    assert (result["weather"], result["records"]) == ("fresh", 95)


class Directus:
    """A collection by limit and offset that never gives more than *most* rows, with or without ids."""

    def __init__(self, count: int, most: int, with_ids: bool) -> None:
        rows = records(count)
        self.rows = rows if with_ids else [{"nombre": r["nombres"]} for r in rows]
        self.most = most

    def __call__(self, request: Request) -> Reply:
        if request.headers.get("authorization") != "Bearer token-fijo-canario-0d4e":
            return reply({"errors": [{"message": "No.", "extensions": {"code": "FORBIDDEN"}}]}, 403)
        offset, limit = int(request.query["offset"]), min(int(request.query["limit"]), self.most)
        total = len(self.rows)
        return reply(
            {
                "data": self.rows[offset : offset + limit],
                "meta": {"filter_count": total, "total_count": total},
            }
        )


@pytest.mark.parametrize("with_ids", [True, False])
@pytest.mark.parametrize("most", [200, 7])
def test_directus_is_read_by_what_it_gives(portal: Portal, serve: Start, with_ids: bool, most: int) -> None:
    fake = Directus(45, most, with_ids)
    server = serve(fake)
    declared = source("directus", url=f"{server.url}/items/graves", token_env="CANARIO_TOKEN", page_size=20)
    result = portal.one(declared)
    assert (result["weather"], result["records"], result["claimed"]) == ("fresh", 45, 45)
    assert portal.rows(result, "data") == fake.rows
    assert (
        server.seen[0].target == "/items/graves?fields=*.*.*.*.*&meta=*&limit=20&offset=0&sort=date_created"
    )


def test_directus_refusals_are_told_and_not_insisted_on(portal: Portal, serve: Start) -> None:
    server = serve(Directus(5, 200, True))
    result = portal.one(source("directus", url=f"{server.url}/items/graves"))
    assert "403" in result["message"] and "FORBIDDEN" in result["message"]
    assert len(server.seen) == 1


def test_the_wrapper_is_asked_again_after_its_400(portal: Portal, serve: Start) -> None:
    rows = records(25)

    def wrapper(request: Request) -> Reply:
        if len(server.seen) in (1, 3):
            return reply({"success": False, "error": "connect ECONNREFUSED"}, 400)
        number, limit = int(request.query["page"]), int(request.query["limit"])
        return reply(
            {
                "success": True, "data": rows[(number - 1) * limit : number * limit],
                "meta": {"filter_count": 25},
                "pagination": {"page": number, "totalItems": "25", "hasNextPage": number * limit < 25},
            }
        )  # fmt: skip

    server = serve(wrapper)
    result = portal.one(source("s3_wrapper", url=f"{server.url}/api/v1/graves/p1", page_size=10))
    assert (result["weather"], result["records"]) == ("fresh", 25)


def test_the_wrapper_saying_failure_with_200_is_a_failure(portal: Portal, serve: Start) -> None:
    server = serve(lambda _: reply({"success": False, "error": "socket hang up", "data": []}))
    result = portal.one(source("s3_wrapper", url=f"{server.url}/api/v1/graves/p1"))
    assert result["weather"] == "none" and "socket hang up" in result["message"]


@pytest.mark.parametrize("shape", ["records", "search"])
def test_s6_speaks_both_its_dialects(portal: Portal, serve: Start, shape: str) -> None:
    """`search` gives two releases of one process: the same ocid, told apart by their id."""

    def s6(request: Request) -> Reply:
        number = request.json["page"]
        items = [{"ocid": f"o-{n // 2}", "id": f"{n}", "tag": ["tender"]} for n in range(24)]
        some = items[(number - 1) * 10 : number * 10]
        if shape == "search":
            return reply({"pagination": {"total": 24, "page": number, "pageSize": 10}, "data": some})
        wrapped = [{"ocid": f"p-{i['id']}", "record": i} for i in some]
        return reply(
            {"pagination": {"totalRows": 24, "page": number, "hasNextPage": number < 3}, "results": wrapped}
        )

    result = portal.one(source("pdn_s6", search_url=f"{serve(s6).url}/records", page_size=10))
    assert (result["weather"], result["records"], result["claimed"]) == ("fresh", 24, 24)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(
            ["pagination", "results", "data", "meta", "totalRows", "total", "filter_count", "hasNextPage", "id",
             "code", "message", "errors", "error", "extensions", "success", "access_token", "releases", "links",
             "next", "result", "resources", "url", "fiscalYears", "year", "totalItems", "additionalInfo"]
        ),
        inner, max_size=5,
    ),
    max_leaves=12,
)  # fmt: skip


@given(
    document=json_values,
    status=st.sampled_from([200, 200, 200, 400, 401, 403, 404, 422]),
    as_token=st.booleans(),
)
@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_shape_of_answer_is_a_surprise(portal: Portal, document: Any, status: int, as_token: bool) -> None:
    """Whatever the JSON, every protocol ends in a weather and a message of ours."""
    body = json.dumps(document).encode()

    def odd(request: Request) -> Reply:
        if request.path == "/oauth/token" and not as_token:
            return reply({"access_token": "jwt-canario-bueno"})
        return reply(body, status)

    server = Server(odd)
    here = {"insecure": True, "private_network": True}
    sources = [
        pdn(server),
        source("directus", "d", url=f"{server.url}/items/x"),
        source("s3_wrapper", "w", url=f"{server.url}/x"),
        source("ocds_api", "op", kind="packages", url=f"{server.url}/x"),
        source("ocds_api", "oc", kind="ckan", url=f"{server.url}/x"),
        source(
            "ocds_api", "oy", kind="years", years_url=f"{server.url}/x", year_url=f"{server.url}/{{year}}"
        ),
    ]
    assert all(s.options[s.protocol].items() >= here.items() for s in sources)
    results = portal.pull(*sources, source_seconds=3, backoff_ms=0)
    server.close()
    for result in results.values():
        assert result["weather"] in ("fresh", "unchanged", "kept", "none")
        assert "no supo leer" not in result["message"], result["message"]


@given(envelope=st.dictionaries(st.sampled_from(["pagination", "meta", "ocid", "arrayReleasePackage"]), json_values),
       name=st.sampled_from(["results", "data"]), rows=st.lists(json_values, max_size=5))  # fmt: skip
def test_the_fast_count_is_the_count_of_the_reader(
    envelope: dict[str, Any], name: str, rows: list[Any]
) -> None:
    """Normalize reads the pages with `formats`: a page counted otherwise would close no ledger."""
    document = envelope | {name: rows}
    assert count_records(document, rows) == sum(1 for _ in unwrap(document))
