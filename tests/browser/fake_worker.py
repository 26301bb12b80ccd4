"""A search worker that says what a test wants: for what published data never hold, and for faults on purpose."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

FACETS = ("system", "ente", "year", "level", "type", "status", "municipality", "amount")

_SCRIPT = """
const replies = %s, slow = %s, asked = {};
onmessage = ({ data }) => {
  if (data.kind === "open") return;
  asked[data.kind] = data.id;
  const titled = (card) => ({ ...card, title: card.title.replace("{asked}", data.text).padEnd(card.grow ?? 0, "x") });
  const said = (replies[data.forced ? "forced" : data.kind] ?? []).map((reply) => ({
    text: data.text, ...reply, id: asked[reply.to ?? data.kind], ...(reply.cards ? { cards: reply.cards.map(titled) } : {}),
    ...(reply.rows ? { rows: reply.rows.map(titled) } : {}),
  }));
  for (const reply of said) setTimeout(() => postMessage(reply), (slow[data.text] ?? 0) + (reply.later ?? 0));
};
"""


def card(**parts: Any) -> dict[str, Any]:
    """A card; what is not given is empty."""
    empty = {
        "system": "s3-servidores", "url": "/s3-servidores/uno/", "title": "Persona Inventada", "subtitle": "", "date": "",
        "amount": None, "ente": "", "status": "", "type": "", "level": "", "municipality": "", "supplier": "",
        "period_end": "", "person": 0, "terms": [], "homonym": False,
    }  # fmt: skip
    return empty | parts


def facets(**counts: Sequence[Mapping[str, Any]]) -> dict[str, Sequence[Mapping[str, Any]]]:
    """The counts of every facet; none where none are given."""
    return {name: counts.get(name, ()) for name in FACETS}


def counts(**given: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The reply to a request to count."""
    return {"kind": "facets", "facets": facets(**given), "pending": False}


def answer(cards: Sequence[Mapping[str, Any]] = (), **parts: Any) -> dict[str, Any]:
    """An answer with these cards; what is not given follows from them."""
    count = len(cards)
    usual = {
        "kind": "answer", "step": "all", "absent": [], "used": [], "replaced": [], "phrases": [], "excluded": [],
        "found": count, "total": count, "page": 1, "cards": list(cards), "more": 0,
        "systems": {"s3-servidores": "Servidores sancionados", "s6-contrataciones": "Contrataciones"}, "version": "v",
    }  # fmt: skip
    return usual | parts


def serve(
    page: Page, *, slow: Mapping[str, int] | None = None, **replies: Sequence[Mapping[str, Any]]
) -> None:
    """Put the fake in the worker's place: per kind of question its replies, late by *slow* ms for a given text.

    `{asked}` in a card's title becomes the text asked for; a card with `grow` gets a title of that length.
    A reply with `to` answers the last question of that kind instead. Unless given, the counts are none; `forced`
    answers the request to count all the same; one with `later` comes so many ms later.
    """
    replies.setdefault("count", [counts()])
    body = _SCRIPT % (json.dumps(replies), json.dumps(slow or {}))

    def reply(route: Route) -> None:
        real = route.fetch()  # its headers let a page with our policies start it
        kept = {k: v for k, v in real.headers.items() if k not in ("content-encoding", "content-length")}
        route.fulfill(body=body, headers=kept)

    page.route("**/recursos/search-worker-*.js", reply)
