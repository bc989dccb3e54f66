"""Authority is one table in the regulation file; what is not in it is denied (trust R1)."""

from __future__ import annotations

from zhixing.rulebook.model import Authority, Rulebook
from zhixing.rulebook.refusals import Refusal

from .actors import Actor

EVERYONE = "*"


def allowed(book: Rulebook, by: Actor, action: str) -> bool:
    """Whether `by` may do `action` at all (approvals and separation of persons are asked when it is done)."""
    row = book.authority.get(action)
    if row is None or by.system:
        return False
    if by.roles & set(row.never):
        return False
    return EVERYONE in row.roles or bool(by.roles & set(row.roles))


def require(book: Rulebook, by: Actor, action: str, *, what: str) -> Authority:
    """The authority row that allows it, else a `Refusal` saying who can."""
    row = book.authority.get(action)
    if row is not None and allowed(book, by, action):
        return row
    who = "、".join(book.roles[r].title for r in row.roles if r in book.roles) if row else "无人（未在权限表中）"
    raise Refusal.because(
        what, f"{by.name}的岗位没有这项权限", clause=row.clause if row else "", who=who,
        now="请由有权限的岗位办理，或请安全管理员调整岗位", status=403,
    )  # fmt: skip
