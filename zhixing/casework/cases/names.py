"""Names as they are searched: single characters, bigrams and pinyin initials, the same on every database."""

from __future__ import annotations

import re
from functools import lru_cache

from pypinyin import Style, lazy_pinyin

SURNAMES = {"单": "s", "曾": "z", "解": "x", "仇": "q", "朴": "p", "查": "z", "区": "o", "尉": "y", "盖": "g", "翟": "z", "缪": "m"}
KEPT = re.compile(r"[0-9A-Za-z\u3400-\u9fff]")


@lru_cache(maxsize=65536)
def initials(name: str) -> str:
    """Pinyin initials of a name, lower case: 单小雨 → sxy. Surnames with a reading of their own are known."""
    text = "".join(KEPT.findall(name))
    letters = "".join(p[:1].lower() for p in lazy_pinyin(text, style=Style.NORMAL, errors=lambda x: list(x)))
    return SURNAMES[text[0]] + letters[1:] if text[:1] in SURNAMES else letters


@lru_cache(maxsize=65536)
def grams(name: str) -> str:
    """Space-joined search tokens of a name: its characters and bigrams, and bigrams of its initials."""
    return " ".join(dict.fromkeys([*tokens(name), *pairs(initials(name))]))


def tokens(text: str) -> list[str]:
    """The tokens a search for `text` needs: its bigrams, or the character itself when it is only one."""
    kept = "".join(KEPT.findall(text)).lower()
    return [*kept, *pairs(kept)]


def needed(text: str) -> list[str]:
    """What must all be found for a name to contain `text`: bigrams, or the single character."""
    kept = "".join(KEPT.findall(text)).lower()
    return pairs(kept) or list(kept)


def pairs(text: str) -> list[str]:
    """The bigrams of a text."""
    return [text[i : i + 2] for i in range(len(text) - 1)]
