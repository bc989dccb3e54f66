"""The components in every row of a list are Python, not templates: they escape like templates and refuse what is missing."""

from __future__ import annotations

from typing import Any

import pytest
from jinja2 import FileSystemLoader, StrictUndefined, UndefinedError
from markupsafe import Markup

from zhixing.web import cells, jinja

EVIL = "甲\"><script>&'"
SAFE = "甲&#34;&gt;&lt;script&gt;&amp;&#39;"
CLOCK = {"state": "late", "words": EVIL, "url": EVIL}
MADE = {
    "clause_chip": lambda x: cells.clause_chip(x), "clock_badge": lambda x: jinja.clock_badge(CLOCK | {"words": x, "url": x}),
    "clock without explanation": lambda x: jinja.clock_badge(CLOCK | {"words": x, "url": ""}),
    "status_word": lambda x: cells.status_word(x, x), "clip": cells.clip, "parties": lambda x: cells.parties(x, x),
    "next_step": lambda x: cells.next_step(x, x), "pick": lambda x: cells.pick(x, x, x),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE)
def test_what_a_party_wrote_stays_text_in_every_place_of_the_component(name: str) -> None:
    made = MADE[name](EVIL)
    assert isinstance(made, Markup)
    assert "script>" not in made
    assert SAFE in made


@pytest.mark.parametrize("name", [n for n in MADE if n != "clause_chip"])
def test_a_value_the_page_was_not_given_is_an_error_and_no_empty_cell(name: str) -> None:
    with pytest.raises(UndefinedError):
        MADE[name](StrictUndefined(name="party"))


def test_nothing_is_shown_for_no_clause() -> None:
    assert cells.clause_chip("") == ""


def test_every_state_of_a_clock_has_an_icon_of_the_sprite() -> None:
    assert set(cells.CLOCK_ICONS.values()) <= jinja.known_icons()


def test_a_state_nobody_knows_is_an_error() -> None:
    with pytest.raises(KeyError):
        jinja.clock_badge(CLOCK | {"state": "blue"})


@pytest.mark.parametrize("name", ["clock_badge", "clause_chip", "status_word", "clip", "parties", "next_step", "pick"])
def test_templates_find_it_beside_the_macros(name: str) -> None:
    macros: Any = jinja.environment(loader=FileSystemLoader(jinja.ICON_LIST.parent / "jinja2")).get_template("web/macros.html").module
    assert getattr(macros, name) is jinja.IN_ROWS[name]
