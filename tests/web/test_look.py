"""What every page may be made of: no inline code (CSP), one file of colours, icons that exist, figures written one way."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest
from jinja2 import Undefined, UndefinedError

from zhixing.web import jinja

ROOT = Path(__file__).resolve().parents[2] / "zhixing"
TEMPLATES = sorted(ROOT.rglob("jinja2/**/*.html"))
STYLES = sorted((ROOT / "web/static/web").glob("*.css"))
INLINE = re.compile(r"""<script(?![^>]*\bsrc=)|<style\b|\sstyle=|\son[a-z]+\s*=\s*["']|javascript:""")
ICON_CALL = re.compile(r"""\bicon\(["']([a-z0-9-]+)["']""")
COLOUR = re.compile(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(|:\s*(?:white|black|red|gr[ae]y)\s*[;}]")
SIZE = re.compile(r"\b[1-9]\d*(?:\.\d+)?(?:px|pt|mm|rem|em)\b")


def test_there_are_templates_and_styles_to_look_at() -> None:
    assert len(TEMPLATES) > 10
    assert len(STYLES) >= 5


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_a_template_has_no_inline_script_or_style_so_the_strict_policy_holds(path: Path) -> None:
    assert not INLINE.findall(path.read_text("utf-8"))


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_icon_a_template_names_is_in_the_sprite(path: Path) -> None:
    assert set(ICON_CALL.findall(path.read_text("utf-8"))) <= jinja.known_icons()


@pytest.mark.parametrize("path", [p for p in STYLES if p.name != "tokens.css"], ids=lambda p: p.name)
def test_only_the_tokens_name_a_colour_or_a_size(path: Path) -> None:
    lines = [line for line in path.read_text("utf-8").splitlines() if not line.startswith(("@media", "@page"))]
    assert not [line for line in lines if COLOUR.search(line) or SIZE.search(line)]


@pytest.mark.parametrize("path", STYLES, ids=lambda p: p.name)
def test_every_token_used_is_defined(path: Path) -> None:
    defined = set(re.findall(r"(--[\w-]+):", (ROOT / "web/static/web/tokens.css").read_text("utf-8")))
    assert set(re.findall(r"var\((--[\w-]+)", path.read_text("utf-8"))) <= defined


def test_a_name_a_page_was_not_given_is_an_error_and_never_an_empty_cell() -> None:
    with pytest.raises(UndefinedError):
        jinja.environment(undefined=Undefined).from_string("{{ due_at }}").render()


def test_what_a_clerk_typed_is_escaped() -> None:
    page = jinja.environment().from_string("{{ name }}").render(name="<b>样甲某</b>")
    assert page == "&lt;b&gt;样甲某&lt;/b&gt;"


def test_an_icon_outside_the_sprite_is_refused() -> None:
    with pytest.raises(jinja.UnknownIcon):
        jinja.icon("no-such-icon")


def test_money_has_two_places_and_is_never_a_float() -> None:
    assert jinja.money(Decimal("1234.5")) == "1,234.50"
    assert jinja.money(None) == "—"
    with pytest.raises(TypeError):
        jinja.money(0.1)  # type: ignore[arg-type]


def test_a_day_is_written_with_its_weekday_in_court_time() -> None:
    assert jinja.day(date(2026, 11, 23)) == "11-23 周一"
    assert jinja.day(date(2026, 11, 23), full=True) == "2026-11-23 周一"
    assert jinja.day(datetime(2026, 11, 22, 16, 30, tzinfo=UTC)) == "11-23 周一"
    assert jinja.moment(datetime(2026, 11, 22, 16, 30, tzinfo=UTC)) == "11-23 00:30"
