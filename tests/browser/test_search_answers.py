"""What the search page makes of any answer: hostile texts, late answers, faults, cards that differ by dataset."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest
from fake_worker import FACETS, answer, card, counts, serve
from playwright.sync_api import expect

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser

HOSTILE = (
    "<img src=x onerror=\"document.title='mal'\">",
    "<script>document.title='mal'</script>",
    "<svg/onload=document.title='mal'>",
    '"><iframe srcdoc="<script>parent.document.title=\'mal\'</script>">',
    "'><style>*{display:none}</style>",
    "javascript:document.title='mal'",
    "{{7*7}} ${7*7} <%= 7*7 %>",
    "</ol></main><h1>mal</h1>",
    "\u202egnp.exe\u200b\x00\x1b[31m",
    "a" * 3000,
    "constructor",
    "__proto__",
)
ELSEWHERE = (
    "javascript:document.title='mal'",
    "//otro.ejemplo/",
    "https://otro.ejemplo/",
    "/\\otro.ejemplo/",
    "\\\\otro.ejemplo/",
    "/\t/otro.ejemplo/",
    "\n//otro.ejemplo/",
    "data:text/html,<script>1</script>",
)


def search(page: Page, server: str, words: str = "persona") -> None:
    page.set_default_timeout(5000)
    page.goto(f"{server}/buscar/?q={words}")
    expect(page.locator("#estado")).not_to_be_empty()


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_in_any_field_stays_text(page: Page, site_server: str, text: str) -> None:
    hostile: dict[str, Any] = dict.fromkeys(
        ("system", "title", "subtitle", "date", "ente", "status", "type", "level", "municipality", "supplier", "period_end"),
        text,
    )  # fmt: skip
    cards = [card(**hostile, url="/s3-servidores/uno/", person=1, homonym=True, terms=[text, "img", "mal"])]
    values = [{"value": text, "count": 3, "chosen": True}, {"value": f"{text}2", "count": 1, "chosen": False}]
    suggestions = [
        {"what": what, "label": text, "text": text, "count": 2, "url": text}
        for what in ("word", "ente", "company", "system")
    ]
    serve(
        page,
        ask=[
            answer(
                cards, step="near", absent=[text], used=[text], replaced=[{"asked": text, "used": [text]}],
                phrases=[{"text": text, "checked": 1, "of": 2, "found": True}], excluded=[text],
                systems={text: text}, version=text,
            )
        ],
        count=[counts(**dict.fromkeys(FACETS, values))],
        complete=[{"kind": "suggestions", "suggestions": suggestions}],
    )  # fmt: skip
    page.goto(f"{site_server}/buscar/")
    elements = "main :is(img, script, svg, iframe, style, h1, object, form)"
    before = page.locator(elements).count()
    page.locator("#q").press_sequentially("ma")
    expect(page.locator("#resultados li")).to_have_count(1)
    expect(page.locator("#sugerencias [role=option]").first).to_be_visible()
    page.locator("#plegar").evaluate("button => button.click()")
    assert page.locator(elements).count() == before
    assert page.title() == "Buscar · Vitrina anticorrupción"
    assert page.locator("#resultados h2").text_content() == text


@pytest.mark.parametrize("url", ELSEWHERE)
def test_no_result_leads_to_another_host(page: Page, site_server: str, url: str) -> None:
    serve(page, ask=[answer([card(url=url)])])
    search(page, site_server)
    target = page.locator("#resultados a").evaluate("a => a.href")
    assert target.startswith(f"{site_server}/"), target


def test_an_answer_to_an_older_question_is_dropped(page: Page, site_server: str) -> None:
    serve(page, ask=[answer([card(title="Para {asked}")])], slow={"per": 1000})
    page.goto(f"{site_server}/buscar/?q=per")
    page.locator("#q").fill("persona")
    page.locator("#q").press("Enter")
    title = page.locator("#resultados h2")
    expect(title).to_have_text("Para persona")
    page.wait_for_timeout(1200)  # the late answer has come, and gone
    expect(title).to_have_text("Para persona")


@pytest.mark.parametrize(
    ("what", "said", "button"),
    [
        ("offline", "No hay conexión", "Volver a intentar"),
        ("missing-shard", "No se pudo leer una parte", "Volver a intentar"),
        ("old-version", "edición nueva", "Cargar de nuevo"),
    ],
)
def test_a_fault_is_said_with_a_way_on(
    page: Page, site_server: str, what: str, said: str, button: str
) -> None:
    serve(page, ask=[{"kind": "error", "what": what}])
    search(page, site_server)
    expect(page.get_by_role("status").filter(has_text=said)).to_be_visible()
    expect(page.locator("#q")).to_have_value("persona")
    expect(page.locator("#recorrer")).to_be_visible()  # the lists are the way round
    page.unroute_all()
    serve(page, ask=[answer([card()])])
    page.get_by_role("button", name=button).click()
    if what == "old-version":
        expect(page.locator("#resultados li")).to_have_count(1)


def test_a_worker_that_cannot_start_is_said_and_tried_again(page: Page, site_server: str) -> None:
    page.route("**/recursos/search-worker-*.js", lambda route: route.abort())
    search(page, site_server)
    expect(page.locator("#estado")).to_contain_text("No se pudo leer una parte")
    page.unroute_all()
    serve(page, ask=[answer([card()])])
    page.get_by_role("button", name="Volver a intentar").click()
    expect(page.locator("#resultados li")).to_have_count(1)


def test_a_contract_says_amount_buyer_supplier_and_date(page: Page, site_server: str) -> None:
    contract = card(
        system="s6-contrataciones", title="Compra de papel", amount=1234567.5, ente="Ente Uno", supplier="Papelera Dos",
        date="2025-03-02", status="Contrato", type="Licitación pública", period_end="2025-09-30",
    )  # fmt: skip
    serve(page, ask=[answer([contract])])
    search(page, site_server, "papel")
    shown = page.locator("#resultados li")
    expect(shown).to_contain_text("Contrataciones")
    for label, value in (
        ("Contratado en pesos", "$1,234,567.50"), ("Proveedor", "Papelera Dos"), ("Fecha$", "2 de marzo de 2025"),
        ("Tipo de procedimiento", "Licitación pública"),
    ):  # fmt: skip
        line = shown.locator("dl div", has=page.locator("dt", has_text=re.compile(f"^{label}")))
        expect(line.locator("dd")).to_have_text(value)
    expect(shown.locator(".estado")).to_have_text("Contrato")
    expect(shown).to_contain_text("Ente Uno")
    assert "homónim" not in shown.inner_text()


@pytest.mark.parametrize(
    ("end", "said"), [("2020-01-31", "Concluyó el 31 de enero de 2020"), ("2999-12-31", "Hasta el")]
)
def test_a_sanction_says_its_period_and_that_names_are_shared(
    page: Page, site_server: str, end: str, said: str
) -> None:
    serve(page, ask=[answer([card(period_end=end, person=1)])])
    search(page, site_server)
    shown = page.locator("#resultados li")
    expect(shown.locator(".estado")).to_contain_text(said)
    expect(shown).to_contain_text("Puede tratarse de personas distintas con el mismo nombre.")
    expect(page.locator("#homonimos")).to_be_visible()


def test_only_results_that_share_a_persons_name_carry_the_notice(page: Page, site_server: str) -> None:
    rows = [
        card(person=1, homonym=True),
        card(person=1, homonym=True),
        card(title="Otra", person=1),
        card(title="Cosa"),
    ]
    serve(page, ask=[answer(rows)])
    search(page, site_server)
    noted = [li.locator(".homonimo").count() for li in page.locator("#resultados li").all()]
    assert noted == [1, 1, 0, 0]
    serve(page, ask=[answer([card(title="Cosa")])])
    search(page, site_server)
    expect(page.locator("#homonimos")).to_be_hidden()


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            {
                "step": "near",
                "absent": ["hernadez"],
                "replaced": [{"asked": "hernadez", "used": ["hernandez"]}],
            },
            "1 resultado. No hay «hernadez»: se muestra «hernandez».",
        ),
        (
            {"step": "stem", "replaced": [{"asked": "obras", "used": ["obra"]}]},
            "1 resultado. Junto con «obras» se buscó «obra».",
        ),
        (
            {"step": "any"},
            "1 resultado. Ningún registro tiene todas las palabras: se muestran los que tienen alguna.",
        ),
        (
            {"step": "prefix"},
            "1 resultado. Ningún registro tiene «persona» completo: se muestran palabras que empiezan así.",
        ),
        (
            {"phrases": [{"text": "obra publica", "checked": 9, "of": 9, "found": False}]},
            "1 resultado. Ninguno dice «obra publica» seguido: se muestran los que tienen las palabras.",
        ),
        (
            {"phrases": [{"text": "obra publica", "checked": 200, "of": 1500, "found": True}]},
            "1 resultado. «obra publica» se buscó en los 200 mejores de 1,500.",
        ),
        ({"excluded": ["norte", "sur"]}, "1 resultado. Sin «norte» o «sur»."),
        ({}, "1 resultado para «persona»."),
        ({"total": 0, "found": 8}, "0 resultados con estos filtros; sin ellos hay 8."),
        ({"step": "none", "total": 0, "found": 0}, "Ningún registro coincide con «persona»."),
    ],
)
def test_what_was_done_with_the_words_is_said_plainly(
    page: Page, site_server: str, parts: dict[str, Any], said: str
) -> None:
    serve(page, ask=[answer([] if parts.get("total") == 0 else [card()], **parts)])
    search(page, site_server)
    expect(page.locator("#estado")).to_have_text(said)


def test_a_reserved_name_is_nobodys_namesake(page: Page, site_server: str) -> None:
    serve(
        page, ask=[answer([card(title="Nombre reservado", person=1, homonym=True, period_end="2030-01-01")])]
    )
    search(page, site_server)
    expect(page.locator("#resultados li")).to_have_count(1)
    expect(page.locator(".homonimo:visible")).to_have_count(0)


def test_the_first_cards_stay_as_they_are_when_the_others_come(page: Page, site_server: str) -> None:
    cards = [card(title=f"Persona {n}", url=f"/s3-servidores/{n}/", person=1) for n in range(14)]
    late = [*cards[:3], {**cards[3], "homonym": True}, *cards[4:]]
    rest = {"kind": "cards", "cards": late, "later": 900}
    serve(page, ask=[answer(cards[:10], total=14, found=14, more=4), rest])
    search(page, site_server)
    expect(page.locator("#resultados li")).to_have_count(10)
    page.locator("#resultados a").nth(2).focus()
    page.evaluate("document.querySelectorAll('#resultados li')[2].dataset.mismo = 'sí'")
    expect(page.locator("#resultados li")).to_have_count(14)
    expect(page.locator("#resultados a").nth(2)).to_be_focused()
    expect(page.locator("#resultados li").nth(2)).to_have_attribute("data-mismo", "sí")
    expect(page.locator("#resultados li").nth(3)).to_contain_text("personas distintas")
    expect(page.locator("#resultados li").last).to_contain_text("Persona 13")


def test_on_a_phone_nothing_is_counted_until_the_filters_are_opened(page: Page, site_server: str) -> None:
    page.set_viewport_size({"width": 390, "height": 800})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    search(page, site_server, "secretaria")
    expect(page.locator("#resultados li")).to_have_count(20)
    page.wait_for_timeout(300)
    assert not [url for url in asked if "/f/" in url]
    page.get_by_role("button", name="Filtrar").click()
    expect(page.locator("#filtros input[type=checkbox]").first).to_be_visible()
    assert [url for url in asked if "/f/" in url]


def test_a_range_of_amounts_is_one_click(page: Page, site_server: str) -> None:
    ranges = [{"value": v, "count": 5, "chosen": False} for v in ("0-10000", "10000-100000", "100000000-")]
    serve(page, ask=[answer([card()])], count=[counts(amount=ranges)])
    search(page, site_server)
    page.get_by_role("checkbox", name="De $10,000 a menos de $100,000").check()
    page.wait_for_url("**min=10000&max=99999.99")
    expect(page.get_by_role("checkbox", name="De $10,000 a menos de $100,000")).to_be_checked()
    page.get_by_role("checkbox", name="$100,000,000 o más").check()
    page.wait_for_url(re.compile(r"min=100000000$"))
    expect(page.get_by_role("checkbox", name="De $10,000 a menos de $100,000")).not_to_be_checked()
    page.get_by_role("button", name="Quitar el filtro Monto: desde $100,000,000").click()
    page.wait_for_url(re.compile(r"q=persona$"))


def test_counts_that_come_later_or_on_request_find_their_place(page: Page, site_server: str) -> None:
    serve(
        page,
        ask=[answer([card()])],
        count=[{"kind": "facets", "facets": None, "pending": True}],
        forced=[counts(year=[{"value": "2025", "count": 7, "chosen": False}])],
    )
    search(page, site_server)
    page.get_by_role("button", name="Contar por filtro").click()
    expect(page.get_by_role("checkbox", name="2025")).to_be_visible()
    expect(page.get_by_role("button", name="Contar por filtro")).to_have_count(0)
