"""A page drawn from a stencil is the page the template draws, whatever the values and whatever the template asks."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup
from toy_portal import ASSETS, make_toy

from vitrina import portal
from vitrina.portal import records, stencil
from vitrina.portal.filters import FILTERS
from vitrina.portal.stencil import Stencil, deferred


@dataclass(frozen=True)
class Part:
    title: str
    section: str
    more: tuple[str, ...]
    flag: bool


TEMPLATE = """
<h1>{{ part.title }}</h1>{% if part.title %}<p title="{{ part.title }}">{{ part.title | long_date }}</p>{% endif %}
{% for m in part.more %}<li class="{{ part.section }}">{{ loop.index }} {{ m }}!</li>{% endfor %}
{{ body }}{% if part.flag %}sí{% endif %}{{ when | short_date }}{{ data | json_data }}{{ words[part.section] }}
"""
LOOKING_INSIDE = (
    "{% if part.title == 'a' %}es a{% endif %}",
    "{{ part.title | length }}",
    "{{ part.title | upper }}",
    "{{ part.title ~ '!' }}",
    "{{ part.title[:2] }}",
    "{% for letter in part.title %}{{ letter }}.{% endfor %}",
    "{% if 'a' in part.title %}tiene a{% endif %}",
    "{{ part.more | join(', ') }}",
    "{{ words.get(part.title, 'no') }}",
)


def drawer(source: str) -> Any:
    env = Environment(autoescape=True, undefined=StrictUndefined)
    env.filters.update({name: deferred(f) for name, f in FILTERS.items()})
    template = env.from_string(source)
    return lambda values: template.render({"words": {"uno": "1", "dos": "<2>"}, **values})


texts = st.one_of(
    st.text(max_size=8), st.sampled_from(["a", "", "2026-03-01", "<b>&\"'", "\ue0000\ue001", "{{ 1 }}"])
)
values_of_a_page = st.builds(
    lambda title, section, more, flag, body, when, data: {
        "part": Part(title, section, tuple(more), flag), "body": Markup("<i>%s</i>") % body,
        "when": when, "data": data,
    },
    texts, st.sampled_from(["uno", "dos"]), st.lists(texts, max_size=3), st.booleans(), texts, texts,
    st.dictionaries(texts, texts, max_size=2),
)  # fmt: skip


@given(st.lists(values_of_a_page, min_size=1, max_size=12))
def test_every_page_is_as_the_template_draws_it(pages: list[Mapping[str, Any]]) -> None:
    draw = drawer(TEMPLATE)
    cut = Stencil(draw)
    for values in pages:
        assert cut.page(values) == draw(values)


@given(st.sampled_from(LOOKING_INSIDE), st.lists(values_of_a_page, min_size=2, max_size=8))
def test_a_template_that_looks_inside_a_text_is_still_right(
    source: str, pages: list[Mapping[str, Any]]
) -> None:
    draw = drawer(source)
    cut = Stencil(draw)
    for values in pages:
        assert cut.page(values) == draw(values)


def test_the_template_is_run_once_per_shape_and_not_per_page() -> None:
    runs = []
    draw = drawer(TEMPLATE)

    def counted(values: Mapping[str, Any]) -> str:
        runs.append(1)
        return str(draw(values))

    cut = Stencil(counted)
    for i in range(50):
        page = cut.page(
            {
                "part": Part(f"t{i}", "uno", ("x",), True),
                "body": Markup("b"),
                "when": "w",
                "data": {"a": str(i)},
            }
        )
        assert f"<h1>t{i}</h1>" in page
    assert len(runs) == 2
    assert cut.refused == 0


def test_no_record_template_makes_the_stencil_useless(
    built_root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The speed of a hundred thousand pages hangs on it: a template must take its texts as they come."""
    from datetime import date

    from vitrina import config

    made: list[Stencil] = []

    class Kept(Stencil):
        def __init__(self, *arguments: Any) -> None:
            super().__init__(*arguments)
            made.append(self)

    monkeypatch.setattr(records, "Stencil", Kept)
    settings = config.settings(built_root, date(2026, 11, 20))
    portal.render(settings, tmp_path / "con", bundled=ASSETS)
    refused = sum(s.refused for s in made)
    shapes = sum(len(s.cuts) for s in made)
    assert shapes > 30
    # Findings compare their own texts (title against message), so the few pages that have one are drawn whole.
    assert refused <= shapes // 5
    monkeypatch.setattr(stencil, "_MAX_SHAPES", 0)
    portal.render(settings, tmp_path / "sin", bundled=ASSETS)
    names = sorted(p.relative_to(tmp_path / "con") for p in (tmp_path / "con").rglob("*.html"))
    assert len(names) > 2000
    differ = [n for n in names if (tmp_path / "con" / n).read_bytes() != (tmp_path / "sin" / n).read_bytes()]
    assert differ == []


def test_stencils_draw_the_toy_portal_as_its_templates_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With hostile texts, strange ids, findings and empty fields."""
    toy = make_toy(tmp_path / "raiz")
    portal.render(toy, tmp_path / "con", bundled=ASSETS)
    monkeypatch.setattr(stencil, "_MAX_SHAPES", 0)
    portal.render(toy, tmp_path / "sin", bundled=ASSETS)
    names = sorted(p.relative_to(tmp_path / "con") for p in (tmp_path / "con").rglob("*") if p.is_file())
    assert len(names) > 100
    assert all((tmp_path / "con" / n).read_bytes() == (tmp_path / "sin" / n).read_bytes() for n in names)
