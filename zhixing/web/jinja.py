"""The Jinja2 environment of every page.

Settings name it as the `environment` of Django's Jinja2 backend; the option `filters` adds filters that live in rooms above
this one ({"mask_identity": "zhixing.casework.identity.mask_identity"}). A name a page was not given is an error everywhere,
in production too: an empty cell in a court's ledger would be read as a fact.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from django.templatetags.static import static
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.timezone import is_aware, localtime
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from . import cells

NOTHING = "—"
WEEKDAYS = "一二三四五六日"
ICON_LIST = Path(__file__).with_name("icons.txt")


class UnknownIcon(LookupError):
    """A page asks for an icon that is not in `icons.txt`, so the sprite does not hold it."""


def money(yuan: Decimal | int | None) -> str:
    """Yuan with two places and thousands separated: 1,234.50. Floats are refused: money is never one."""
    if yuan is None:
        return NOTHING
    if isinstance(yuan, float):
        raise TypeError("money is a Decimal of yuan, never a float")
    return f"{yuan:,.2f}"


def day(value: date | None, full: bool = False) -> str:
    """A date with its weekday: 11-23 周一; `full` adds the year. A moment is shown as its day in court time."""
    if value is None:
        return NOTHING
    if isinstance(value, datetime):
        value = _court_time(value)
    text = f"{value.month:02}-{value.day:02} 周{WEEKDAYS[value.weekday()]}"
    return f"{value.year}-{text}" if full else text


def moment(value: datetime | None, full: bool = False) -> str:
    """A moment in court time: 11-23 16:20; `full` adds the year."""
    if value is None:
        return NOTHING
    value = _court_time(value)
    text = f"{value.month:02}-{value.day:02} {value.hour:02}:{value.minute:02}"
    return f"{value.year}-{text}" if full else text


def _court_time(value: datetime) -> datetime:
    return localtime(value) if is_aware(value) else value


def iso(value: date | datetime) -> str:
    """For the `datetime` attribute of <time> and the value of date inputs."""
    return value.isoformat()


@cache
def known_icons() -> frozenset[str]:
    """The names in `icons.txt`; the sprite is built from the same file."""
    lines = (line.split("#")[0].strip() for line in ICON_LIST.read_text("utf-8").splitlines())
    return frozenset(line for line in lines if line)


@cache
def icon(name: str) -> Markup:
    """An icon of the sprite, always beside words and so hidden from screen readers. Unknown names raise `UnknownIcon`."""
    if name not in known_icons():
        raise UnknownIcon(f"{name} is not in {ICON_LIST.name}")
    sprite = static("vendor/tabler-sprite.svg")
    return Markup('<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#tabler-{}"/></svg>').format(
        sprite, name
    )


clock_badge = cells.clock_badges(icon)
IN_ROWS = {
    "clock_badge": clock_badge, "clause_chip": cells.clause_chip, "status_word": cells.status_word, "clip": cells.clip,
    "parties": cells.parties, "next_step": cells.next_step, "pick": cells.pick,
}  # fmt: skip


@lru_cache(maxsize=4096)
def url(name: str, *args: Any, **kwargs: Any) -> str:
    """The address of a named page. They never change while the product runs."""
    return reverse(name, args=args, kwargs=kwargs)


def environment(*, filters: dict[str, str] | None = None, **options: Any) -> Environment:
    """Build the environment for Django's Jinja2 backend from its OPTIONS."""
    # Over Django's own choice (Undefined), which prints nothing.
    strict = {"undefined": StrictUndefined, "autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    env = Environment(**{**options, **strict})
    env.globals.update(static=static, url=url, icon=icon, clause_url=cells.clause_url, in_rows=IN_ROWS)
    env.filters.update(money=money, day=day, moment=moment, iso=iso)
    env.filters.update({name: import_string(path) for name, path in (filters or {}).items()})
    return env
