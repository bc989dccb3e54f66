"""The components that stand in every row of a list, written in Python: a macro of Jinja costs several times its text.

`macros.html` offers them beside the macros, under the same roof: `ui.clock_badge(clock)`. Whatever is not `Markup` is escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from django.urls import reverse
from markupsafe import Markup, escape

CLOCK_ICONS = {
    "late": "alert-circle", "today": "clock-exclamation", "soon": "hourglass-low", "fine": "clock", "done": "circle-check",
    "done_late": "clock-check", "stopped": "clock-stop", "suspended": "clock-pause", "extended": "clock-plus",
    "provisional": "calendar-question",
}  # fmt: skip
EMPTY = Markup("")


@lru_cache(maxsize=4096)
def clause_url(clause: str) -> str:
    """Where the clause's text and what the system makes of it can be read."""
    return reverse("rulebook-clause", args=[clause])


def clause_chip(clause: str) -> Markup:
    """A clause by its citation, 三(二)5; opens the clause. Nothing for none."""
    return _chip(str(clause)) if clause else EMPTY


@lru_cache(maxsize=4096)
def _chip(clause: str) -> Markup:
    return Markup('<a class="clause" href="{}" title="条款 {}">{}</a>').format(clause_url(clause), clause, clause)


def clock_badges(icon: Callable[[str], Markup]) -> Callable[[Any], Markup]:
    """`clock_badge(clock)` with these icons. clock: .state (a key of `CLOCK_ICONS`), .words, .url ("" for no explanation)."""

    def clock_badge(clock: Any) -> Markup:
        state, words, url = ((clock["state"], clock["words"], clock["url"]) if isinstance(clock, Mapping)
                             else (clock.state, clock.words, clock.url))  # fmt: skip
        shown = f"{icon(CLOCK_ICONS[state])}{escape(words)}"
        if not url:
            return Markup(f'<span class="clock clock-{state}">{shown}</span>')
        return Markup(f'<a class="clock clock-{state}" href="{escape(url)}" data-explain aria-haspopup="dialog">{shown}</a>')

    return clock_badge


def status_word(words: Any, state: str = "waiting") -> Markup:
    """state: late today soon fine info waiting. Word, mark and colour together."""
    return Markup(f'<span class="status status-{escape(state)}">{escape(words)}</span>')


def clip(text: Any) -> Markup:
    """A long name: one line, cut; full on hover and when its row is current."""
    text = escape(text)
    return Markup(f'<span class="clip" title="{text}">{text}</span>')


def parties(claimants: Any, debtors: Any) -> Markup:
    """Applicants and debtors as two texts."""
    claimants, debtors = escape(claimants), escape(debtors)
    return Markup(f'<span class="parties" title="{claimants} → {debtors}"><span>{claimants}</span>'
                  f'<i aria-label="申请执行">→</i><span>{debtors}</span></span>')  # fmt: skip


def next_step(words: Any, href: Any, main: bool = False) -> Markup:
    """The last cell of a row: the next thing to do, a verb. `main` makes it the strong one."""
    return Markup(f'<a class="btn btn-small{" btn-primary" if main else ""}" href="{escape(href)}" data-next>{escape(words)}</a>')


def pick(form_id: str, value: Any, label: Any, picked: bool = False) -> Markup:
    """The first cell of a row in a table with a bulk bar."""
    return Markup(f'<td class="col-pick"><label class="pick"><input type="checkbox" name="pick" value="{escape(value)}"{" checked" if picked else ""}'
                  f' form="{escape(form_id)}"><span class="hidden">选中 {escape(label)}</span></label></td>')  # fmt: skip
