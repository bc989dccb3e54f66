"""Writes docs/clauses.md: what the product makes of every clause. Run it after changing the regulation file.

    .venv/bin/python scripts/clauses.py

Templates and tests that cite a clause change every day: `zhixing rulebook clauses --json` and the clause's own page list
them, this file does not.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from zhixing.rulebook.loader import standard
from zhixing.rulebook.model import Rulebook
from zhixing.rulebook.windows import clauses_json

FILE = Path(__file__).resolve().parents[1] / "docs" / "clauses.md"
CHAPTERS = {"一": "工作职能界定", "二": "执行工作指挥", "三": "执行案件办理", "四": "执行案件管理", "五": "其他"}
HEAD = """# 条款对照

细则的每一条在系统里成了什么。本文件由 `scripts/clauses.py` 按细则文件生成，请改细则文件，不要改这里。
引用某条的模板和测试见 `zhixing rulebook clauses --json`，或系统里该条款的页面。
"""


def text(book: Rulebook) -> str:
    """The whole file."""
    found = clauses_json(book, {}, {})
    lines = [HEAD]
    for chapter, title in CHAPTERS.items():
        lines.append(f"## {chapter}、{title}\n")
        for clause in (c for c in found if c.startswith(chapter)):
            lines += [*section(book, clause, found[clause]), ""]
    return "\n".join(lines).rstrip() + "\n"


def section(book: Rulebook, clause: str, found: dict[str, Any]) -> Iterator[str]:
    """One clause: its summary, then only the lines that have something to say."""
    yield f"### {clause} {found['title']}\n"
    yield f"{book.clauses[clause].summary}\n"
    parts = {
        "时限事项": [f"{book.duties[d].title}（`{d}`{mark(book.duties[d])}）" for d in found["duties"]],
        "关口": [f"{gate_title(book, g)}（`{g}`{mark(book.gates[g])}）" for g in found["gates"]],
        "登记的事": [f"{book.events[e].title}（`{e}`）" for e in found["events"]],
        "繁简因素": [book.predicates[p].sentence for p in found["triage"]],
        "告知": [f"{book.events[book.disclosures[d].on].title} → `{d}`" for d in found["disclosures"]],
        "不一致处的读法": [f"{book.readings[r].taken}（`{r}`）" for r in found["readings"]],
        "页面": [f"`{p}`" for p in found["pages"]],
        "没有时限事项": [found["no_duty"]] if found["no_duty"] else [],
    }
    yield from (f"- {name}：{'；'.join(words)}" for name, words in parts.items() if words)


def mark(entry: Any) -> str:
    """What must be said beside an identifier: a limit of law, a target of the court's own, 待核."""
    words = {"statute": "，法律外限", "target": "，内部目标"}.get(getattr(entry, "effect", ""), "")
    return words + (f"，{entry.verify}" if entry.verify else "")


def gate_title(book: Rulebook, gate: str) -> str:
    """A gate's title, or the act it stands before."""
    entry = book.gates[gate]
    return entry.title or f"{book.events[entry.blocks].title}之前"


if __name__ == "__main__":
    FILE.write_text(text(standard()), encoding="utf-8")
    print(FILE.name)
