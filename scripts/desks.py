"""Writes the tables of docs/desks/<desk>.md below their marker line; the introduction above it is written by hand.

    .venv/bin/python scripts/desks.py
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from zhixing.rulebook.loader import standard
from zhixing.rulebook.model import DutyRule, EventKind, Gate, Rulebook

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "desks"
HANDOFF = "handoff_offered"
MARKER = "<!-- 以下由 scripts/desks.py 按细则文件生成，请改细则文件，不要改这里 -->"
EFFECTS = {"regulation": "细则", "statute": "法律", "target": "内部目标"}


def text(book: Rulebook, desk: str) -> str:
    """A desk's page: its hand-written introduction and the tables of today's regulation file."""
    introduction = path(desk).read_text(encoding="utf-8").split(MARKER)[0].rstrip()
    return f"{introduction}\n\n{MARKER}\n\n{tables(book, desk)}\n"


def path(desk: str) -> Path:
    """Where a desk's page stands."""
    return FOLDER / f"{desk}.md"


def tables(book: Rulebook, desk: str) -> str:
    """Posts, duties, gates, acts and the way onward of a desk."""
    acts = [e for e in book.events.values() if desk in e.desks and not e.system]
    posts = "、".join(r.title for r in book.roles.values() if r.desk == desk)
    onward = "、".join(f"[{book.desks[d].title}]({d}.md)" for d in book.desks[desk].hands_to)
    parts = [
        f"岗位：{posts}。条款：{'、'.join(book.desks[desk].clauses)}。",
        "## 时限事项",
        table("条款|事项|时限|起算|办结|依据", (duty_row(book, d) for d in book.duties.values() if d.desk == desk))
        or "本岗位没有记在自己名下的时限事项。",
        "## 关口",
        table("条款|办什么之前|还要有|由谁补|例外", (r for g in book.gates.values() if stands(book, g, desk) for r in gate_rows(book, g)))
        or "本岗位办的事没有关口。",
        "## 办的事",
        table("条款|按钮|谁可以办|先经谁批准|不能与谁同一人|凭证", (act_row(book, e) for e in acts)) or "本岗位没有要登记的事。",
        "## 卷宗下一站",
        f"可以移交：{onward}。" if onward else "本岗位不经手移交卷宗。",
    ]
    return "\n\n".join(parts)


def table(head: str, rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table, or nothing when it has no rows."""
    lines = ["| " + " | ".join(row) + " |" for row in rows]
    names = head.split("|")
    return "\n".join(["| " + " | ".join(names) + " |", "|" + "---|" * len(names), *lines]) if lines else ""


def titles(book: Rulebook, kinds: Iterable[str], joint: str = "、") -> str:
    """Event kinds by their titles."""
    return joint.join(book.events[k].title for k in kinds)


def duty_row(book: Rulebook, duty: DutyRule) -> tuple[str, ...]:
    """条款、事项、时限、起算、办结、依据."""
    within = duty.within.label if duty.within else f"至登记的“{due_label(book, duty)}”"
    basis = EFFECTS[duty.effect]
    if duty.article:
        basis = f"{book.statutes[duty.article.statute].title}{duty.article.no}"
    return (duty.clause, duty.title, within, titles(book, duty.starts_on, "或"),
            titles(book, duty.met_by.kinds, "和" if duty.met_by.all else "或"), basis + (f"（{duty.verify}）" if duty.verify else ""))  # fmt: skip


def due_label(book: Rulebook, duty: DutyRule) -> str:
    """What the form calls the field that holds the due date."""
    fields = (f for kind in duty.starts_on for f in book.events[kind].fields)
    return next(f.label for f in fields if f.name == duty.due_field)


def stands(book: Rulebook, gate: Gate, desk: str) -> bool:
    """Whether a desk meets a gate: before an act of its own, or before handing a file on."""
    if gate.blocks != HANDOFF:
        return desk in book.events[gate.blocks].desks
    end = gate.condition or {}
    if end.get("field") == "from_desk":
        return bool(end["is"] == desk)
    when = end.get("when")
    holder = when.source if when is not None and when.source.get("fact") == "holder_desk" else {"is": desk}
    return end.get("is") in book.desks[desk].hands_to and holder["is"] == desk


def before(book: Rulebook, gate: Gate) -> str:
    """The act a gate stands before; a handoff with where it goes."""
    to = gate.condition["is"] if gate.condition and gate.condition.get("field") == "to_desk" else None
    return book.events[gate.blocks].title + (book.desks[to].title if to else "")


def gate_rows(book: Rulebook, gate: Gate) -> Iterator[tuple[str, ...]]:
    """One row a need: 条款、办什么之前、还要有、由谁补、例外."""
    way = f"{roles(book, gate.override.roles)}说明理由可放行" if gate.override else "无"
    for need in gate.needs:
        yield gate.clause, before(book, gate), book.predicates[need.predicate].sentence, book.desks[need.desk].title, way


def act_row(book: Rulebook, act: EventKind) -> tuple[str, ...]:
    """条款、按钮、谁可以办、先经谁批准、不能与谁同一人、凭证."""
    row = book.authority[f"record:{act.kind}"]
    proof = f"{act.proof.label}{'（必传）' if act.proof.required else ''}" if act.proof else ""
    apart = f"登记“{titles(book, row.apart_from, '”“')}”的人" if row.apart_from else ""
    return act.clause, act.verb, roles(book, row.roles), roles(book, row.approvers), apart, proof


def roles(book: Rulebook, ids: Iterable[str]) -> str:
    """Posts by their titles."""
    return "、".join("全体办案人员" if i == "*" else book.roles[i].title for i in ids)


if __name__ == "__main__":
    regulation = standard()
    for name in regulation.desks:
        path(name).write_text(text(regulation, name), encoding="utf-8")
    print(f"{len(regulation.desks)} 页")
